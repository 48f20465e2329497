package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/spec"
	"github.com/vlmspec/vlmspec/runner/suite"
)

// selection is the flags that say which cases.
type selection struct {
	keyword, label, backend string
	changed                 string // git commit
	lastFailed, unchecked   bool
}

func (s *selection) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVarP(&s.keyword, "keyword", "k", "", "only cases with this text in their ID or name")
	f.StringVar(&s.label, "label", "", `only cases whose labels match, in Ginkgo's filter language: "smoke && !slow"`)
	f.StringVar(&s.backend, "backend", "", "the backend for specs that name none; cases on others are left out")
	f.BoolVar(&s.lastFailed, "last-failed", false, "only cases that are failing by their latest outcome, over all runs")
	f.StringVar(&s.changed, "only-changed", "", "only cases that depend on a file that differs from a git commit; HEAD when none is given")
	f.Lookup("only-changed").NoOptDefVal = "HEAD"
	f.BoolVar(&s.unchecked, "allow-unchecked", false, "let cases have no expect, to explore a model")
}

// options turns the flags into what the runner takes.
func (s *selection) options(a *app, paths []string) (plan.Options, error) {
	o := plan.Options{
		Project: a.dir, Paths: paths, Keyword: s.keyword, Backend: s.backend, Failed: s.lastFailed, AllowUnchecked: s.unchecked,
	}
	if s.label != "" {
		filter, err := suite.LabelFilter(s.label)
		if err != nil {
			return o, usagef("--label: %w", err)
		}
		o.Label, o.Labels = filter, s.label
	}
	if s.changed != "" {
		var err error
		if o.Changed, err = changedSince(a.dir, s.changed); err != nil {
			return o, err
		}
	}
	return o, nil
}

// sampling is the flags that say how a case is answered.
type sampling struct {
	repeat  int
	seed    uint32
	timeout time.Duration
}

func (s *sampling) flags(c *cobra.Command) {
	f := c.Flags()
	f.IntVar(&s.repeat, "repeat", 0, "samples per case; 0 leaves it to the specs")
	f.Uint32Var(&s.seed, "seed", 0, "seed of the first sample of each case; the next have the next ones")
	f.DurationVar(&s.timeout, "timeout", 0, "time limit of a sample, such as 30s; 0 leaves it to the specs")
}

func (s *sampling) apply(c *cobra.Command, o *plan.Options) error {
	if s.repeat < 0 {
		return usagef("--repeat %d: expected at least 1", s.repeat)
	}
	if s.timeout < 0 {
		return usagef("--timeout %s: expected more than 0", s.timeout)
	}
	o.Repeat, o.Timeout = s.repeat, s.timeout
	if c.Flags().Changed("seed") {
		o.Seed = &s.seed
	}
	return nil
}

// useProfile sets the flags that a profile of the project names and the command
// line does not. It returns the reports of the profile, whose paths are relative to
// the project.
func (a *app) useProfile(c *cobra.Command, name string) (none wantedReports, err error) {
	if name == "" {
		return none, nil
	}
	project, err := spec.LoadProject(a.dir)
	if err != nil {
		return none, wrong(err)
	}
	p, ok := project.Profiles[name]
	if !ok {
		var names []string
		for n := range project.Profiles {
			names = append(names, n)
		}
		return none, known("profile", name, names)
	}
	values := map[string]string{"label": p.Label, "backend": p.Backend, "update": p.UpdateGolden}
	if p.Repeat > 0 {
		values["repeat"] = fmt.Sprint(p.Repeat)
	}
	if p.FailFast {
		values["fail-fast"] = "1"
	}
	for flag, value := range values {
		if value != "" && !c.Flags().Changed(flag) {
			if err := c.Flags().Set(flag, value); err != nil {
				return none, usagef("profile %s: %w", name, err)
			}
		}
	}
	return wantedReports{p.Reports, project.Dir}, nil
}
