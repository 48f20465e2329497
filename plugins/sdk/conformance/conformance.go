// Package conformance is what a backend must do for vlmspec, as checks that run
// against any program in whatever language, or against a backend in process.
// Package backendtest runs them in tests of Go. Start reading at [Program].
package conformance

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/vlmspec/vlmspec/internal/procenv"
	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// Options fit the checks to a backend.
type Options struct {
	Config map[string]any // that the backend takes
	Dir    string         // folder that its paths are relative to; of a backend in process they are absolute
	Env    procenv.Extra  // environment variables of a program, beside what every program gets
	Prompt string         // that it can answer on a grey image; "" is "What do you see?"
	// NoImages says that the backend does not look at images, so that one that is
	// missing, damaged or too large goes unnoticed.
	NoImages bool
}

// Outcome is how a check ended.
type Outcome string

// How a check ends.
const (
	Passed  Outcome = "passed"
	Failed  Outcome = "failed"
	Skipped Outcome = "skipped" // it does not apply, and Notes say why
)

// Result is what a check found.
type Result struct {
	Name    string // what a backend does: "answers the same again"
	Outcome Outcome
	Notes   []string // sentences: what failed and what was expected
	Time    time.Duration
}

// check is one thing that a backend must do.
type check struct {
	name string
	run  func(*c)
	// vital says that nothing else can be checked without it.
	vital bool
}

// c is a check while it runs.
type c struct {
	*suite
	ctx     context.Context
	dir     string // for files
	notes   []string
	outcome Outcome
}

// stop ends a check; run recovers it.
type stop struct{}

func (c *c) failf(format string, args ...any) {
	c.outcome = Failed
	c.notes = append(c.notes, fmt.Sprintf(format, args...))
}

func (c *c) fatalf(format string, args ...any) {
	c.failf(format, args...)
	panic(stop{})
}

func (c *c) skip(why string) {
	c.outcome, c.notes = Skipped, append(c.notes, why)
	panic(stop{})
}

// suite is what the checks of one backend share.
type suite struct {
	o    Options
	b    sdk.Backend // configured once takesConfig has run
	info sdk.Info
	// open starts the backend with another config; nil where there is just one.
	open    func(context.Context, map[string]any) (sdk.Backend, error)
	program host.Found // of Program
	mark    string     // a variable in the environment of the program, and of what it starts
}

// run runs checks until a vital one fails, and returns what they found as well.
func (s *suite) run(ctx context.Context, checks []check, report func(Result)) (all []Result) {
	for _, k := range checks {
		if ctx.Err() != nil {
			return all
		}
		r := s.one(ctx, k)
		report(r)
		all = append(all, r)
		if k.vital && r.Outcome == Failed {
			return all
		}
	}
	return all
}

func (s *suite) one(ctx context.Context, k check) Result {
	start := time.Now()
	c := &c{suite: s, ctx: ctx, outcome: Passed}
	dir, err := os.MkdirTemp("", "vlmspec-conformance-")
	if err != nil {
		return Result{k.name, Failed, []string{err.Error()}, 0}
	}
	c.dir = dir
	defer os.RemoveAll(dir)
	func() {
		defer func() {
			switch p := recover().(type) {
			case nil, stop:
			default: // a backend in process
				c.failf("it panicked: %v\n%s", p, debug.Stack())
			}
		}()
		k.run(c)
	}()
	return Result{k.name, c.outcome, c.notes, time.Since(start)}
}

// Backend checks a backend in process that nobody has configured yet, and closes it.
func Backend(ctx context.Context, b sdk.Backend, o Options, report func(Result)) []Result {
	s := &suite{b: b, o: withPrompt(o)}
	before := children()
	checks := []check{
		{"describes itself before it is configured", (*c).describesItself, false},
		{"takes its config", (*c).takesConfig, true},
	}
	checks = append(checks, answering...)
	return s.run(ctx, append(checks, check{"closes", func(c *c) { c.closes(before) }, false}), report)
}

// Program checks a program as vlmspec starts it. f is where it was found.
func Program(ctx context.Context, f host.Found, o Options, report func(Result)) []Result {
	s := &suite{o: withPrompt(o), program: f, mark: fmt.Sprintf("VLMSPEC_CONFORMANCE=%d-%d", os.Getpid(), suites.Add(1))}
	s.open = func(ctx context.Context, config map[string]any) (sdk.Backend, error) {
		b, err := host.Open(ctx, s.hostOptions(config))
		if err != nil { // not a backend that is nil within an interface that is not
			return nil, err
		}
		return b, nil
	}
	checks := []check{
		{"refuses to run by hand", (*c).refusesByHand, false},
		{"describes itself before it is configured", (*c).describesItself, true},
		{"refuses a config that is wrong", (*c).refusesConfig, false},
		{"takes its config", (*c).takesConfig, true},
	}
	checks = append(checks, answering...)
	checks = append(checks,
		check{"computes no more calls at once than it says", (*c).keepsConcurrency, false},
		check{"can be started again after a crash", (*c).startsAgain, false},
		check{"ends when it is told to, and leaves nothing behind", (*c).ends, false},
		check{"ends when vlmspec is gone", (*c).endsWhenAlone, false},
	)
	defer func() {
		if s.b != nil {
			_ = s.b.Close()
		}
	}()
	return s.run(ctx, checks, report)
}

// suites numbers the suites of this process.
var suites atomic.Int64

func withPrompt(o Options) Options {
	if o.Prompt == "" {
		o.Prompt = "What do you see?"
	}
	if o.Config == nil {
		o.Config = map[string]any{}
	}
	return o
}

// answering is what is checked of a backend that is configured.
var answering = []check{
	{"answers", (*c).answers, true},
	{"answers the same again", (*c).answersAgain, false},
	{"emits the answer in order", (*c).emitsInOrder, false},
	{"honours the seed", (*c).honoursSeed, false},
	{"gives log-probabilities", (*c).givesLogProbs, false},
	{"takes two images", (*c).takesTwoImages, false},
	{"takes an image by content", (*c).takesContent, false},
	{"answers several calls at once", (*c).answersAtOnce, false},
	{"stops when it is told to", (*c).stops, false},
	{"refuses too many images", (*c).refusesTooManyImages, false},
	{"refuses a missing image", (*c).refusesMissingImage, false},
	{"refuses a damaged image", (*c).refusesDamagedImage, false},
	{"refuses an image of 3.6 billion pixels", (*c).refusesHugeImage, false},
}
