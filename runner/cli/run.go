package cli

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/runner"
	"github.com/vlmspec/vlmspec/runner/event"
	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/report"
	"github.com/vlmspec/vlmspec/runner/review/picture"
	"github.com/vlmspec/vlmspec/runner/runs"
	"github.com/vlmspec/vlmspec/runner/spec"
	"github.com/vlmspec/vlmspec/runner/suite"
)

// runFlags are the flags of run.
type runFlags struct {
	selection
	sampling
	sharding
	reports  []string
	profile  string
	failFast int
	dryRun   bool
	shuffle  string
	verbose  bool
	noCache  bool
	offline  bool
	update   string
	events   string
	images   string
	watched  watched

	failedFirst bool
}

func (a *app) runCommand() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "run [file | folder | file:line]...",
		Short: "Run specs and judge the answers",
		Long: `run asks the backends, judges the answers and shows the verdicts. Without
arguments it runs every spec of the project; FILE:LINE is the case at that line.

Each run is kept in .vlmspec/runs; ` + "`vlmspec report`" + ` renders it again.
Ctrl-C once ends the run and still writes the reports; twice ends at once.`,
		Example: `  vlmspec run
  vlmspec run specs/colors.yaml:12 --repeat 5
  vlmspec run --label 'smoke && !slow' --fail-fast
  vlmspec run --only-changed=origin/main
  vlmspec run --report junit=out/junit.xml --report github`,
		RunE: func(c *cobra.Command, args []string) error { return a.run(c, &f, args) },
	}
	f.selection.flags(c)
	f.sampling.flags(c)
	f.sharding.flags(c)
	flags := c.Flags()
	flags.StringArrayVar(&f.reports, "report", nil, "report to write, KIND or KIND=PATH, more than once: "+reportKinds())
	flags.StringVar(&f.profile, "profile", "", "set of flags from vlmspec.yaml; what the command line says comes first")
	flags.IntVar(&f.failFast, "fail-fast", 0, "stop after this many failing cases")
	flags.Lookup("fail-fast").NoOptDefVal = "1"
	flags.BoolVar(&f.dryRun, "dry-run", false, "show what would run, and ask no backend")
	flags.StringVar(&f.shuffle, "shuffle", "", "judge in random order; a number repeats an order")
	flags.Lookup("shuffle").NoOptDefVal = "random"
	flags.StringVar(&f.update, "update", "", `which answers of golden checks become pending: missing (nothing is accepted for the
prompt and images yet), changed (and those unlike what is accepted), all (and those
as accepted) or none; missing when not given, none with CI set`)
	flags.BoolVar(&f.noCache, "no-cache", false, "ask the backends also for answers that an earlier run has cached; the new ones are cached instead")
	flags.BoolVar(&f.offline, "offline", false, "ask no backend: a case whose answer is not cached is an error")
	flags.BoolVar(&f.failedFirst, "failed-first", false, "cases that are failing by their latest outcome, over all runs, go first")
	flags.StringVar(&f.events, "events", "", "write what happens as JSON lines to this file as it happens, - for standard output: docs/events.md")
	flags.StringVar(&f.images, "images", string(picture.Auto), "how a terminal shows what a failed vision check looked at: "+picture.Names()+"; auto is where it can show pixels")
	f.watched.flags(flags)
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "show all that the backends print, not only their warnings")
	return c
}

func (a *app) run(c *cobra.Command, f *runFlags, paths []string) error {
	wanted, err := a.useProfile(c, f.profile)
	if f.reports != nil {
		wanted = wantedReports{words: f.reports}
	}
	if f.dryRun {
		wanted = wantedReports{}
	}
	if err != nil {
		return a.refuse(err, wanted)
	}
	o, err := a.runOptions(c, f, paths)
	if err != nil {
		return a.refuse(err, wanted)
	}
	if f.dryRun {
		p, err := a.open(o.plan)
		if err != nil {
			return err
		}
		return a.dry(p)
	}
	return a.execute(o, wanted)
}

// open makes the plan; whatever is printed from now on has no secrets.
func (a *app) open(o plan.Options) (*plan.Plan, error) {
	p, err := plan.Open(o)
	if p != nil {
		a.secrets.Store(p.Secrets())
	}
	return p, wrong(err)
}

// options say what to run and how, and where its events go.
type options struct {
	plan   plan.Options
	run    runner.Options
	images picture.Protocol
	events string // file, - for standard output, fd:N for a file descriptor; "" is nowhere
	quiet  bool   // whoever ends the run knows that it is ended
}

// execute runs what the options select, shows it as it goes, and writes reports.
func (a *app) execute(o *options, wanted wantedReports) error {
	p, err := a.open(o.plan)
	if err != nil {
		return a.refuse(err, wanted)
	}
	if err := consent(p); err != nil {
		return a.refuse(err, wanted)
	}
	targets, err := wanted.targets(p.Project.Dir)
	if err != nil {
		return err
	}
	if err := clearReports(targets); err != nil {
		return err
	}
	notices := a.err
	if o.quiet {
		notices = io.Discard
	}
	var sweeping sync.WaitGroup
	sweeping.Go(host.Sweep)
	defer sweeping.Wait()
	stop := interruptible(notices)
	defer stop.end()
	stdout := stop.watch(a.rawOut)
	events, err := openEvents(o.events, stdout)
	if err != nil {
		return a.refuse(err, wanted)
	}
	if p.Len() == 0 {
		fmt.Fprintf(a.out, "Nothing to run: %s.\n", p.Nothing)
	}
	out, options := stdout, a.consoleOptions(a.rawOut)
	if o.events == "-" || slices.ContainsFunc(targets, report.Target.OwnsStdout) {
		out, options = stop.watch(a.rawErr), a.consoleOptions(a.rawErr)
	}
	if o.quiet { // who watches shows the events
		out, options.Warnings = io.Discard, nil
	}
	options.Folder = runs.Open(p.Project.State).Folder
	if options.Columns > 0 && !o.quiet {
		options.Draw = drawing(o.images, options)
	}
	console := report.NewConsole(out, options)
	o.run.Sinks = append(o.run.Sinks, console, events.sink())
	var whole event.Collector // what reports are made from
	if len(targets) > 0 {
		o.run.Sinks = append(o.run.Sinks, &whole)
	}
	summary, runErr := suite.Run(stop.ctx, p, o.run, suite.Options{Shuffle: o.run.Shuffle, Notify: stop.notify})
	found := whole.Run()
	files, writeErr := a.writeReports(stdout, found, runs.Open(p.Project.State).Folder(found.Manifest.ID), targets)
	console.End(files)
	if o.run.Update != "" && o.run.Update != golden.UpdateNone {
		printPending(out, p.Project)
	}
	return a.verdict(summary.ExitCode, errors.Join(runErr, writeErr, events.close()))
}

// runOptions reads the flags.
func (a *app) runOptions(c *cobra.Command, f *runFlags, paths []string) (*options, error) {
	o := &options{}
	var err error
	if o.plan, err = f.options(a, paths); err != nil {
		return o, err
	}
	if err := errors.Join(f.sampling.apply(c, &o.plan), f.sharding.apply(&o.plan)); err != nil {
		return o, err
	}
	r := &o.run
	if f.failFast < 0 {
		return o, usagef("--fail-fast=%d: expected at least 1", f.failFast)
	}
	if f.noCache && f.offline {
		return o, usagef("--no-cache and --offline leave nobody to ask: choose one")
	}
	o.plan.OnProject = func(p *spec.Project) { r.Cache = runner.ReadCache(p) }
	r.Fresh, r.Offline = f.noCache, f.offline
	r.FailFast, r.Profile, r.Args, r.Version = f.failFast, f.profile, os.Args[1:], Version
	switch f.shuffle {
	case "":
	case "random":
		r.Shuffle = rand.Int64N(1<<31-1) + 1
	default:
		if r.Shuffle, err = strconv.ParseInt(f.shuffle, 10, 64); err != nil || r.Shuffle == 0 {
			return o, usagef("--shuffle=%s: expected a number other than 0, or nothing", f.shuffle)
		}
	}
	r.Log = &backendLog{next: a.err, all: f.verbose}
	if r.Update, err = updateMode(f.update); err != nil {
		return o, err
	}
	if o.images, err = picture.Parse(f.images); err != nil {
		return o, usagef("--images: %w", err)
	}
	o.plan.FailedFirst, o.events = f.failedFirst, f.events
	if err := f.watched.apply(a.in, o); err != nil {
		return o, err
	}
	return o, nil
}

// dry reports what would run.
func (a *app) dry(s *plan.Plan) error {
	calls, skipped := 0, 0
	for i := range s.Len() {
		c := s.Case(i)
		if c.Skip != "" {
			skipped++
			continue
		}
		calls += c.Repeat * len(c.Turns)
	}
	if err := a.listCases(s); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "\n%d of %d cases would run (%d of them skipped), with %d calls to backends\n", s.Len(), s.Total, skipped, calls)
	return nil
}

// verdict ends the command with the exit code of a run. err is what could not be written: it
// never hides a failed case.
func (a *app) verdict(code int, err error) error {
	if err != nil {
		a.complain(err)
		if code == exitOK {
			code = exitInfra
		}
	}
	if code == exitOK {
		return nil
	}
	return exit(code)
}

func reportKinds() string {
	var kinds strings.Builder
	for i, name := range report.Names() {
		if i > 0 {
			kinds.WriteString(", ")
		}
		kinds.WriteString(name)
	}
	return kinds.String()
}

func (a *app) consoleOptions(out io.Writer) report.ConsoleOptions {
	o := report.ConsoleOptions{Warnings: a.err, Color: a.colored(out)}
	o.From, _ = os.Getwd()
	if f, ok := out.(*os.File); ok && terminal(out) {
		if o.Columns, _, _ = term.GetSize(int(f.Fd())); o.Columns == 0 {
			o.Columns = 80
		}
	}
	return o
}

// wrong marks mistakes in specs, in vlmspec.yaml and in the selection as the
// user's, which are another exit code than what the machine does.
func wrong(err error) error {
	var one *spec.Error
	var several spec.Errors
	var selected *plan.SelectionError
	var none runs.NoRunError
	var unknown *runs.UnknownError
	if errors.As(err, &one) || errors.As(err, &several) || errors.As(err, &selected) || errors.As(err, &none) || errors.As(err, &unknown) {
		return usageError{err}
	}
	return err
}
