// Package cli is the vlmspec command line: it reads flags, calls the runner and
// turns its outcome into an exit code. Start reading at [Main]; every
// command has a file of its own.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sync/atomic"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vlmspec/vlmspec/runner/internal/visible"
	"github.com/vlmspec/vlmspec/runner/secret"
	"github.com/vlmspec/vlmspec/runner/spec"
	"github.com/vlmspec/vlmspec/runner/trust"
)

// Exit codes, the same for every command.
const (
	exitOK          = 0
	exitFailed      = 1   // a case failed or a gate was missed
	exitUsage       = 2   // the specs or the command line are wrong
	exitInfra       = 3   // infrastructure errors only
	exitInterrupted = 130 // Ctrl-C
)

// Main runs one command line and returns the exit code of the process.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	a := &app{in: stdin, rawOut: stdout, rawErr: stderr}
	a.out, a.err = visible.Writer(stdout, a.shown), visible.Writer(stderr, a.shown)
	defer func() { // Go's own exit code would say that the command line is wrong
		if p := recover(); p != nil {
			fmt.Fprintf(a.err, "vlmspec: this is a bug, please report it: %v\n\n%s", p, debug.Stack())
			code = exitInfra
		}
	}()
	collectOften()
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(context.Background())
	return a.exitCode(err)
}

// collectOften lets half as much garbage lie beside what is in use as Go does, unless
// the environment says how much: of 100,000 cases some 200 MB are in use, and a
// backend wants the memory.
func collectOften() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}

// app carries what every command shares.
type app struct {
	in io.Reader
	// out and err take text for people, and make it harmless to a terminal; what
	// draws, and reports, which see to that themselves, write to the raw ones.
	out, err       io.Writer
	rawOut, rawErr io.Writer
	secrets        atomic.Pointer[secret.Set] // of the project, once it is known
	dir            string                     // --project: where vlmspec.yaml is looked for, upwards
	color          string                     // --color: auto, always, never
}

// shown is a text as a person may see it.
func (a *app) shown(text string) string { return visible.Text(a.secrets.Load().Hide(text)) }

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "vlmspec",
		Short: "Test runner for vision-language models",
		Long: `vlmspec runs prompts over images as test cases: a YAML spec says what the
answer must satisfy, a backend answers, checks judge, and the outcome is a
verdict per case, a report and an exit code.

Exit codes: 0 all passed, 1 a case failed, 2 the specs or the command line are
wrong, 3 only infrastructure errors, 130 interrupted.`,
		Example:       "  vlmspec init demo && cd demo && vlmspec run\n  vlmspec run specs/colors.yaml:12 --report junit=out/junit.xml",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		hint := ""
		if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
			hint = nearFlag(c, unknown.GetSpecifiedName())
		}
		return usageError{fmt.Errorf("%w%s; `%s --help` lists the flags", err, hint, c.CommandPath())}
	})
	root.PersistentFlags().StringVarP(&a.dir, "project", "C", ".", "folder of the project: vlmspec.yaml is looked for here and above")
	root.PersistentFlags().StringVar(&a.color, "color", "auto", "colours: auto (on a terminal), always or never; $NO_COLOR and $FORCE_COLOR say so too")
	root.PersistentFlags().Bool("trust", false, "let the programs run that the project brings, this time")
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) error {
		if trusted, _ := c.Flags().GetBool("trust"); trusted {
			_ = os.Setenv(trust.Env, "1") // runs of watch are processes of their own
		}
		return a.checkColor()
	}
	root.AddCommand(
		a.runCommand(),
		a.watchCommand(),
		a.listCommand(),
		a.validateCommand(),
		a.reportCommand(),
		a.runsCommand(),
		a.compareCommand(),
		a.rankCommand(),
		a.judgesCommand(),
		a.scoreCommand(),
		a.acceptCommand(),
		a.reviewCommand(),
		a.quarantineCommand(),
		a.mergeGoldensCommand(),
		a.schemaCommand(),
		a.backendsCommand(),
		a.initCommand(),
		a.doctorCommand(),
		a.modelsCommand(),
		a.cacheCommand(),
		a.checksCommand(),
		a.formatsCommand(),
		a.metricsCommand(),
		a.versionCommand(),
		a.historyCommand(),
		a.mergeCommand(),
	)
	group(root)
	wrongArguments(root)
	return root
}

// nearFlag is a hint at the flag that one which is not there was most likely meant
// to be; "" where none is near.
func nearFlag(c *cobra.Command, name string) string {
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := spec.Suggest(name, names); near != "" {
		return "; did you mean --" + near + "?"
	}
	return ""
}

// group makes a command of commands, and those below it, refuse one that it does
// not have.
func group(c *cobra.Command) {
	for _, sub := range c.Commands() {
		group(sub)
	}
	if c.Runnable() || !c.HasSubCommands() {
		return
	}
	c.DisableFlagsInUseLine = true
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return c.Help()
		}
		var names []string
		for _, sub := range c.Commands() {
			names = append(names, sub.Name())
		}
		return usagef("unknown command %q for %q; %s", args[0], c.CommandPath(), spec.DidYouMean(args[0], names))
	}
	c.Args = cobra.ArbitraryArgs
}

// wrongArguments makes a wrong number of arguments a wrong command line.
func wrongArguments(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			err := check(c, args)
			if _, told := errors.AsType[usageError](err); err != nil && !told {
				return usageError{fmt.Errorf("%w; `%s --help` says more", err, c.CommandPath())}
			}
			return err
		}
	}
	for _, sub := range c.Commands() {
		wrongArguments(sub)
	}
}

// usageError is a wrong command line or a wrong spec.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// exit ends a command with a code and nothing more to say.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

func (a *app) exitCode(err error) int {
	var code exit
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &usage):
		a.complain(err)
		return exitUsage
	default:
		a.complain(err)
		return exitInfra
	}
}

func (a *app) complain(err error) { fmt.Fprintf(a.err, "vlmspec: %v\n", err) }

// terminal reports whether w is a terminal a person looks at.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
