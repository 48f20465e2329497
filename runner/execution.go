package runner

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/infer"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/runs"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// Execution is a session under way.
type Execution struct {
	session  *Session
	pool     *infer.Pool
	first    []int // by case: its first task
	manifest result.Manifest
	commit   <-chan string
	record   *runs.Recorder
	redact   *strings.Replacer
	answers  *answers

	mu      sync.Mutex
	cases   []*result.Case // by case, nil while not judged
	failing int
	drawn   int   // overlays
	err     error // of writing the record
}

// Start opens the run directory and begins to answer. Backends start in the
// background; one that does not is the error of its cases.
func (s *Session) Start(ctx context.Context) *Execution {
	e := &Execution{session: s, cases: make([]*result.Case, len(s.cases)), redact: redactor(s.secrets())}
	e.manifest, e.commit = s.manifest(time.Now())
	if !s.options.Discard { // a run that cannot be kept still has its verdicts; Finish tells
		e.record, e.err = runs.Open(s.Project.State).Create(e.manifest)
	}
	tasks, first := s.tasks()
	e.first = first
	o := infer.Options{Open: s.open, OnDemand: s.options.OnDemand, Offline: s.options.Offline, Fresh: s.options.Fresh, Bounds: s.bounds()}
	e.answers = s.useCache(&o)
	if s.options.OnStart != nil {
		o.OnStart = func(t infer.Task) { s.options.OnStart(t.Case) }
	}
	if s.options.OnEnd != nil {
		o.OnEnd = func(t infer.Task) { s.options.OnEnd(t.Case) }
	}
	e.pool = infer.Start(ctx, tasks, o)
	return e
}

// open starts the backend of a name.
func (s *Session) open(ctx context.Context, name string) (sdk.Backend, error) {
	b := s.Project.Backends[name]
	if b.Err != nil {
		return nil, &sdk.Error{Kind: sdk.InvalidConfig, Message: b.Err.Error()}
	}
	open := s.options.Backends
	if open == nil {
		open = Plugins(s.Project.Dir, s.options.Log)
	}
	backend, err := open(ctx, b)
	if err != nil {
		return nil, placed(err, b.Pos)
	}
	return backend, nil
}

// placed adds where a backend is configured to what is wrong with it.
func placed(err error, pos spec.Pos) error {
	e := &sdk.Error{Kind: sdk.KindOf(err), Message: err.Error()}
	if inner, ok := err.(*sdk.Error); ok && inner.Err != nil { //nolint:errorlint // the host's own error, to keep its parts apart
		e.Message, e.Err = inner.Message, inner.Err
	}
	e.Message = fmt.Sprintf("%s: %s", pos, e.Message)
	return e
}

// Manifest says what is run; what is known only at the end is missing.
func (e *Execution) Manifest() result.Manifest { return e.manifest }

// Case waits for the answers of a case, judges and records them. ok is false
// when the case did not run: the run was interrupted, or stopped after enough
// failures. It may be called from several goroutines, once for each case.
func (e *Execution) Case(ctx context.Context, i int) (c result.Case, ok bool) {
	if e.stopped() {
		return result.Case{}, false
	}
	p := &e.session.cases[i]
	c = e.blank(p)
	if p.Skip != "" {
		c.Outcome, c.Reason = result.Skipped, p.Skip
		quarantined(&c)
	} else {
		for k := range p.Repeat {
			a, ok := e.pool.Wait(ctx, e.first[i]+k)
			if !ok {
				return result.Case{}, false
			}
			e.sample(ctx, p, &c, k, a)
		}
		conclude(p, &c)
		e.drawOverlays(&c)
	}
	redactCase(e.redact, &c)
	e.keep(i, &c)
	return c, true
}

// blank is a case's result before any answer.
func (e *Execution) blank(p *planned) result.Case {
	c := result.Case{
		ID: p.ID, Suite: p.Suite, Name: p.Name, File: p.Pos.File, Line: p.Pos.Line, Siblings: p.siblings, Backend: p.Backend,
		Labels: p.Labels, Require: p.Require.Text, XFail: p.XFail, AllowUnchecked: e.session.options.AllowUnchecked, Params: paramsOf(p.Params, e.redact),
	}
	c.Quarantine = e.session.quarantine.Of(p.ID)
	if len(p.Vars) > 0 {
		c.Vars = make(map[string]string, len(p.Vars))
		for k, v := range p.Vars {
			c.Vars[k] = fmt.Sprint(v)
		}
	}
	for _, t := range p.Turns {
		for _, part := range t.Parts {
			if part.Image != nil {
				c.Images = append(c.Images, result.Image{Path: part.Image.Name})
			}
		}
	}
	return c
}

func (e *Execution) keep(i int, c *result.Case) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.cases[i] = c
	if !c.Passing() {
		e.failing++
	}
	if e.record != nil && e.err == nil {
		e.err = e.record.Add(c)
	}
}

func (e *Execution) stopped() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := e.session.options.FailFast
	return n > 0 && e.failing >= n
}

// Finish ends the backends and returns the run: the cases that ran, in the
// order of the specs. An error says what of it could not be written; the run is
// whole nevertheless.
func (e *Execution) Finish(interrupted bool) (*result.Run, error) {
	backends := e.pool.Backends()
	e.pool.Close()
	e.answers.close(interrupted)
	e.mu.Lock()
	defer e.mu.Unlock()
	m := &e.manifest
	m.Interrupted, m.Ended, m.Commit = interrupted, time.Now(), <-e.commit
	m.Backends = map[string]result.Backend{}
	for name, info := range backends {
		m.Backends[name] = result.Backend{
			Plugin: info.Name, Version: info.Version, Model: info.Model, ModelDigest: info.ModelDigest, Device: info.Device, Details: info.Details,
		}
	}
	run := &result.Run{Manifest: *m, Cases: []result.Case{}}
	for _, c := range e.cases {
		if c != nil {
			run.Cases = append(run.Cases, *c)
		}
	}
	if len(e.session.options.First) > 0 || e.session.options.FailedFirst {
		runs.SortCases(run.Cases)
	}
	run.Gates = e.session.evaluate(run.Cases)
	if e.record != nil {
		if err := e.record.Close(*m, run.Gates); e.err == nil {
			e.err = err
		}
	}
	if mode := e.session.options.Update; mode != "" && mode != golden.UpdateNone {
		e.err = errors.Join(e.err, golden.Keep(e.session.Project.State, golden.FromRun(run), mode))
	}
	return run, e.err
}
