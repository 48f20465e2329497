package cli

import (
	"fmt"
	"slices"

	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/runs"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// offered are the answers that --all accepts, and those that only an ID does:
// those that were rejected, and those of the latest run that are not pending.
func (a *app) offered(f *acceptFlags, review *golden.Review) (answers, others []golden.Pending, err error) {
	var args []string
	if f.run != "" {
		args = []string{f.run}
	} else {
		answers, others = review.Pending(), review.Rejected()
	}
	dir, _, err := a.findRun(args)
	if err != nil && f.run == "" {
		return answers, others, nil // there is no run, and need not be
	} else if err != nil {
		return nil, nil, err
	}
	run, err := runs.ReadFolder(dir)
	if err != nil {
		return nil, nil, err
	}
	if f.run == "" {
		return answers, append(others, review.Others(run)...), nil
	}
	for _, p := range golden.FromRun(run) {
		if p.Why != golden.Same {
			answers = append(answers, p)
		}
	}
	return answers, nil, nil
}

// choose picks the answers that were asked for.
func choose(answers, others []golden.Pending, ids []string, all bool) ([]golden.Pending, error) {
	var chosen []golden.Pending
	known := map[string]bool{}
	var names []string
	for i, p := range slices.Concat(answers, others) {
		names = append(names, p.CaseID)
		if all && i < len(answers) || slices.Contains(ids, p.CaseID) || slices.Contains(ids, p.Key()) {
			chosen = append(chosen, p)
			known[p.CaseID], known[p.Key()] = true, true
		}
	}
	for _, id := range ids {
		if !known[id] {
			hint := "every golden check of the latest run passed"
			if len(names) > 0 {
				hint = spec.DidYouMean(id, names)
			}
			return nil, usagef("nothing is pending for %q; %s", id, hint)
		}
	}
	if len(chosen) == 0 {
		return nil, usagef("nothing is pending")
	}
	return chosen, nil
}

// confirm leaves out answers that few samples gave, unless a flag confirms them.
// One that was asked for by its ID is not just left out.
func (a *app) confirm(chosen []golden.Pending, f *acceptFlags) ([]golden.Pending, error) {
	var left []golden.Pending
	for _, p := range chosen {
		p.Confirmed = f.minority
		if !p.Minority() || f.minority {
			left = append(left, p)
			continue
		}
		err := usagef("%s: only %d of %d samples say %q; --minority accepts it nevertheless", p.Key(), p.Agree, len(p.Samples), p.Answer())
		if !f.all || len(chosen) == 1 {
			return nil, err
		}
		a.complain(err)
	}
	return left, nil
}

func (a *app) listPending(answers, others []golden.Pending) {
	for _, p := range answers {
		fmt.Fprintf(a.out, "%s  (%s)\n", p.Key(), about(p))
		for _, img := range p.Images {
			fmt.Fprintf(a.out, "  image   %s\n", img.Path)
		}
		fmt.Fprintf(a.out, "  answer  %q\n", p.Answer())
	}
	if len(answers) == 0 {
		fmt.Fprintln(a.out, "Nothing is pending.")
	} else {
		fmt.Fprintf(a.out, "\nLook at the images, then: vlmspec accept ID..., or vlmspec accept --all\n")
	}
	if len(others) > 0 {
		fmt.Fprintf(a.out, "\nNot pending, and not as accepted; vlmspec review shows them, and an ID accepts one:\n")
	}
	for _, p := range others {
		fmt.Fprintf(a.out, "  %s  (%s)  %q\n", p.Key(), about(p), p.Answer())
	}
}

// about says in few words why an answer is pending.
func about(p golden.Pending) string {
	text := map[golden.Why]string{
		golden.New:     "new",
		golden.Stale:   "stale: " + check.Changes(p.Changed),
		golden.Changed: "another answer was accepted",
		golden.Same:    "as accepted",
	}[p.Why]
	if p.Rejected {
		text = "rejected"
	}
	if n := len(p.Samples); n > 1 {
		text += fmt.Sprintf("; %d of %d samples", p.Agree, n)
	}
	return text
}
