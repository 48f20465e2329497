// Package suite lets Ginkgo drive a run. It is the only package that imports
// Ginkgo and gomega. [Run] is how the command line runs; [Specs] is for tests in
// Go: one call turns the specs of a project into Ginkgo nodes, and matchers.go
// turns the checks of specs into gomega matchers.
//
// Ginkgo's process-wide state is dealt with here: a process runs once, stdout is
// ours, and cases stand at their line of YAML.
package suite

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/formatter"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/vlmspec/vlmspec/runner"
	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// Options say how Ginkgo drives a run.
type Options struct {
	// Shuffle is the seed of a random order; 0 keeps the order of the specs.
	Shuffle int64
	// Notify registers for signals; it is called once Ginkgo, which ends a suite
	// at Ctrl-C whatever it is at, has been made to let go of them. May be nil.
	Notify func()
}

// Run runs a plan to its end, or until ctx is done, and returns what came of
// it, whole even where the error says that it could not be recorded. Ginkgo runs
// once in a process, so Run does.
func Run(ctx context.Context, p *plan.Plan, ro runner.Options, o Options) (*result.Run, error) {
	e := runner.Start(ctx, p, ro)
	ginkgo.BeforeSuite(func() {
		signal.Reset(os.Interrupt, syscall.SIGTERM)
		if o.Notify != nil {
			o.Notify()
		}
	})
	order := []any{ginkgo.Ordered, ginkgo.ContinueOnFailure} // else Ginkgo sorts the rows of a case
	if o.Shuffle != 0 {
		order = nil
	}
	// One container for all: Ginkgo copies the containers of every case.
	ginkgo.Describe("vlmspec", append(order, func() {
		for i := range p.Len() {
			node(&p.Case(i).Case, func() {
				c, ok := e.Case(ctx, i)
				if !ok {
					ginkgo.Skip("did not run")
				}
				report(c)
			})
		}
	})...)
	formatter.ColorableStdOut = io.Discard // the run is reported from its results, not by Ginkgo
	config, reporter := ginkgo.GinkgoConfiguration()
	config.Timeout = 0 // cases have their own
	config.PollProgressAfter = 0
	if o.Shuffle != 0 {
		config.RandomizeAllSpecs, config.RandomSeed = true, o.Shuffle
	}
	ginkgo.RunSpecs(outcome{}, "vlmspec", config, reporter)
	return e.Finish(ctx.Err() != nil)
}

// outcome takes Ginkgo's verdict, which the run has in more detail.
type outcome struct{}

func (outcome) Fail() {}

// node makes an It of a case.
func node(c *spec.Case, body func()) {
	ginkgo.It(c.Name, location(c.Pos, c.Pos.Line), ginkgo.Label(c.Labels...), body)
}

// location makes Ginkgo's reports, order and --focus-file speak of the YAML.
func location(pos spec.Pos, line int) types.CodeLocation {
	return types.CodeLocation{FileName: pos.File, LineNumber: line}
}

// report tells Ginkgo what came of a case.
func report(c *result.Case) {
	switch {
	case c.Outcome == result.Skipped:
		ginkgo.Skip(c.Reason)
	case c.Outcome == result.Quarantined:
		ginkgo.Skip(fmt.Sprintf("quarantined until %s (%s): %s", c.Quarantine.Until, c.Quarantine.Reason, c.Reason))
	case !c.Passing():
		ginkgo.Fail(string(c.Outcome) + ": " + c.Reason)
	}
}

// LabelFilter reads Ginkgo's label filter language: "smoke && !slow".
func LabelFilter(filter string) (func(labels []string) bool, error) {
	f, err := types.ParseLabelFilter(filter)
	if err != nil {
		return nil, err
	}
	return f, nil
}
