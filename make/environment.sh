# Sets what a process needs in development. `make` reads it before it starts one.
# What the environment has already comes first, then the lines of .env, then what is made up here.

if [[ -f .env ]]; then
  while IFS= read -r line || [[ -n $line ]]; do
    if [[ $line =~ ^([A-Za-z_][A-Za-z0-9_]*)=([^$'\r']*) && -z ${!BASH_REMATCH[1]+set} ]]; then
      export "${BASH_REMATCH[1]}=${BASH_REMATCH[2]}"
    fi
  done <.env
fi

# A secret of this folder's own, the same at every start.
secret() {
  local file=.local/secrets/$1
  if [[ ! -s $file ]]; then
    mkdir -p .local/secrets && (umask 077 && od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$file") || exit 1
  fi
  export "$1=$(<"$file")"
}

if [[ -z ${DATABASE_URL-} || -z ${DATABASE_OWNER_URL-} ]]; then
  addresses=$(uv run --script make/database.py env) || exit 1
  eval "$addresses"
fi

[[ -n ${API_KEY_PEPPER-} ]] || secret API_KEY_PEPPER
