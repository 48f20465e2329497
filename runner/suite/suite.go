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
	"math/rand/v2"
	"os"
	"os/signal"
	"slices"
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

// Run runs a plan to its end, or until ctx is done, and says what it came
// to, also where the error says that it could not be recorded. Ginkgo runs
// once in a process, so Run does.
func Run(ctx context.Context, p *plan.Plan, ro runner.Options, o Options) (runner.Summary, error) {
	e := runner.Start(ctx, p, ro)
	ginkgo.BeforeSuite(func() {
		signal.Reset(os.Interrupt, syscall.SIGTERM)
		if o.Notify != nil {
			o.Notify()
		}
	})
	order := caseOrder(p.Len(), o.Shuffle)
	// One ordered container around all, else Ginkgo sorts the rows of a case.
	ginkgo.Describe("vlmspec", ginkgo.Ordered, ginkgo.ContinueOnFailure, func() {
		for block := range slices.Chunk(order, max(1, (len(order)+maxNodes-1)/maxNodes)) {
			c := p.Case(block[0]).Case
			node(c.Name, c, func() { judge(ctx, e, block) })
		}
	})
	formatter.ColorableStdOut = io.Discard // the run is reported from its results, not by Ginkgo
	config, reporter := ginkgo.GinkgoConfiguration()
	config.Timeout = 0 // cases have their own
	config.PollProgressAfter = 0
	ginkgo.RunSpecs(outcome{}, "vlmspec", config, reporter)
	return e.Finish(ctx.Err() != nil)
}

// maxNodes bounds the nodes of a run. Ginkgo keeps some 4 kB of each, and takes the
// square of their number to build a container; beyond it a node judges several
// cases.
const maxNodes = 4096

// caseOrder is the order in which cases are judged: that of the plan, or a random
// one that a seed repeats.
func caseOrder(n int, seed int64) []int {
	if seed != 0 {
		return rand.New(rand.NewPCG(uint64(seed), 0)).Perm(n)
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

// judge is the body of a node: the first failure among its cases is its own, after
// all were judged.
func judge(ctx context.Context, e *runner.Execution, cases []int) {
	var first *result.Case
	for _, i := range cases {
		c, ok := e.Case(ctx, i)
		switch {
		case !ok:
			ginkgo.Skip("did not run")
		case first == nil || first.Passing() && !c.Passing():
			first = c
		}
	}
	pass(first)
}

// outcome takes Ginkgo's verdict, which the run has in more detail.
type outcome struct{}

func (outcome) Fail() {}

// node makes an It of a case.
func node(title string, c *spec.Case, body func()) {
	ginkgo.It(title, location(c.Pos, c.Pos.Line), ginkgo.Label(c.Labels...), body)
}

// location makes Ginkgo's reports, order and --focus-file speak of the YAML.
func location(pos spec.Pos, line int) types.CodeLocation {
	return types.CodeLocation{FileName: pos.File, LineNumber: line}
}

// pass gives Ginkgo the outcome of a case.
func pass(c *result.Case) {
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
	if err != nil { // Ginkgo draws it over several lines
		return nil, fmt.Errorf("%q cannot be read; write labels with &&, ||, ! and ( ), or /regular expressions/, such as \"smoke && !slow\"", filter)
	}
	return f, nil
}
