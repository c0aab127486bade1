// Kept by the platform: docs/ownership.md says what that means.

package command_test

import (
	"context"
	"errors"
	"flag"
	"io"
	"strings"
	"testing"

	"platform.internal/command"
	"platform.internal/fault"
)

func nothing(context.Context, []string, command.Streams) error { return nil }

func commands() []command.Command {
	return []command.Command{
		{Name: "serve", Summary: "Answers requests.", Run: nothing},
		command.Version("1.2.3"),
		{Name: "migrate up", Summary: "Applies migrations.", Run: func(context.Context, []string, command.Streams) error {
			return errors.New("the database does not answer")
		}},
		{Name: "keys list", Summary: "Lists keys.", Run: func(context.Context, []string, command.Streams) error {
			return fault.Wrap(fault.Unavailable, "The database does not answer.", errors.New("refused"))
		}},
		{Name: "keys revoke", Synopsis: "<prefix>", Summary: "Ends a key.", Run: func(_ context.Context, arguments []string, _ command.Streams) error {
			rest, err := command.Flags("keys revoke", arguments, func(flags *flag.FlagSet) { flags.Bool("force", false, "") })
			if err == nil && len(rest) > 0 {
				return fault.New(fault.NotFound, "There is no such key.")
			}
			return err
		}},
	}
}

func TestAFaultIsToldWithoutItsKind(t *testing.T) {
	t.Parallel()
	var err strings.Builder
	command.Run(t.Context(), "billing", commands(), []string{"keys", "revoke", "none"}, command.Streams{Out: io.Discard, Err: &err})
	if err.String() != "There is no such key.\n" {
		t.Errorf("got %q", err.String())
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arguments string
		code      int
		out, err  string
	}{
		"prints the help without a command":            {"", 0, "migrate up", ""},
		"prints the help for --help":                   {"--help", 0, "Answers requests.", ""},
		"prints the help for help":                     {"help", 0, "Answers requests.", ""},
		"is silent for a command that works":           {"serve", 0, "", ""},
		"says which build it is":                       {"version", 0, "1.2.3\n", ""},
		"ends with 1 and a sentence for a failure":     {"migrate up", 1, "", "the database does not answer\n"},
		"says of a fault what a client may read":       {"keys revoke none", 1, "", "There is no such key.\n"},
		"says of a fault with a cause that cause, too": {"keys list", 1, "", "refused"},
		"ends with 2 for an unknown command":           {"start", 2, "", `billing has no command "start"`},
		"ends with 2 for half a command":               {"migrate", 2, "", `billing has no command "migrate"`},
		"ends with 2 for an argument too many":         {"version again", 2, "", `version takes no argument, and got "again".`},
		"ends with 2 and the usage for a wrong flag":   {"keys revoke --hard", 2, "", "Usage: billing keys revoke <prefix>"},
		"prints the help of a command":                 {"keys revoke --help", 0, "billing keys revoke <prefix>", ""},
		"prints it wherever it is asked for":           {"keys revoke --force -h", 0, "Ends a key.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, err strings.Builder
			code := command.Run(t.Context(), "billing", commands(), strings.Fields(test.arguments), command.Streams{Out: &out, Err: &err})
			if code != test.code || !strings.Contains(out.String(), test.out) || !strings.Contains(err.String(), test.err) {
				t.Errorf("code %d, out %q, err %q", code, out.String(), err.String())
			}
			if test.err == "" && err.Len() > 0 || test.out == "" && out.Len() > 0 {
				t.Errorf("unexpected: out %q, err %q", out.String(), err.String())
			}
		})
	}
}
