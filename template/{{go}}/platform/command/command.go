// Kept by the platform: docs/ownership.md says what that means.

// Package command runs the subcommands of the service's binary.
package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"platform.internal/fault"
)

// Command is one subcommand.
type Command struct {
	Name     string // of one word or more, such as "migrate up"
	Synopsis string // of its flags and arguments, empty if it takes none
	Summary  string // one sentence
	Run      func(ctx context.Context, arguments []string, streams Streams) error
}

// Streams are where a command writes: results to Out, everything else to Err.
type Streams struct {
	Out, Err io.Writer
}

// UsageError says that the arguments are wrong; the process exits with 2 instead of 1.
type UsageError string

// Error implements error.
func (e UsageError) Error() string { return string(e) }

// Run finds the command that the arguments begin with and runs it. It returns the exit code of the process:
// 0 for success, 1 for a failure, 2 for wrong arguments; an error is written to Err, one sentence a line.
func Run(ctx context.Context, program string, commands []Command, arguments []string, streams Streams) int {
	if len(arguments) == 0 || arguments[0] == "help" || isHelp(arguments[0]) {
		help(program, commands, streams.Out)
		return 0
	}
	chosen, rest, ok := find(commands, arguments)
	if !ok {
		fmt.Fprintf(streams.Err, "%s has no command %q. Run `%s --help` to see them.\n", program, strings.Join(arguments, " "), program)
		return 2
	}
	if slices.ContainsFunc(rest, isHelp) {
		fmt.Fprintf(streams.Out, "Usage: %s\n\n%s\n", usage(program, chosen), chosen.Summary)
		return 0
	}
	err := chosen.Run(ctx, rest, streams)
	if err == nil {
		return 0
	}
	fmt.Fprintln(streams.Err, sentence(err))
	if _, wrong := errors.AsType[UsageError](err); wrong {
		fmt.Fprintf(streams.Err, "Usage: %s\n", usage(program, chosen))
		return 2
	}
	return 1
}

// Version returns the command that prints which build this is.
func Version(version string) Command {
	return Command{
		Name:    "version",
		Summary: "Says which build this is.",
		Run: func(_ context.Context, arguments []string, streams Streams) error {
			if err := NoArguments("version", arguments); err != nil {
				return err
			}
			_, err := fmt.Fprintln(streams.Out, version)
			return err
		},
	}
}

// Flags parses the arguments into flags, and returns what is left over. The error is a UsageError.
func Flags(name string, arguments []string, define func(*flag.FlagSet)) ([]string, error) {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	define(flags)
	if err := flags.Parse(arguments); err != nil {
		return nil, UsageError(name + ": " + err.Error() + ".")
	}
	return flags.Args(), nil
}

// NoArguments returns a UsageError if there are any.
func NoArguments(name string, arguments []string) error {
	if len(arguments) > 0 {
		return UsageError(fmt.Sprintf("%s takes no argument, and got %q.", name, arguments[0]))
	}
	return nil
}

func find(commands []Command, arguments []string) (Command, []string, bool) {
	for _, command := range commands {
		words := strings.Fields(command.Name)
		if len(arguments) >= len(words) && strings.Join(arguments[:len(words)], " ") == command.Name {
			return command, arguments[len(words):], true
		}
	}
	return Command{}, nil, false
}

// sentence leaves out the kind of a fault that has no cause: its message says it all.
func sentence(err error) string {
	if known, ok := errors.AsType[*fault.Error](err); ok && known.Unwrap() == nil {
		return known.Message
	}
	return err.Error()
}

func usage(program string, command Command) string {
	return strings.TrimSpace(program + " " + command.Name + " " + command.Synopsis)
}

func isHelp(argument string) bool {
	return argument == "--help" || argument == "-help" || argument == "-h"
}

func help(program string, commands []Command, out io.Writer) {
	fmt.Fprintf(out, "Usage: %s <command> [flags]\n\nCommands:\n", program)
	width := 0
	for _, command := range commands {
		width = max(width, len(command.Name))
	}
	for _, command := range commands {
		fmt.Fprintf(out, "  %-*s  %s\n", width, command.Name, command.Summary)
	}
	fmt.Fprintf(out, "\nRun `%s <command> --help` for its flags. Settings come from the environment; .env.example lists them.\n", program)
}
