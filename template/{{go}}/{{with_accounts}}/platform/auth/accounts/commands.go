// Kept by the platform: docs/ownership.md says what that means.

package accounts

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"platform.internal/check"
	"platform.internal/command"
	"platform.internal/postgres"
)

// Open gives the commands the database; closing is called when they are done.
type Open func(ctx context.Context) (db *postgres.Database, closing func(), err error)

// Scopes returns those that the contract asks for.
type Scopes func() ([]string, error)

// Commands returns those that manage accounts.
func Commands(open Open, scopes Scopes) []command.Command {
	a := admin{open, scopes}
	return []command.Command{
		{
			Name: "accounts create", Synopsis: "[--subject S] <email>", Run: a.create,
			Summary: "Makes a confirmed account, and shows its password once. Its rows are those of --subject, else its own.",
		},
		{Name: "accounts list", Summary: "Lists the accounts, newest first.", Run: a.list},
		{Name: "accounts disable", Synopsis: "<email>", Summary: "Lets an account in no more, at once.", Run: a.disable},
		{Name: "accounts enable", Synopsis: "<email>", Summary: "Lets a disabled account in again.", Run: a.enable},
		{Name: "accounts scopes", Synopsis: "<email> [scope]...", Summary: "Sets what an account may do, at once; without a scope, it is what every account may.", Run: a.allow},
		{Name: "accounts delete", Synopsis: "<email>", Summary: "Deletes an account with its sessions; the rows of its subject stay.", Run: a.remove},
	}
}

type admin struct {
	open   Open
	scopes Scopes
}

func (a admin) create(ctx context.Context, arguments []string, streams command.Streams) error {
	var subject string
	rest, err := command.Flags("accounts create", arguments, func(flags *flag.FlagSet) { flags.StringVar(&subject, "subject", "", "") })
	if err != nil {
		return err
	}
	email, err := one("accounts create", rest)
	if err != nil {
		return err
	}
	if utf8.RuneCountInString(subject) > subjectMax {
		return command.UsageError(fmt.Sprintf("accounts create: --subject names whom the rows belong to, in at most %d characters.", subjectMax))
	}
	password := random(15)
	hash, err := newHasher(1).hash(ctx, password)
	if err != nil {
		return err
	}
	account := newAccount(email, hash)
	account.Subject = cmp.Or(subject, account.Subject)
	if err := a.do(ctx, func(s store) error { return s.create(ctx, account) }); err != nil {
		return err
	}
	fmt.Fprintf(streams.Err, "Account %s is made. Its password is shown this once.\n", email)
	fmt.Fprintln(streams.Out, password)
	return nil
}

// subjectMax is how many characters a subject has at most.
const subjectMax = 200

func (a admin) list(ctx context.Context, arguments []string, streams command.Streams) error {
	if err := command.NoArguments("accounts list", arguments); err != nil {
		return err
	}
	var found []Account
	if err := a.do(ctx, func(s store) (err error) {
		found, err = s.all(ctx)
		return err
	}); err != nil {
		return err
	}
	table := tabwriter.NewWriter(streams.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "EMAIL\tSUBJECT\tSTATE\tSCOPES")
	for _, account := range found {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", account.Email, account.Subject, state(account), may(account.Scopes))
	}
	return table.Flush()
}

func may(scopes []string) string {
	if len(scopes) == 0 {
		return "as every account"
	}
	return strings.Join(scopes, " ")
}

func state(account Account) string {
	switch {
	case account.DisabledAt != nil:
		return "disabled"
	case account.ConfirmedAt == nil:
		return "not confirmed"
	default:
		return "confirmed"
	}
}

func (a admin) disable(ctx context.Context, arguments []string, streams command.Streams) error {
	email, err := one("accounts disable", arguments)
	if err != nil {
		return err
	}
	if err := a.do(ctx, func(s store) error { return s.disable(ctx, email) }); err != nil {
		return err
	}
	fmt.Fprintf(streams.Err, "Account %s is disabled, and its sessions have ended.\n", email)
	return nil
}

func (a admin) enable(ctx context.Context, arguments []string, streams command.Streams) error {
	email, err := one("accounts enable", arguments)
	if err != nil {
		return err
	}
	if err := a.do(ctx, func(s store) error { return s.enable(ctx, email) }); err != nil {
		return err
	}
	fmt.Fprintf(streams.Err, "Account %s is enabled.\n", email)
	return nil
}

func (a admin) allow(ctx context.Context, arguments []string, streams command.Streams) error {
	if len(arguments) == 0 {
		return command.UsageError("accounts scopes: name the email address of one account, and then the scopes.")
	}
	email, err := one("accounts scopes", arguments[:1])
	if err != nil {
		return err
	}
	all, err := a.scopes()
	if err != nil {
		return err
	}
	for _, scope := range arguments[1:] {
		if !slices.Contains(all, scope) {
			return command.UsageError(fmt.Sprintf("accounts scopes: %q is not a scope. The scopes are: %s.", scope, strings.Join(all, " ")))
		}
	}
	if err := a.do(ctx, func(s store) error { return s.allow(ctx, email, arguments[1:]) }); err != nil {
		return err
	}
	fmt.Fprintf(streams.Err, "Account %s may: %s.\n", email, may(arguments[1:]))
	return nil
}

func (a admin) remove(ctx context.Context, arguments []string, streams command.Streams) error {
	email, err := one("accounts delete", arguments)
	if err != nil {
		return err
	}
	if err := a.do(ctx, func(s store) error { return s.remove(ctx, email) }); err != nil {
		return err
	}
	fmt.Fprintf(streams.Err, "Account %s is deleted.\n", email)
	return nil
}

func (a admin) do(ctx context.Context, change func(store) error) error {
	db, closing, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer closing()
	return change(store{db})
}

// one returns the only argument, which is an email address.
func one(name string, arguments []string) (string, error) {
	var violations check.Violations
	if len(arguments) == 1 {
		violations.Email("", normalEmail(arguments[0]), emailMax)
	}
	if len(arguments) != 1 || violations.Err() != nil {
		return "", command.UsageError(name + ": name the email address of one account.")
	}
	return normalEmail(arguments[0]), nil
}
