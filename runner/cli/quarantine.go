package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/internal/yamledit"
	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/quarantine"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// quarantineFlags are the flags of quarantine.
type quarantineFlags struct {
	until, reason string
	remove        bool
}

func (a *app) quarantineCommand() *cobra.Command {
	var f quarantineFlags
	c := &cobra.Command{
		Use:   "quarantine [case ID]...",
		Short: "Let a case run without gating, until a date",
		Long: fmt.Sprintf(`quarantine writes cases to quarantine.yaml, beside vlmspec.yaml. They run and are
reported, but do not make the run fail, nor count in metrics, until the end of a
day (UTC), at most %d days from now. After it they gate again, and every report says
that the quarantine is over. Without arguments it lists the quarantines.`, quarantine.MaxDays),
		Example: `  vlmspec quarantine
  vlmspec quarantine shapes/finds-the-circle --until 2026-03-01 --reason 'flaky on CUDA, see #123'
  vlmspec quarantine --remove shapes/finds-the-circle`,
		RunE: func(_ *cobra.Command, args []string) error { return a.quarantine(&f, args) },
	}
	c.Flags().StringVar(&f.until, "until", "", "the last day, such as 2026-03-01")
	c.Flags().StringVar(&f.reason, "reason", "", "why, and where it is worked on")
	c.Flags().BoolVar(&f.remove, "remove", false, "end the quarantine of the cases")
	return c
}

func (a *app) quarantine(f *quarantineFlags, ids []string) error {
	project, err := spec.LoadProject(a.dir)
	if err != nil {
		return wrong(err)
	}
	list, err := quarantine.Open(project.Dir, time.Now())
	if err != nil {
		return wrong(err)
	}
	if len(ids) == 0 {
		if f.remove || f.until != "" || f.reason != "" {
			return usagef("which case? give its ID; `vlmspec list` shows them")
		}
		return a.listQuarantine(list)
	}
	if f.remove {
		return a.endQuarantine(project, list, ids, f)
	}
	if f.until == "" || strings.TrimSpace(f.reason) == "" {
		return usagef("a quarantine has an end and a reason: add --until %s --reason 'why, and where it is worked on'", time.Now().UTC().AddDate(0, 0, 14).Format(time.DateOnly))
	}
	if problem, hint := list.Problem(f.until); problem != "" {
		return usagef("--until: %s; %s", problem, hint)
	}
	entry := quarantine.Entry{Until: f.until, Reason: f.reason, By: whoami(project.Dir), At: golden.Stamp(time.Now())}
	if list.Over(entry) {
		return usagef("--until: %s is over", f.until)
	}
	if err := a.knownCases(ids); err != nil {
		return err
	}
	if err := again(project, list, func(l *quarantine.List) error { return l.Put(entry, ids...) }); err != nil {
		return err
	}
	for _, id := range ids {
		fmt.Fprintf(a.out, "%s does not gate until %s: %s\n", id, f.until, f.reason)
	}
	return nil
}

// knownCases refuses IDs that no case has.
func (a *app) knownCases(ids []string) error {
	s, err := plan.Open(plan.Options{Project: a.dir, AllowUnchecked: true})
	if err != nil {
		return wrong(err)
	}
	var all []string
	for i := range s.Len() {
		all = append(all, s.Case(i).ID)
	}
	for _, id := range ids {
		if !slices.Contains(all, id) {
			return usagef("there is no case %q; %s", id, spec.DidYouMean(id, all))
		}
	}
	return nil
}

func (a *app) endQuarantine(project *spec.Project, list *quarantine.List, ids []string, f *quarantineFlags) error {
	if f.until != "" || f.reason != "" {
		return usagef("--remove goes without --until and --reason")
	}
	for _, id := range ids {
		if !slices.Contains(list.IDs(), id) {
			if len(list.IDs()) == 0 {
				return usagef("%q is not quarantined; no case is", id)
			}
			return usagef("%q is not quarantined; %s", id, spec.DidYouMean(id, list.IDs()))
		}
	}
	if err := again(project, list, func(l *quarantine.List) error { return l.Remove(ids...) }); err != nil {
		return err
	}
	for _, id := range ids {
		fmt.Fprintf(a.out, "%s gates again\n", id)
	}
	return nil
}

// again makes a change, and makes it again after another process has written to
// the list.
func again(project *spec.Project, list *quarantine.List, change func(*quarantine.List) error) error {
	for {
		err := change(list)
		if _, changed := errors.AsType[*yamledit.ChangedError](err); !changed {
			return wrong(err)
		}
		if list, err = quarantine.Open(project.Dir, time.Now()); err != nil {
			return wrong(err)
		}
	}
}

func (a *app) listQuarantine(list *quarantine.List) error {
	if len(list.IDs()) == 0 {
		fmt.Fprintln(a.out, "No case is quarantined.")
		return nil
	}
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, id := range list.IDs() {
		q := list.Of(id)
		state := "until " + q.Until
		if q.Expired {
			state = "ended on " + q.Until
		}
		fmt.Fprintf(t, "%s:%d\t%s\t%s\t%s\n", q.File, q.Line, id, state, q.Reason)
	}
	return t.Flush()
}
