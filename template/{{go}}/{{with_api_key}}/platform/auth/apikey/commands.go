// Kept by the platform: docs/ownership.md says what that means.

package apikey

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"platform.internal/command"
)

// Open gives the commands what they work on; close is called when they are done.
type Open func(ctx context.Context) (store *Postgres, pepper []byte, closing func(), err error)

// Scopes returns those that the contract asks for.
type Scopes func() ([]string, error)

// Commands returns `keys create`, `keys list` and `keys revoke`.
func Commands(open Open, scopes Scopes) []command.Command {
	return []command.Command{
		{
			Name:     "keys create",
			Synopsis: "--subject S [--name N] [--scope S]... [--expires 90d]",
			Summary:  "Makes a key and shows it once. Without --scope it gets every scope that there is today.",
			Run: func(ctx context.Context, arguments []string, streams command.Streams) error {
				return create(ctx, open, scopes, arguments, streams)
			},
		},
		{
			Name:    "keys list",
			Summary: "Lists the keys, newest first, without their secrets.",
			Run: func(ctx context.Context, arguments []string, streams command.Streams) error {
				return list(ctx, open, arguments, streams)
			},
		},
		{
			Name:     "keys revoke",
			Synopsis: "<prefix>",
			Summary:  fmt.Sprintf("Ends a key for good; every instance refuses it after %s at the latest.", RememberFor),
			Run: func(ctx context.Context, arguments []string, streams command.Streams) error {
				return revoke(ctx, open, arguments, streams)
			},
		},
	}
}

type texts []string

func (t *texts) String() string { return strings.Join(*t, " ") }

func (t *texts) Set(text string) error {
	*t = append(*t, text)
	return nil
}

func create(ctx context.Context, open Open, scopes Scopes, arguments []string, streams command.Streams) error {
	var record Record
	var wanted texts
	var expires string
	rest, err := command.Flags("keys create", arguments, func(flags *flag.FlagSet) {
		flags.StringVar(&record.Subject, "subject", "", "")
		flags.StringVar(&record.Name, "name", "", "")
		flags.Var(&wanted, "scope", "")
		flags.StringVar(&expires, "expires", "", "")
	})
	if err != nil {
		return err
	}
	if err := command.NoArguments("keys create", rest); err != nil {
		return err
	}
	all, err := scopes()
	if err != nil {
		return err
	}
	if err := complete(&record, wanted, all, expires); err != nil {
		return err
	}
	store, pepper, closing, err := open(ctx)
	if err != nil {
		return err
	}
	defer closing()
	key := NewKey()
	if err := store.Create(ctx, key, pepper, record); err != nil {
		return err
	}
	fmt.Fprintf(streams.Err, "Key %s for %s: %s. It is shown this once.\n", key.Prefix, record.Subject, strings.Join(record.Scopes, " "))
	fmt.Fprintln(streams.Out, key.Reveal())
	return nil
}

// longest is how many characters a subject and a name have at most.
const longest = 200

func complete(record *Record, wanted, all []string, expires string) error {
	if record.Subject == "" || utf8.RuneCountInString(record.Subject) > longest {
		return command.UsageError(fmt.Sprintf("keys create: --subject names the caller that the key stands for, in 1 to %d characters.", longest))
	}
	record.Name = cmp.Or(record.Name, record.Subject)
	if utf8.RuneCountInString(record.Name) > longest {
		return command.UsageError(fmt.Sprintf("keys create: --name says what the key is for, in at most %d characters.", longest))
	}
	record.Scopes = all
	if len(wanted) > 0 {
		record.Scopes = wanted
	}
	for _, scope := range record.Scopes {
		if !slices.Contains(all, scope) {
			return command.UsageError(fmt.Sprintf("keys create: %q is not a scope. The scopes are: %s.", scope, strings.Join(all, " ")))
		}
	}
	if expires == "" {
		return nil
	}
	lifetime, ok := parseLifetime(expires)
	if !ok {
		return command.UsageError("keys create: --expires is a whole number of days or hours, such as 90d or 12h.")
	}
	until := time.Now().Add(lifetime)
	record.ExpiresAt = &until
	return nil
}

var lifetimes = regexp.MustCompile(`\A([1-9][0-9]{0,4})([dh])\z`)

func parseLifetime(text string) (time.Duration, bool) {
	match := lifetimes.FindStringSubmatch(text)
	if match == nil {
		return 0, false
	}
	hours, err := time.ParseDuration(match[1] + "h")
	if match[2] == "d" {
		hours *= 24
	}
	return hours, err == nil
}

func list(ctx context.Context, open Open, arguments []string, streams command.Streams) error {
	if err := command.NoArguments("keys list", arguments); err != nil {
		return err
	}
	store, _, closing, err := open(ctx)
	if err != nil {
		return err
	}
	defer closing()
	records, err := store.List(ctx)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(streams.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PREFIX\tSUBJECT\tNAME\tSTATE\tLAST USED\tSCOPES")
	for _, record := range records {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n",
			record.Prefix, record.Subject, record.Name, state(record), moment(record.UsedAt), strings.Join(record.Scopes, " "))
	}
	return table.Flush()
}

func state(record Record) string {
	switch {
	case record.RevokedAt != nil:
		return "revoked " + moment(record.RevokedAt)
	case record.ExpiresAt == nil:
		return "valid"
	case record.Usable(time.Now()):
		return "valid until " + moment(record.ExpiresAt)
	default:
		return "expired " + moment(record.ExpiresAt)
	}
}

func moment(at *time.Time) string {
	if at == nil {
		return "never"
	}
	return at.UTC().Format("2006-01-02 15:04")
}

func revoke(ctx context.Context, open Open, arguments []string, streams command.Streams) error {
	if len(arguments) != 1 {
		return command.UsageError("keys revoke: name the prefix of one key; `keys list` shows them.")
	}
	store, _, closing, err := open(ctx)
	if err != nil {
		return err
	}
	defer closing()
	prefix := arguments[0]
	if key, ok := ParseKey(prefix); ok {
		prefix = key.Prefix // the whole key was at hand
	}
	if err := store.Revoke(ctx, prefix); err != nil {
		return err
	}
	fmt.Fprintf(streams.Err, "Key %s is revoked.\n", prefix)
	return nil
}
