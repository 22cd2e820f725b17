package main

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// helpColumns is the width of help texts.
const helpColumns = 80

// explainYourself sets up the help of all commands: 80 columns, and suggestions for
// mistyped names.
func explainYourself(root *cobra.Command) {
	root.SetUsageFunc(printUsage)
	root.SetHelpFunc(printHelp)
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
	printVersion(root)
	showUsage(root)
}

// printVersion adds the flag --version. Cobra's own takes a template.
func printVersion(root *cobra.Command) {
	asked := root.Flags().Bool("version", false, "version for exemplar")
	help := root.RunE
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if *asked {
			say(cmd.OutOrStdout(), "%s\n", versionText())
			return nil
		}
		return help(cmd, args)
	}
}

// printHelp writes what a command does and how it is used. Help is written without
// templates: these call methods by name, so that the linker must keep every method of
// every type, which makes the program larger by a sixth.
func printHelp(cmd *cobra.Command, _ []string) {
	out := cmd.OutOrStdout()
	if text := strings.TrimRight(fill(cmp.Or(cmd.Long, cmd.Short), helpColumns), " \n"); text != "" {
		fmt.Fprintf(out, "%s\n\n", text)
	}
	if cmd.Runnable() || cmd.HasSubCommands() {
		fmt.Fprint(out, cmd.UsageString())
	}
}

// printUsage writes how a command is used, in cobra's words and order.
func printUsage(cmd *cobra.Command) error {
	var b strings.Builder
	section := func(title, text string) { fmt.Fprintf(&b, "\n\n%s\n%s", title, strings.TrimRight(text, " \n")) }
	b.WriteString("Usage:")
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n  %s [command]", cmd.CommandPath())
	} else if cmd.Runnable() {
		fmt.Fprintf(&b, "\n  %s", cmd.UseLine())
	}
	if len(cmd.Aliases) > 0 {
		section("Aliases:", "  "+cmd.NameAndAliases())
	}
	if cmd.HasExample() {
		section("Examples:", fillExamples(cmd.Example, helpColumns))
	}
	if cmd.HasAvailableSubCommands() {
		for _, group := range cmd.Groups() {
			section(group.Title, listCommands(cmd, group.ID))
		}
		switch {
		case len(cmd.Groups()) == 0:
			section("Available Commands:", listCommands(cmd, ""))
		case !cmd.AllChildCommandsHaveGroup():
			section("Additional Commands:", listCommands(cmd, ""))
		}
	}
	if cmd.HasAvailableLocalFlags() {
		section("Flags:", cmd.LocalFlags().FlagUsagesWrapped(helpColumns))
	}
	if cmd.HasAvailableInheritedFlags() {
		section("Global Flags:", cmd.InheritedFlags().FlagUsagesWrapped(helpColumns))
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n\nUse \"%s [command] --help\" for more information about a command.", cmd.CommandPath())
	}
	_, err := fmt.Fprintln(cmd.OutOrStderr(), b.String())
	return err
}

// listCommands returns a line for each command of a group.
func listCommands(cmd *cobra.Command, group string) string {
	var b strings.Builder
	for _, sub := range cmd.Commands() {
		if sub.GroupID == group && (sub.IsAvailableCommand() || sub.Name() == "help") {
			fmt.Fprintf(&b, "  %-*s %s\n", sub.NamePadding(), sub.Name(), sub.Short)
		}
	}
	return b.String()
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
	if cmd.HasSubCommands() {
		return
	}
	if check == nil {
		check = cobra.ArbitraryArgs
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if check(cmd, args) == nil {
			return refuseEmpty(cmd, args)
		}
		return fmt.Errorf("%s given: want %s; see %s --help", count(len(args), "argument"), strings.TrimSuffix(cmd.UseLine(), " [flags]"), cmd.CommandPath())
	}
}

// refuseEmpty refuses an empty argument where a path or a name is wanted: it is what a variable of
// the shell leaves that has no value. Labels and notes are judged by the commands that take them,
// and a teacher's command, after --, is not ours.
func refuseEmpty(cmd *cobra.Command, args []string) error {
	if strings.Contains(cmd.Use, "LABEL") {
		return nil
	}
	if dash := cmd.ArgsLenAtDash(); dash >= 0 && strings.Contains(cmd.Use, "[-- ") {
		args = args[:dash]
	}
	if at := slices.Index(args, ""); at >= 0 {
		return fmt.Errorf("argument %d is empty (a shell variable without a value?): want %s; see %s --help", at+1, strings.TrimSuffix(cmd.UseLine(), " [flags]"), cmd.CommandPath())
	}
	return nil
}

// refuseEmptyFlags does so for the flags: what names a file, an address or a label names nothing, and
// would be taken as if it were not there. A text may be empty, and so may what says so in its help.
func refuseEmptyFlags(cmd *cobra.Command) (failed error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		wanted, usage := pflag.UnquoteUsage(f)
		if failed == nil && isEmpty(f.Value) && wanted != "TEXT" && !strings.Contains(usage, "''") {
			failed = fmt.Errorf("--%s is empty (a shell variable without a value?): want --%s %s; see %s --help", f.Name, f.Name, wanted, cmd.CommandPath())
		}
	})
	return failed
}

// isEmpty reports whether the value of a flag is an empty text, or a list with one.
func isEmpty(value pflag.Value) bool {
	if list, ok := value.(pflag.SliceValue); ok {
		return len(list.GetSlice()) == 0 || slices.Contains(list.GetSlice(), "")
	}
	return value.Type() == "string" && value.String() == ""
}

// refuseMissingFlags and refuseRivalFlags say what cobra would say after them, in its own words.
func refuseMissingFlags(cmd *cobra.Command) (failed error) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if failed == nil && f.Annotations[cobra.BashCompOneRequiredFlag] != nil && !f.Changed {
			wanted, _ := pflag.UnquoteUsage(f)
			failed = fmt.Errorf("--%s is missing: give --%s %s; see %s --help", f.Name, f.Name, wanted, cmd.CommandPath())
		}
	})
	return failed
}

// rivalFlags is cobra's annotation of flags of which only one may be given: groups of their names.
const rivalFlags = "cobra_annotation_mutually_exclusive"

func refuseRivalFlags(cmd *cobra.Command) (failed error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		for _, group := range f.Annotations[rivalFlags] {
			for _, other := range strings.Fields(group) {
				if failed == nil && other != f.Name && cmd.Flags().Changed(other) {
					failed = fmt.Errorf("--%s and --%s cannot be given together: give one of them; see %s --help", f.Name, other, cmd.CommandPath())
				}
			}
		}
	})
	return failed
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

// flagError says in plain words what is wrong with a flag, and suggests flags with similar names.
// If the command itself is unknown, it reports that, because its flags are then unknown too.
func flagError(cmd *cobra.Command, err error) error {
	if args := cmd.Flags().Args(); cmd.HasSubCommands() && len(args) > 0 {
		return unknownCommand(cmd, args[0])
	}
	var bad *pflag.InvalidValueError
	var none *pflag.ValueRequiredError
	var unknown *pflag.NotExistError
	var syntax *pflag.InvalidSyntaxError
	switch {
	case errors.As(err, &bad):
		return fmt.Errorf("--%s %q: %s; see %s --help", bad.GetFlag().Name, bad.GetValue(), wantedOf(bad), cmd.CommandPath())
	case errors.As(err, &none):
		wanted, _ := pflag.UnquoteUsage(none.GetFlag())
		return fmt.Errorf("--%s has no value: give --%s %s; see %s --help", none.GetFlag().Name, none.GetFlag().Name, wanted, cmd.CommandPath())
	case errors.As(err, &syntax):
		return fmt.Errorf("%q is no flag: the name of one comes after two dashes, or one letter after one; see %s --help", syntax.GetSpecifiedFlag(), cmd.CommandPath())
	case !errors.As(err, &unknown):
		return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
	}
	name := "--" + unknown.GetSpecifiedName()
	if letters := unknown.GetSpecifiedShortnames(); letters != "" {
		first, size := utf8.DecodeRuneInString(letters)
		text := ""
		if size < len(letters) {
			text = fmt.Sprintf(" (of -%s)", letters)
		}
		return fmt.Errorf("there is no flag -%c%s: %s", first, text, didYouMean(cmd, similarFlags(cmd, "--"+letters)))
	}
	return fmt.Errorf("there is no flag %s: %s", name, didYouMean(cmd, similarFlags(cmd, name)))
}

// wantedOf says what the value of a flag must be.
func wantedOf(bad *pflag.InvalidValueError) string {
	var number *strconv.NumError
	var list *csv.ParseError
	switch {
	case errors.As(bad, &number) && errors.Is(number, strconv.ErrRange):
		return "want a number that is nearer to 0"
	case errors.As(bad, &number):
		return "want " + cmp.Or(map[string]string{"ParseBool": "true or false", "ParseFloat": "a number"}[number.Func], "a whole number")
	case errors.As(bad, &list):
		return "want words separated by commas, without quotation marks"
	case bad.GetFlag().Value.Type() == "duration":
		return "want a time such as 10s or 5m"
	}
	return bad.Unwrap().Error() // of the flags of this program, which say what they want
}

// similarFlags are flags with similar names.
func similarFlags(cmd *cobra.Command, name string) []string {
	// cobra suggests only commands, so the flags' names become commands.
	flags := &cobra.Command{SuggestionsMinimumDistance: suggestionDistance}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		flags.AddCommand(&cobra.Command{Use: "--" + f.Name, Run: func(*cobra.Command, []string) {}})
	})
	return flags.SuggestionsFor(name)
}

// fill wraps text to some columns. A line that begins with a dash is an item of a list,
// to which the indented lines after it belong. Another line that begins with a space
// belongs to a table or an example: it keeps its own line, and its continuation is indented.
func fill(text string, width int) string {
	var out []string
	var paragraph []string
	indent := ""
	end := func() {
		out = append(out, wrap(strings.Join(paragraph, " "), width, indent)...)
		paragraph, indent = nil, ""
	}
	for _, line := range strings.Split(text, "\n") {
		isItem := len(paragraph) > 0 && paragraph[0][0] == '-'
		switch {
		case line == "":
			end()
			out = append(out, "")
		case line[0] == '-':
			end()
			paragraph, indent = []string{line}, "  "
		case line[0] == ' ' && isItem:
			paragraph = append(paragraph, strings.TrimLeft(line, " "))
		case line[0] == ' ':
			end()
			more := line[:len(line)-len(strings.TrimLeft(line, " "))] + "    "
			out = append(out, wrap(line, width, more)...)
		default:
			paragraph = append(paragraph, line)
		}
	}
	end()
	return strings.Join(out, "\n")
}

// fillExamples breaks the lines of examples so that a shell takes them as they are.
func fillExamples(text string, width int) string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if len(line) > width && !strings.Contains(line, " # ") {
			line = strings.Join(wrap(line, width-len(` \`), "      "), " \\\n")
		}
		out = append(out, fill(line, width))
	}
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
