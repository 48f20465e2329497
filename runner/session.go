// Package runner is the pipeline: load, plan, infer, judge, record. [Open] loads
// and plans, so that a mistake costs milliseconds; [Session.Start] infers;
// [Execution.Case] judges and records; [Execution.Finish] closes the run. Package
// suite drives it with Ginkgo.
package runner

import (
	"context"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/cache"
	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/gate"
	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/infer"
	"github.com/vlmspec/vlmspec/runner/quarantine"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// Options say what to run, and how. The zero value runs every spec of the
// project around the current folder.
type Options struct {
	Project string   // folder, or vlmspec.yaml; "" is the current folder
	Paths   []string // spec files, folders, or FILE:LINE for the case at that line; none is all specs

	Keyword     string                     // only cases with this text in their ID or name; case does not matter
	Label       func(labels []string) bool // only cases it is true for; nil is all
	IDs         map[string]bool            // only cases with one of these IDs; nil is all
	Backend     string                     // for specs that name none; cases on others are left out
	Failed      bool                       // only cases that were not good in the latest run
	FailedFirst bool                       // cases that were not good in the latest run go first
	Changed     map[string]bool            // only cases that depend on one of these files, absolute; none left is no error; nil is all

	First map[string]bool // cases with these IDs run before the others; nil is none

	AllowUnchecked bool    // cases need no `expect`
	Repeat         int     // samples per case; 0 leaves it to the specs
	Seed           *uint32 // of the first sample; nil leaves it to the specs
	Timeout        time.Duration
	FailFast       int // stop after so many cases that are not good; 0 never

	// Backends opens a backend; nil starts plugins.
	Backends func(ctx context.Context, b spec.Backend) (sdk.Backend, error)
	OnDemand bool // answer a case when it is waited for, not ahead
	// Cache takes answers of earlier runs from .vlmspec/cache, and keeps those of
	// this one; it goes with plugins only. Fresh does not take any; Offline takes
	// nothing else.
	Cache, Fresh, Offline bool
	// Warn is told in a sentence what is wrong with the cache, which never fails a
	// run; nil is told nothing.
	Warn func(problem string)
	Log  io.Writer
	// OnStart is called when a backend is asked for a sample of a case, OnEnd when
	// it has answered, from several goroutines; both may be nil.
	OnStart, OnEnd func(c *spec.Case)

	Version string   // of vlmspec, for the manifest
	Args    []string // of the command line, for the manifest
	Profile string
	Shuffle int64 // seed of the order, for the manifest; 0 is spec order
	Discard bool  // write no run directory
	// Update says which answers of golden checks become pending; "" is none.
	Update golden.Update
}

// Session is what is to run: cases selected, checks compiled. Nothing has been started.
type Session struct {
	Project *spec.Project
	Files   []string        // every file that was read, and quarantine.yaml, absolute
	Total   int             // cases there are, before selection
	Orphans []golden.Orphan // goldens that no case uses; known when no paths were given

	cache      func() (*cache.Store, error) // nil is none
	options    Options
	cases      []planned
	goldens    *golden.Store
	quarantine *quarantine.List
	gates      []suiteGate

	backendFiles map[string][]string // by name
}

// suiteGate is a gate of a suite.
type suiteGate struct {
	gate.Gate
	suite, file string
	cases       map[string]int // by backend: how many cases the file has, before selection
}

// planned is a case with its checks, by turn.
type planned struct {
	spec.Case
	checks   [][]placedCheck
	siblings int // other cases at the same line
}

// placedCheck is a check and where it stands.
type placedCheck struct {
	check.Check
	pos    spec.Pos
	golden bool
}

// Open loads the project, its specs and goldens, selects cases and compiles
// their checks. The error holds every mistake there is, as *[spec.Error] or
// [spec.Errors]; a selection that selects nothing is a [*SelectionError]. Where a
// spec is wrong the session has no cases, but says which files were read.
func Open(o Options) (*Session, error) {
	project, err := spec.LoadProject(o.Project)
	if err != nil {
		return nil, err
	}
	project.AllowUnchecked = o.AllowUnchecked
	kept := readCache(o, project)
	if o.Backend != "" {
		if err := knownBackend(project, o.Backend); err != nil {
			return nil, err
		}
		project.DefaultBackend = o.Backend
	}
	files, lines := splitPaths(o.Paths)
	specs, loadErr := spec.Load(project, files)
	goldens, goldenErr := golden.Open(project.Golden)
	cases, checkErr := compile(specs.Cases, project)
	gates, gateErr := compileGates(specs)
	list, quarantineErr := quarantine.Open(project.Dir, time.Now())
	if quarantineErr == nil && len(files) == 0 && loadErr == nil {
		quarantineErr = list.Check(idsOf(cases))
	}
	read := append(specs.Files, filepath.Join(project.Dir, quarantine.FileName))
	if err := spec.Join(loadErr, checkErr, goldenErr, gateErr, quarantineErr); err != nil {
		return &Session{Project: project, Files: read, options: o}, err
	}
	s := &Session{
		Project: project, Files: read, Total: len(cases), options: o, goldens: goldens, quarantine: list, gates: gates,
		backendFiles: map[string][]string{}, cache: kept,
	}
	if len(files) == 0 {
		s.Orphans = goldens.Orphans(usedGoldens(cases))
	}
	s.cases, err = s.selected(cases, lines)
	return s, err
}

// compile makes the checks of every case, and tells all mistakes once: cases of
// one `rows` share theirs. It lets go of the YAML that the checks were made from.
func compile(cases []spec.Case, project *spec.Project) ([]planned, error) {
	out := make([]planned, len(cases))
	var errs []error
	told := map[string]bool{}
	backends := slices.Sorted(maps.Keys(project.Backends))
	at := map[spec.Pos]int{}
	for _, c := range cases {
		at[c.Pos]++
	}
	for i, c := range cases {
		out[i] = planned{Case: c, checks: make([][]placedCheck, len(c.Turns)), siblings: at[c.Pos] - 1}
		for t := range c.Turns {
			nodes := c.Turns[t].Checks
			c.Turns[t].Checks = nil
			checks, err := check.CompileAll(nodes, check.Env{
				Dir: filepath.Join(project.Dir, filepath.Dir(c.Pos.File)), ProjectDir: project.Dir, Backends: backends,
			})
			for _, m := range spec.Mistakes(err) {
				if !told[m.Error()] {
					told[m.Error()] = true
					errs = append(errs, m)
				}
			}
			out[i].checks[t] = make([]placedCheck, len(checks))
			for k := range checks {
				out[i].checks[t][k] = placedCheck{checks[k], nodes[k].Pos(), isGolden(nodes[k])}
			}
		}
	}
	return out, spec.Join(errs...)
}

func idsOf(cases []planned) []string {
	ids := make([]string, len(cases))
	for i := range cases {
		ids[i] = cases[i].ID
	}
	return ids
}

// timed reports whether a check reads how long an answer takes.
func (p *planned) timed() bool {
	return slices.ContainsFunc(p.checks, func(turn []placedCheck) bool {
		return slices.ContainsFunc(turn, func(c placedCheck) bool { return check.Timed(c.Check) })
	})
}

// usedGoldens are the keys of the goldens that cases compare with.
func usedGoldens(cases []planned) map[string]bool {
	used := map[string]bool{}
	for i := range cases {
		for t, checks := range cases[i].checks {
			for _, c := range checks {
				if c.golden {
					used[golden.Key(cases[i].ID, t)] = true
				}
			}
		}
	}
	return used
}

// isGolden reports whether an entry of `expect` reads a golden.
func isGolden(n spec.Node) bool {
	return n.Text() == "golden" || len(n.Entries()) == 1 && n.Entries()[0].Key == "golden"
}

// Quarantine is that of a case that is to run, nil when it has none.
func (s *Session) Quarantine(i int) *result.Quarantine { return s.quarantine.Of(s.cases[i].ID) }

// Len is how many cases are to run.
func (s *Session) Len() int { return len(s.cases) }

// Case returns a case that is to run.
func (s *Session) Case(i int) *spec.Case { return &s.cases[i].Case }

// tasks lists the samples of every case that is not skipped, and where those of
// a case begin.
func (s *Session) tasks() (tasks []infer.Task, first []int) {
	first = make([]int, len(s.cases))
	for i := range s.cases {
		c := &s.cases[i].Case
		first[i] = len(tasks)
		if c.Skip != "" {
			continue
		}
		for k := range c.Repeat {
			tasks = append(tasks, infer.Task{Case: c, Index: k, Seed: c.Params.Seed + uint32(k), Timed: s.cases[i].timed(), Never: c.NoCache})
		}
	}
	return tasks, first
}

// secrets lists what no output may hold.
func (s *Session) secrets() []string {
	var all []string
	for _, c := range s.cases {
		all = append(all, c.Secrets...)
	}
	for _, b := range s.Project.Backends {
		all = append(all, b.Secrets...)
	}
	return all
}

// ExitCode is 0 when all is well, 1 when a case failed or a gate was missed, 3
// when nothing failed but something could not be judged, 130 when the run was
// interrupted.
func ExitCode(run *result.Run) int {
	code := 0
	count := func(o result.Outcome, passing bool) {
		switch {
		case passing:
		case o == result.Error && code == 0:
			code = 3
		case o != result.Error:
			code = 1
		}
	}
	for i := range run.Cases {
		count(run.Cases[i].Outcome, run.Cases[i].Passing())
	}
	for _, g := range run.Gates {
		count(g.Outcome, g.Outcome.Passing())
	}
	if run.Manifest.Interrupted {
		return 130
	}
	return code
}

// Goldens are the accepted answers of the project.
func (s *Session) Goldens() check.Goldens { return s.goldens }
