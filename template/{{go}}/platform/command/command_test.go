package command_test

import (
	"context"
	"errors"
	"flag"
	"strings"
	"testing"

	"platform.internal/command"
)

var commands = []command.Command{
	{Name: "serve", Summary: "Answers requests.", Run: func(context.Context, []string, command.Streams) error { return nil }},
	{Name: "migrate up", Summary: "Applies migrations.", Run: func(context.Context, []string, command.Streams) error {
		return errors.New("the database does not answer")
	}},
	{Name: "keys revoke", Synopsis: "<prefix>", Summary: "Ends a key.", Run: func(_ context.Context, arguments []string, _ command.Streams) error {
		_, err := command.Flags("keys revoke", arguments, func(flags *flag.FlagSet) { flags.Bool("force", false, "") })
		return err
	}},
}

func TestRun(t *testing.T) {
	tests := map[string]struct {
		arguments string
		code      int
		out, err  string
	}{
		"no command prints the help":            {"", 0, "migrate up", ""},
		"--help prints the help":                {"--help", 0, "Answers requests.", ""},
		"a command that works is silent":        {"serve", 0, "", ""},
		"a failure is one sentence and code 1":  {"migrate up", 1, "", "the database does not answer\n"},
		"an unknown command is named, code 2":   {"start", 2, "", `billing has no command "start"`},
		"half a command is not a command":       {"migrate", 2, "", `billing has no command "migrate"`},
		"a command has a help of its own":       {"keys revoke --help", 0, "billing keys revoke <prefix>", ""},
		"an unknown flag shows the usage again": {"keys revoke --hard", 2, "", "Usage: billing keys revoke <prefix>"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var out, err strings.Builder
			code := command.Run(t.Context(), "billing", commands, strings.Fields(test.arguments), command.Streams{Out: &out, Err: &err})
			if code != test.code || !strings.Contains(out.String(), test.out) || !strings.Contains(err.String(), test.err) {
				t.Errorf("code %d, out %q, err %q", code, out.String(), err.String())
			}
			if test.err == "" && err.Len() > 0 {
				t.Errorf("unexpected %q", err.String())
			}
		})
	}
}
