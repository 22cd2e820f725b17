package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// helpColumns is the width of help texts.
const helpColumns = 80

// explainYourself sets up the help of all commands: 80 columns, and suggestions for
// mistyped names.
func explainYourself(root *cobra.Command) {
	cobra.AddTemplateFunc("fill", func(s string) string { return fill(s, helpColumns) })
	usage := strings.NewReplacer(
		".LocalFlags.FlagUsages", fmt.Sprintf(".LocalFlags.FlagUsagesWrapped %d", helpColumns),
		".InheritedFlags.FlagUsages", fmt.Sprintf(".InheritedFlags.FlagUsagesWrapped %d", helpColumns),
		"{{.Example}}", "{{.Example | fill}}",
		"{{if .Runnable}}", "{{if and .Runnable (not .HasAvailableSubCommands)}}", // a command that only holds others
	)
	root.SetUsageTemplate(usage.Replace(root.UsageTemplate()))
	root.SetHelpTemplate("{{with (or .Long .Short)}}{{. | fill | trimTrailingWhitespaces}}\n\n{{end}}" +
		"{{if or .Runnable .HasSubCommands}}{{.UsageString}}{{end}}")
	cobra.AddTemplateFunc("versionText", versionText)
	root.SetVersionTemplate("{{versionText}}\n")
	helpAtOnce(root)
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(newHelp())
	root.SetHelpCommandGroupID("tool")
	root.SetCompletionCommandGroupID("tool")
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		if cmd.Name() == "completion" {
			cmd.Short = "Print the completions for a shell"
			onlySubCommands(cmd)
		}
	}
	onlySubCommands(root)
	showUsage(root)
}

// helpAtOnce writes help like any other output, so that run reports an error of
// writing.
func helpAtOnce(root *cobra.Command) {
	usual := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		var text bytes.Buffer
		out := cmd.OutOrStdout()
		cmd.SetOut(&text)
		usual(cmd, args)
		cmd.SetOut(out)
		out.Write(text.Bytes())
	})
}

// showUsage makes commands with too few or too many arguments say what they want.
func showUsage(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		showUsage(sub)
	}
	check := cmd.Args
	if check == nil || cmd.HasSubCommands() {
		return
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if check(cmd, args) == nil {
			return nil
		}
		return fmt.Errorf("%s given: want %s; see %s --help", count(len(args), "argument"), strings.TrimSuffix(cmd.UseLine(), " [flags]"), cmd.CommandPath())
	}
}

// onlySubCommands sets up a command that only holds others: alone it prints its help,
// and it refuses an unknown sub-command.
func onlySubCommands(cmd *cobra.Command) {
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return unknownCommand(cmd, args[0])
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
}

func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Explain a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			found := cmd.Root()
			for _, name := range args {
				next, rest, err := found.Find([]string{name})
				if err != nil || next == found || len(rest) > 0 {
					return unknownCommand(found, name)
				}
				found = next
			}
			found.InitDefaultHelpFlag()
			return found.Help()
		},
	}
}

// unknownCommand suggests commands with similar names.
func unknownCommand(cmd *cobra.Command, name string) error {
	cmd.SuggestionsMinimumDistance = suggestionDistance
	return fmt.Errorf("there is no command %q: %s", cmd.CommandPath()+" "+name, didYouMean(cmd, cmd.SuggestionsFor(name)))
}

const suggestionDistance = 2 // letters: cobra's own

func didYouMean(cmd *cobra.Command, names []string) string {
	if len(names) == 0 {
		return "see " + cmd.CommandPath() + " --help"
	}
	return "did you mean " + strings.Join(names, " or ") + "?"
}

// flagError suggests flags with similar names. If the command itself is unknown, it
// reports that, because its flags are then unknown too.
func flagError(cmd *cobra.Command, err error) error {
	if args := cmd.Flags().Args(); cmd.HasSubCommands() && len(args) > 0 {
		return unknownCommand(cmd, args[0])
	}
	var bad *pflag.InvalidValueError
	var number *strconv.NumError
	if errors.As(err, &bad) && errors.As(err, &number) {
		want := map[string]string{"ParseBool": "true or false", "ParseFloat": "a number"}[number.Func]
		return fmt.Errorf("--%s %q: want %s; see %s --help", bad.GetFlag().Name, bad.GetValue(), cmp.Or(want, "a whole number"), cmd.CommandPath())
	}
	name, ok := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !ok {
		return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
	}
	// cobra suggests only commands, so the flags' names become commands.
	flags := &cobra.Command{SuggestionsMinimumDistance: suggestionDistance}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		flags.AddCommand(&cobra.Command{Use: "--" + f.Name, Run: func(*cobra.Command, []string) {}})
	})
	return fmt.Errorf("there is no flag --%s: %s", name, didYouMean(cmd, flags.SuggestionsFor("--"+name)))
}

// fill wraps text to some columns. A line that begins with a space or a dash belongs to
// a table or an example: it keeps its own line, and its continuation is indented.
func fill(text string, width int) string {
	var out []string
	var paragraph []string
	end := func() {
		out = append(out, wrap(strings.Join(paragraph, " "), width, "")...)
		paragraph = nil
	}
	for _, line := range strings.Split(text, "\n") {
		switch {
		case line == "":
			end()
			out = append(out, "")
		case line[0] == ' ' || line[0] == '-':
			end()
			indent := line[:len(line)-len(strings.TrimLeft(line, " "))] + "    "
			out = append(out, wrap(line, width, indent)...)
		default:
			paragraph = append(paragraph, line)
		}
	}
	end()
	return strings.Join(out, "\n")
}

// wrap breaks a line at spaces, and indents all parts but the first.
func wrap(line string, width int, indent string) []string {
	if line == "" {
		return nil
	}
	var lines []string
	for len(line) > width {
		at := strings.LastIndex(line[:width+1], " ")
		if strings.TrimSpace(line[:max(at, 0)]) == "" {
			break
		}
		lines = append(lines, strings.TrimRight(line[:at], " "))
		line = indent + strings.TrimLeft(line[at:], " ")
	}
	return append(lines, line)
}
