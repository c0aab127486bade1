// Kept by the platform: docs/ownership.md says what that means.

package apikey_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"platform.internal/auth/apikey"
	"platform.internal/command"
)

func scopes() ([]string, error) { return []string{"a:read", "a:write"}, nil }

// shell runs commands on one database.
type shell struct{ open apikey.Open }

func (s shell) run(t *testing.T, arguments ...string) (code int, out, err string) {
	t.Helper()
	var outs, errs strings.Builder
	code = command.Run(t.Context(), "billing", apikey.Commands(s.open, scopes), arguments, command.Streams{Out: &outs, Err: &errs})
	return code, outs.String(), errs.String()
}

func TestAKeyIsManagedByCommands(t *testing.T) {
	t.Parallel()
	pool := open(t)
	keys := apikey.NewPostgres(pool)
	closed := 0
	sh := shell{func(context.Context) (*apikey.Postgres, []byte, func(), error) {
		return keys, pepper, func() { closed++ }, nil
	}}

	code, out, err := sh.run(t, "keys", "create", "--subject", "acme", "--scope", "a:read", "--expires", "90d")
	key, ok := apikey.ParseKey(strings.TrimSpace(out))
	if code != 0 || !ok || !strings.Contains(err, "a:read") || strings.Contains(err, "a:write") {
		t.Fatalf("create: code %d, %s", code, err)
	}
	record, failed := keys.Find(t.Context(), key.Prefix)
	if failed != nil || record.Name != "acme" || time.Until(*record.ExpiresAt).Round(time.Hour) != 90*24*time.Hour {
		t.Errorf("create: %+v and %v", record, failed)
	}
	if _, failed := apikey.NewAuthenticator(keys, pepper).Authenticate(t.Context(), key.Reveal()); failed != nil {
		t.Errorf("the key does not work: %v", failed)
	}

	code, out, _ = sh.run(t, "keys", "create", "--subject", "acme", "--name", "all of them")
	whole, ok := apikey.ParseKey(strings.TrimSpace(out))
	if record, failed := keys.Find(t.Context(), whole.Prefix); code != 0 || !ok || failed != nil || len(record.Scopes) != 2 || record.ExpiresAt != nil {
		t.Errorf("create without limits: code %d, %+v and %v", code, record, failed)
	}

	code, out, _ = sh.run(t, "keys", "list")
	if code != 0 || !strings.Contains(out, key.Prefix) || !strings.Contains(out, "all of them") || !strings.Contains(out, "valid until") || strings.Contains(out, key.Reveal()) {
		t.Errorf("list: code %d\n%s", code, out)
	}

	if code, _, err := sh.run(t, "keys", "revoke", key.Prefix); code != 0 || !strings.Contains(err, "Key "+key.Prefix+" is revoked.") {
		t.Errorf("revoke: code %d, %s", code, err)
	}
	if code, _, err := sh.run(t, "keys", "revoke", whole.Reveal()); code != 0 || strings.Contains(err, whole.Reveal()) {
		t.Errorf("revoke by the whole key: code %d, %s", code, err)
	}
	if code, _, err := sh.run(t, "keys", "revoke", "none"); code != 1 || !strings.HasPrefix(err, "There is no key with that prefix") {
		t.Errorf("revoke what is not there: code %d, %s", code, err)
	}
	if _, out, _ := sh.run(t, "keys", "list"); strings.Count(out, "revoked ") != 2 {
		t.Errorf("list after revoke:\n%s", out)
	}
	if closed != 7 {
		t.Errorf("%d of 7 commands gave back what they had opened", closed)
	}
}

func TestACommandIsRefusedBeforeTheDatabaseIsAsked(t *testing.T) {
	t.Parallel()
	sh := shell{func(context.Context) (*apikey.Postgres, []byte, func(), error) {
		return nil, nil, nil, errors.New("the database was asked")
	}}
	for arguments, says := range map[string]string{
		"keys create": "--subject names the caller",
		"keys create --subject " + strings.Repeat("x", 201):          "in 1 to 200 characters",
		"keys create --subject x --name " + strings.Repeat("x", 201): "in at most 200 characters",
		"keys create --subject x --scope a:delete":                   `"a:delete" is not a scope. The scopes are: a:read a:write.`,
		"keys create --subject x --expires soon":                     "a whole number of days or hours",
		"keys create --subject x --expires 0d":                       "a whole number of days or hours",
		"keys create --subject x --expires 100000d":                  "a whole number of days or hours",
		"keys create --subject x --expires -1d":                      "a whole number of days or hours",
		"keys create --subject x more":                               `takes no argument, and got "more"`,
		"keys create --secret x":                                     "flag provided but not defined",
		"keys list all":                                              `takes no argument, and got "all"`,
		"keys revoke":                                                "name the prefix of one key",
		"keys revoke a b":                                            "name the prefix of one key",
	} {
		if code, _, err := sh.run(t, strings.Fields(arguments)...); code != 2 || !strings.Contains(err, says) {
			t.Errorf("%s: code %d, %s", arguments, code, err)
		}
	}
	for _, arguments := range []string{"keys create --subject " + strings.Repeat("ä", 200) + " --expires 99999d", "keys list", "keys revoke a"} {
		if code, _, err := sh.run(t, strings.Fields(arguments)...); code != 1 || err != "the database was asked\n" {
			t.Errorf("%s: code %d, %s", arguments, code, err)
		}
	}
}
