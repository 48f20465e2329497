package suite

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/onsi/ginkgo/v2"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/runner"
	"github.com/vlmspec/vlmspec/runner/backend"
	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/trust"
)

// Suite is the specs of a project as part of a Ginkgo suite.
type Suite struct {
	plan *plan.Plan
	err  error // of loading the specs

	owned  []*host.Backend // of the first process
	attach host.Attachments

	mu      sync.Mutex
	running *runner.Execution
	judged  map[int]*result.Case // by index; one that Ginkgo tries again has its verdict
}

// Specs makes Ginkgo nodes of the specs of the project in a folder, and starts
// and stops their backends around the suite. Call it once in a test package,
// where Ginkgo nodes are made:
//
//	var specs = suite.Specs("..")
//
// A gate that is missed fails the suite, too, when all has run.
//
// Tests that a spec cannot say use [Suite.Ask] and the matchers.
//
// Under `ginkgo -p` the first process starts the backends and the others attach
// to them, so that a model is loaded once. Where the package has a BeforeSuite
// of its own, of which Ginkgo takes one, use [New] and call the methods from it;
// [Suite.JudgeMetrics] is for a ReportAfterSuite.
func Specs(project string) *Suite {
	s := New(project)
	s.Nodes()
	ginkgo.SynchronizedBeforeSuite(s.StartBackends, s.Attach)
	ginkgo.SynchronizedAfterSuite(s.Detach, s.StopBackends)
	ginkgo.ReportAfterSuite("metrics of vlmspec", s.JudgeMetrics)
	return s
}

// New loads the specs of the project in a folder. A mistake in them fails the
// suite, at [Suite.Nodes].
func New(project string) *Suite {
	_ = os.Setenv(trust.Env, "1") // who runs the tests of a project runs its code
	s := &Suite{judged: map[int]*result.Case{}}
	s.plan, s.err = plan.Open(plan.Options{Project: project})
	return s
}

// Nodes makes a container of every spec file and an It of every case, at its
// line of YAML.
func (s *Suite) Nodes() {
	if s.err != nil {
		ginkgo.It("loads the specs", func() { ginkgo.Fail(s.err.Error()) })
		return
	}
	for from := 0; from < s.plan.Len(); {
		first := s.plan.Case(from)
		to := from
		for to < s.plan.Len() && s.plan.Case(to).Pos.File == first.Pos.File {
			to++
		}
		begin := from
		ginkgo.Describe(first.Suite, location(first.Pos, 1), func() {
			for i := begin; i < to; i++ {
				node(s.title(i), s.plan.Case(i).Case, func() { s.judge(i) })
			}
		})
		from = to
	}
}

// title names a case, with its backend where there are several.
func (s *Suite) title(i int) string {
	c := s.plan.Case(i)
	if s.plan.Several {
		return c.Name + " @" + c.Backend
	}
	return c.Name
}

// judge is the body of the It of a case.
func (s *Suite) judge(i int) {
	c, ok := s.verdict(i)
	if !ok {
		ginkgo.Skip("did not run")
	}
	ginkgo.AddReportEntry("answer", answersOf(c), ginkgo.ReportEntryVisibilityFailureOrVerbose)
	if s.plan.Gated(i) {
		ginkgo.AddReportEntry(judgedEntry, judged{c}, ginkgo.ReportEntryVisibilityNever)
	}
	pass(c)
}

// verdict judges a case once: a case that Ginkgo tries again (FlakeAttempts) would
// else be asked until it passes.
func (s *Suite) verdict(i int) (*result.Case, bool) {
	e := s.execution()
	s.mu.Lock()
	c := s.judged[i]
	s.mu.Unlock()
	if c != nil {
		return c, true
	}
	c, ok := e.Case(context.Background(), i)
	if ok {
		s.mu.Lock()
		s.judged[i] = c
		s.mu.Unlock()
	}
	return c, ok
}

func answersOf(c *result.Case) string {
	var text strings.Builder
	for _, s := range c.Samples {
		for _, t := range s.Turns {
			fmt.Fprintf(&text, "%s\n> %s\n", t.Prompt, t.Answer)
		}
	}
	return text.String()
}

// StartBackends starts every backend the cases name, and returns how to attach
// to them: for the first function of SynchronizedBeforeSuite.
func (s *Suite) StartBackends() []byte {
	if s.err != nil {
		return nil
	}
	attach := host.Attachments{}
	for _, name := range s.names() {
		b := s.plan.Project.Backends[name]
		owned, err := backend.Start(context.Background(), s.plan.Project.Dir, b)
		if err != nil {
			ginkgo.GinkgoWriter.Printf("backend %s: %v\n", name, err) // its cases say so too
			continue
		}
		s.owned = append(s.owned, owned)
		if attach[name], err = owned.Attachment(); err != nil {
			ginkgo.Fail(err.Error())
		}
	}
	data, err := json.Marshal(attach)
	if err != nil {
		ginkgo.Fail(err.Error())
	}
	return data
}

func (s *Suite) names() []string {
	used := map[string]bool{}
	for i := range s.plan.Len() {
		used[s.plan.Case(i).Backend] = true
	}
	return slices.Sorted(maps.Keys(used))
}

// Attach takes what [Suite.StartBackends] returned, in every process: for the
// second function of SynchronizedBeforeSuite.
func (s *Suite) Attach(data []byte) {
	if s.err != nil {
		return
	}
	var err error
	if s.attach, err = host.ParseAttach(string(data)); err != nil {
		ginkgo.Fail(err.Error())
	}
}

// execution starts on first use. It attaches to the backends that run; why another
// could not be started it finds out again.
func (s *Suite) execution() *runner.Execution {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == nil {
		s.running = runner.Start(context.Background(), s.plan, runner.Options{OnDemand: true, Discard: true, Running: s.attach, Cache: runner.ReadCache(s.plan.Project)})
	}
	return s.running
}

// Detach ends what [Suite.Attach] began, in every process: for the first
// function of SynchronizedAfterSuite.
func (s *Suite) Detach() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running != nil {
		_, _ = s.running.Finish(false)
	}
}

// StopBackends ends the processes: for the second function of SynchronizedAfterSuite.
func (s *Suite) StopBackends() {
	for _, b := range s.owned {
		_ = b.Close()
	}
}
