// Package runner runs a plan: it infers, judges, records, and speaks in events.
// [Start] begins to answer, [Execution.Case] judges a case, [Execution.Finish]
// ends the run. Package plan decides what is to run, package suite drives it with
// Ginkgo, and whoever shows or keeps the run is a sink of its events.
package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/backend"
	"github.com/vlmspec/vlmspec/runner/event"
	"github.com/vlmspec/vlmspec/runner/gate"
	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/infer"
	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/runs"
	"github.com/vlmspec/vlmspec/runner/secret"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// Options say how a plan is run.
type Options struct {
	FailFast int // stop after so many failing cases; 0 never

	// Backends opens a backend; nil starts plugins.
	Backends func(ctx context.Context, b spec.Backend) (sdk.Backend, error)
	Running  host.Attachments // backends that other processes have started; nil is none but those of the environment
	OnDemand bool             // answer a case when it is waited for, not ahead
	// Cache has the answers of earlier runs, and keeps those of this one; nil is
	// none. Fresh does not take any; Offline takes nothing else.
	Cache          AnswerCache
	Fresh, Offline bool
	Log            io.Writer // gets what the plugins print; nil drops it

	// Sinks take the events of the run, in this order; nil ones are left out.
	Sinks []event.Sink

	Version string   // of vlmspec, for the manifest
	Args    []string // of the command line, for the manifest
	Profile string
	Shuffle int64  // seed of the order, for the manifest; 0 is spec order
	Discard bool   // write no run directory
	MadeBy  string // for the manifest; "" is [result.MadeByRun]
	// Update says which answers of golden checks become pending; "" is none.
	Update golden.Update
}

// Execution is a plan under way.
type Execution struct {
	plan     *plan.Plan
	options  Options
	stream   *event.Stream
	pool     *infer.Pool
	cause    func() error // why the run was interrupted; nil while it is not
	first    []int        // by case: its first task
	manifest result.Manifest
	commit   <-chan string
	record   *runs.Recorder // nil when the run is not kept
	readOnly bool           // nothing can be written below the project
	answers  *answers
	endLog   func() error               // passes on what has no line end; may be nil
	secrets  *secret.Set                // of all cases and backends
	hidden   map[*spec.Case]*secret.Set // of those cases that have some

	files fileDigests // of what checks read

	mu      sync.Mutex
	code    exitCode
	judged  []bool // by case
	failing int
	drawn   int // overlays
	// gated and golden are what gates and goldens look at, once all is judged;
	// whatever else a case has is with the sinks.
	gated, golden []result.Case
}

// Start opens the run directory and begins to answer. Backends start in the
// background; one that does not is the error of its cases.
func Start(ctx context.Context, p *plan.Plan, o Options) *Execution {
	e := &Execution{plan: p, options: o, secrets: p.Secrets(), judged: make([]bool, p.Len()), cause: func() error { return context.Cause(ctx) }}
	e.manifest, e.commit = manifest(p, o, time.Now())
	sinks := o.Sinks
	if !o.Discard && p.Len() > 0 {
		e.record = runs.Open(p.Project.State).Recorder(e.manifest.ID)
		sinks = append([]event.Sink{e.record}, sinks...)
	}
	e.stream = event.NewStream(sinks...)
	e.manifest = e.clean(e.manifest)
	e.stream.Send(event.RunStarted{Manifest: e.manifest})
	if err := e.record.Err(); runs.ReadOnly(err) {
		e.record, e.readOnly = nil, true
		e.warn("nothing is kept of this run, neither answers nor outcomes: %v; %s names a folder to keep them in", errors.Unwrap(err), spec.StateEnv)
	}
	for _, w := range p.Warnings {
		e.warn("%s", w)
	}
	e.hidden = map[*spec.Case]*secret.Set{}
	for i := range p.Len() {
		if c := p.Case(i); c.Secrets != nil {
			e.hidden[c.Case] = c.Secrets
		}
	}
	tasks, first := tasks(p)
	e.first = first
	e.pool = infer.Start(ctx, tasks, e.inferOptions())
	return e
}

func (e *Execution) inferOptions() infer.Options {
	open := e.options.Backends
	if open == nil {
		open = backend.Plugins(e.plan.Project.Dir, e.log(), e.plan.Longest, e.options.Running)
	}
	o := infer.Options{
		Open: backend.Opener(e.plan.Project, open), OnDemand: e.options.OnDemand, Offline: e.options.Offline, Fresh: e.options.Fresh,
		Bounds:  backend.Bounds(e.plan.Project),
		OnStart: func(t infer.Task) { e.stream.Send(event.SampleStarted{Sample: e.sampleOf(t)}) },
		OnEnd: func(t infer.Task, a *infer.Answer) {
			ended := event.SampleEnded{Sample: e.sampleOf(t), Seconds: a.Seconds}
			if a.Fault != nil {
				ended.Fault = a.Fault.Kind
			}
			e.stream.Send(ended)
		},
	}
	e.answers = e.useCache(&o)
	return o
}

// send hands an event that is about no single case to the sinks, without secrets.
func (e *Execution) send(v event.Event) { e.stream.Send(secret.Clean(e.secrets, v)) }

func (e *Execution) sampleOf(t infer.Task) event.Sample {
	s := event.Sample{Case: t.Case.ID, Suite: t.Case.Suite, Name: t.Case.Name, Backend: t.Case.Backend, Index: t.Index}
	return secret.Clean(e.hidden[t.Case], s)
}

// clean is a manifest without secrets. What the cases of one suite keep secret
// may be in the name of another's file, by which gates find its cases.
func (e *Execution) clean(m result.Manifest) result.Manifest {
	clean := secret.Clean(e.secrets, m)
	clean.ID, clean.Suites = m.ID, slices.Clone(clean.Suites)
	for i := range clean.Suites {
		clean.Suites[i].File = m.Suites[i].File
		clean.Suites[i].Cases = m.Suites[i].Cases
	}
	return clean
}

// log is where plugins print to.
func (e *Execution) log() io.Writer {
	if e.options.Log == nil || e.secrets == nil {
		return e.options.Log
	}
	w := e.secrets.Writer(e.options.Log)
	e.endLog = w.Close
	return w
}

// tasks lists the samples of every case that is not skipped, and where those of
// a case begin.
func tasks(p *plan.Plan) (tasks []infer.Task, first []int) {
	first = make([]int, p.Len())
	for i := range p.Len() {
		c := p.Case(i)
		first[i] = len(tasks)
		if c.Skip != "" {
			continue
		}
		sure := ahead(c, nil)
		for k := range c.Repeat {
			tasks = append(tasks, infer.Task{Case: c.Case, Index: k, Timed: c.Timed(), Never: c.NoCache, Deferred: k >= sure})
		}
	}
	return tasks, first
}

// Manifest says what is run; what is known only at the end is missing.
func (e *Execution) Manifest() result.Manifest { return e.manifest }

// Case waits for the answers of a case, judges and records them. ok is false
// when the case did not run: the run was interrupted, or stopped after enough
// failures. It may be called from several goroutines, once for each case.
func (e *Execution) Case(ctx context.Context, i int) (c *result.Case, ok bool) {
	if e.stopped() {
		return nil, false
	}
	p := e.plan.Case(i)
	c = e.blank(i)
	if p.Skip != "" {
		c.Outcome, c.Reason = result.Skipped, p.Skip
		quarantined(c)
	} else {
		if !e.samples(ctx, p, c, e.first[i]) {
			return nil, false
		}
		conclude(p, c)
		c.Digests = e.digestsOf(p, c)
		e.drawOverlays(c, p.Secrets)
	}
	clean := secret.Clean(p.Secrets, c)
	e.note(i, c, clean)
	e.stream.Send(event.CaseJudged{Case: clean})
	return clean, true
}

// note keeps what the end of the run needs of a case; clean is the case without
// secrets.
func (e *Execution) note(i int, c, clean *result.Case) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.judged[i] = true
	e.code.add(c.Outcome, c.Passing())
	if !c.Passing() {
		e.failing++
	}
	if e.plan.Gated(i) {
		e.gated = append(e.gated, *c)
	}
	if e.plan.Case(i).Golden() {
		e.golden = append(e.golden, *clean)
	}
}

func (e *Execution) stopped() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := e.options.FailFast
	return n > 0 && e.failing >= n
}

// leaveOut says of the cases that were not judged why.
func (e *Execution) leaveOut(interrupted bool) {
	reason := "the run ended early"
	switch cause := e.cause(); {
	case interrupted && cause != nil && !errors.Is(cause, context.Canceled):
		reason = cause.Error()
	case interrupted:
		reason = "the run was interrupted"
	case e.stopped():
		reason = fmt.Sprintf("--fail-fast=%d ended the run", e.options.FailFast)
	}
	for i, judged := range e.judged {
		if judged {
			continue
		}
		c := e.blank(i)
		c.Outcome, c.Reason = result.NotRun, reason
		e.stream.Send(event.CaseNotRun{Case: secret.Clean(e.plan.Case(i).Secrets, c)})
	}
}

// Summary is what a run came to. Its cases went to the sinks.
type Summary struct {
	Manifest result.Manifest
	Gates    []result.Gate
	// ExitCode is 0 when all is well, 1 when a case failed or a gate was missed, 3
	// when nothing failed but something could not be judged, 130 when the run was
	// interrupted.
	ExitCode int
}

// Finish ends the backends, judges the gates and says what the run came to. An
// error says what of it could not be written; the rest stands nevertheless.
func (e *Execution) Finish(interrupted bool) (Summary, error) {
	s := Summary{Manifest: e.end(interrupted)}
	e.leaveOut(interrupted)
	result.SortCases(e.gated)
	result.SortCases(e.golden)
	err := e.calibrate(&s.Manifest)
	s.Gates = gate.Run(&result.Run{Manifest: s.Manifest, Cases: e.gated})
	for _, g := range s.Gates {
		e.code.add(g.Outcome, g.Passing())
		e.send(event.GateJudged{Gate: g})
	}
	if e.record != nil {
		e.prune()
	}
	e.stream.Send(event.RunEnded{Manifest: s.Manifest})
	if s.ExitCode = int(e.code); interrupted {
		s.ExitCode = 130
	}
	err = errors.Join(err, e.record.Err())
	if mode := e.options.Update; mode != "" && mode != golden.UpdateNone && !e.readOnly {
		pending := golden.FromRun(&result.Run{Manifest: s.Manifest, Cases: e.golden})
		err = errors.Join(err, golden.Keep(e.plan.Project.State, pending, mode))
	}
	return s, err
}

// end ends the backends; what they are completes the manifest.
func (e *Execution) end(interrupted bool) result.Manifest {
	backends := e.pool.Backends()
	e.pool.Close()
	e.answers.close(interrupted, e.readOnly)
	if e.endLog != nil {
		_ = e.endLog() // whoever reads the log has seen its own error
	}
	m := e.manifest
	m.Interrupted, m.Ended, m.Commit = interrupted, time.Now(), <-e.commit
	m.Backends = map[string]result.Backend{}
	for name, info := range backends {
		m.Backends[name] = result.Backend{
			Plugin: info.Name, Version: info.Version, Engine: info.Engine.String(), Model: info.Model, ModelDigest: info.ModelDigest, Device: info.Device, Details: info.Details,
		}
	}
	return e.clean(m)
}

// prune makes room in the run store.
func (e *Execution) prune() {
	project := e.plan.Project
	if _, err := runs.Open(project.State).Prune(project.Runs, e.manifest.ID); err != nil {
		e.warn("old runs were not removed: %v", err)
	}
}
