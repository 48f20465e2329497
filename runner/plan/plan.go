// Package plan decides what is to run: it loads the project, its specs and
// goldens, compiles checks and gates, selects and orders the cases, and knows
// which files each case depends on. Nothing has been started here. Start reading
// at [Open]; [Plan] is what comes out.
package plan

import (
	"crypto/sha256"
	"path/filepath"
	"slices"
	"time"

	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/quarantine"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/secret"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// Options say what to run. The zero value plans every spec of the project around
// the current folder.
type Options struct {
	Project string   // folder, or vlmspec.yaml; "" is the current folder
	Paths   []string // spec files, folders, or FILE:LINE for the case at that line; none is all specs

	Keyword     string                     // only cases with this text in their ID or name; case does not matter
	Label       func(labels []string) bool // only cases it is true for; nil is all
	Labels      string                     // what Label was made from, for a hint
	IDs         map[string]bool            // only cases with one of these IDs; nil is all
	Backend     string                     // for specs that name none; cases on others are left out
	Failed      bool                       // only cases that are failing by their latest outcome over all runs; none left is no error
	FailedFirst bool                       // those go first
	Changed     map[string]bool            // only cases that depend on one of these files, absolute; none left is no error; nil is all
	First       map[string]bool            // cases with these IDs run before the others; nil is none

	Shard *Shard // only this part of what is selected; nil is all

	// OnProject is called once the project is loaded, before its specs are read; may be nil.
	OnProject func(*spec.Project)
	// OnCase is called with every case that is to run, and may change where its
	// images are read; may be nil.
	OnCase func(*spec.Case)

	AllowUnchecked bool    // cases need no `expect`
	Repeat         int     // samples per case; 0 leaves it to the specs
	Seed           *uint32 // of the first sample; nil leaves it to the specs
	Timeout        time.Duration
}

// Plan is what is to run: cases selected, checks compiled.
type Plan struct {
	Project *spec.Project
	Options Options
	Files   []string        // every file that was read, and quarantine.yaml, absolute
	Total   int             // cases there are, before selection
	Orphans []golden.Orphan // goldens that no case uses; known when no paths were given
	Suites  []result.Suite  // what each spec file holds, before selection
	Shard   *result.Shard   // what part of a run this is; nil is the whole
	Several bool            // the specs name more than one backend
	// Nothing is why no case is to run, where none is: "none of 7 cases ...".
	Nothing  string
	Warnings []string // sentences about earlier runs

	cases      []*Case
	goldens    *golden.Store
	quarantine *quarantine.List
	secrets    *secret.Set

	gated map[string]bool // files of suites with gates

	backendFiles map[string][]string // by name
}

// Case is a case with its checks, by turn.
type Case struct {
	*spec.Case
	Checks   [][]Check
	Siblings int               // other cases at the same line
	Index    int               // among all cases, before selection
	Written  [sha256.Size]byte // digest of the checks of all turns as they are written
	// Secrets are what nothing that is shown of the case may hold: what ${env:...} gave
	// the case and the configs of its backends. Nil is none.
	Secrets *secret.Set
}

// Check is a compiled check and where it stands.
type Check struct {
	check.Check
	Pos    spec.Pos
	Golden bool // it compares with accepted answers
}

// Open loads the project, its specs and goldens, selects cases and compiles
// their checks. The error holds every mistake there is, as *[spec.Error] or
// [spec.Errors]; a selection that selects nothing is a [*SelectionError]. Where a
// spec is wrong the plan has no cases, but says which files were read.
func Open(o Options) (*Plan, error) {
	project, err := spec.LoadProject(o.Project)
	if err != nil {
		return nil, err
	}
	project.AllowUnchecked = o.AllowUnchecked
	if o.OnProject != nil {
		o.OnProject(project)
	}
	if o.Backend != "" {
		if err := knownBackend(project, o.Backend); err != nil {
			return nil, err
		}
		project.DefaultBackend = o.Backend
	}
	files, lines := splitPaths(o.Paths)
	c := newCompiler(project)
	specs, loadErr := spec.LoadEach(project, files, c.add)
	goldens, goldenErr := golden.Open(project.Golden)
	suites, gateErr := suitesOf(specs, c.cases)
	list, quarantineErr := quarantine.Open(project.Dir, time.Now())
	if quarantineErr == nil && len(files) == 0 && loadErr == nil {
		quarantineErr = list.Check(idsOf(c.cases))
	}
	secrets := specs.Secrets.With(c.passedOn...)
	read := append(specs.Files, filepath.Join(project.Dir, quarantine.FileName))
	if err := spec.Join(loadErr, spec.Join(c.mistakes...), goldenErr, gateErr, quarantineErr); err != nil {
		return &Plan{Project: project, Files: read, Options: o, secrets: secrets}, spec.Hide(err, secrets)
	}
	p := &Plan{
		Project: project, Files: read, Total: len(c.cases), Options: o, goldens: goldens, quarantine: list, Suites: suites, Several: several(suites), gated: gatedFiles(suites),
		secrets: secrets, backendFiles: map[string][]string{},
	}
	if len(files) == 0 {
		p.Orphans = goldens.Orphans(usedGoldens(c.cases))
	}
	p.cases, err = p.selected(c.cases, lines)
	if o.OnCase != nil {
		for _, c := range p.cases {
			o.OnCase(c.Case)
		}
	}
	return p, err
}

func idsOf(cases []*Case) []string {
	ids := make([]string, len(cases))
	for i := range cases {
		ids[i] = cases[i].ID
	}
	return ids
}

// Timed reports whether a check reads how long an answer takes.
func (c *Case) Timed() bool {
	return slices.ContainsFunc(c.Checks, func(turn []Check) bool {
		return slices.ContainsFunc(turn, func(k Check) bool { return check.Timed(k.Check) })
	})
}

// usedGoldens are the keys of the goldens that cases compare with.
func usedGoldens(cases []*Case) map[string]bool {
	used := map[string]bool{}
	for i := range cases {
		for t, checks := range cases[i].Checks {
			for _, c := range checks {
				if c.Golden {
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

// Golden reports whether a check of the case reads a golden.
func (c *Case) Golden() bool {
	return slices.ContainsFunc(c.Checks, func(turn []Check) bool {
		return slices.ContainsFunc(turn, func(k Check) bool { return k.Golden })
	})
}

// Len is how many cases are to run.
func (p *Plan) Len() int { return len(p.cases) }

// Case returns a case that is to run.
func (p *Plan) Case(i int) *Case { return p.cases[i] }

// Longest is the longest time limit of the cases that a backend answers, 0 for none.
func (p *Plan) Longest(backend string) (limit time.Duration) {
	for i := range p.cases {
		if c := p.cases[i]; c.Backend == backend {
			if c.Timeout == 0 {
				return 0
			}
			limit = max(limit, c.Timeout)
		}
	}
	return limit
}

// Quarantine is that of a case that is to run, nil when it has none.
func (p *Plan) Quarantine(i int) *result.Quarantine { return p.quarantine.Of(p.cases[i].ID) }

// Goldens are the accepted answers of the project.
func (p *Plan) Goldens() check.Goldens { return p.goldens }
