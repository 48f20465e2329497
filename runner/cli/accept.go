package cli

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/runner"
	"github.com/vlmspec/vlmspec/runner/blocks"
	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/report"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// acceptFlags are the flags of accept.
type acceptFlags struct {
	run                                       string
	all, alternative, loosen, minority, prune bool
}

func (a *app) acceptCommand() *cobra.Command {
	var f acceptFlags
	c := &cobra.Command{
		Use:   "accept [case ID]...",
		Short: "Accept pending answers as golden",
		Long: `accept writes answers to golden/<suite>.yaml, with what they were given to: the
prompt, the images, the backend, its model and parameters. Without arguments it
lists what is pending. --all accepts what is pending; an ID also accepts an
answer of the latest run that is not, such as one that differs from the golden.
The rest of the file stays as it is.

With CI set it writes nothing: a person accepts.`,
		Example: "  vlmspec accept\n  vlmspec accept shapes/describes-the-scene\n  vlmspec accept --all",
		RunE:    func(_ *cobra.Command, args []string) error { return a.accept(&f, args) },
	}
	c.Flags().StringVar(&f.run, "run", "", "ID or folder of a run, to accept its answers rather than those pending")
	c.Flags().BoolVar(&f.all, "all", false, "accept every pending answer")
	c.Flags().BoolVar(&f.alternative, "alternative", false, "keep what was accepted before, and accept this too")
	c.Flags().BoolVar(&f.loosen, "loosen", false, "let it pass by a tolerance: a number ± t, keypoints within r, or similar ≥ x, whichever fits")
	c.Flags().BoolVar(&f.minority, "minority", false, "accept an answer that no more than half of the samples gave")
	c.Flags().BoolVar(&f.prune, "prune", false, "instead, remove goldens that no case uses")
	return c
}

func (a *app) accept(f *acceptFlags, ids []string) error {
	project, err := spec.LoadProject(a.dir)
	if err != nil {
		return wrong(err)
	}
	review, err := golden.OpenReview(project)
	if err != nil {
		return wrong(err)
	}
	if f.prune {
		return a.prune(review, f, ids)
	}
	answers, others, err := a.offered(f, review)
	if err != nil {
		return err
	}
	if len(ids) == 0 && !f.all {
		a.listPending(answers, others)
		return nil
	}
	if err := byPerson(strings.Join(ids, " ")); err != nil {
		return err
	}
	if f.loosen && f.alternative {
		return usagef("--loosen and --alternative are two ways to let an answer pass; choose one")
	}
	chosen, err := choose(answers, others, ids, f.all)
	if err != nil {
		return err
	}
	if chosen, err = a.confirm(chosen, f); err != nil {
		return err
	}
	review.By = whoami(project.Dir)
	if f.loosen {
		return a.loosen(review, chosen)
	}
	decide := review.Accept
	if f.alternative {
		decide = review.Add
	}
	if err := put(review, chosen, decide); err != nil {
		return err
	}
	for _, p := range chosen {
		fmt.Fprintf(a.out, "accepted %s: %s\n", p.Key(), report.Visible(p.Answer()))
	}
	return nil
}

// loosen adds the first tolerance that passes each answer.
func (a *app) loosen(review *golden.Review, chosen []golden.Pending) error {
	for _, p := range chosen {
		offers := review.Suggest(p)
		if len(offers) == 0 {
			return usagef("%s: no tolerance fits; accept the answer with --alternative, or write a check into the spec", p.Key())
		}
		err := put(review, []golden.Pending{p}, func(...golden.Pending) error { return review.Loosen(p, offers[0]) })
		if err != nil {
			return err
		}
		fmt.Fprintf(a.out, "loosened %s for: %s\n", p.Key(), report.Visible(p.Answer()))
	}
	return nil
}

// byPerson refuses to write goldens where nobody looks.
func byPerson(args string) error {
	if os.Getenv("CI") == "" {
		return nil
	}
	return usagef("CI is set, and goldens are accepted by a person; run `vlmspec accept %s` on your machine", args)
}

// prune removes goldens that no case uses.
func (a *app) prune(review *golden.Review, f *acceptFlags, ids []string) error {
	if len(ids) > 0 || f.all || f.alternative || f.loosen || f.minority || f.run != "" {
		return usagef("--prune goes without case IDs and other flags")
	}
	s, err := runner.Open(runner.Options{Project: a.dir, AllowUnchecked: true}) // mistakes would make orphans of all
	if err != nil {
		return wrong(err)
	}
	if len(s.Orphans) == 0 {
		fmt.Fprintln(a.out, "Every golden is used.")
		return nil
	}
	if err := byPerson("--prune"); err != nil {
		return err
	}
	if err := review.Remove(s.Orphans...); err != nil {
		return wrong(err)
	}
	for _, o := range s.Orphans {
		fmt.Fprintf(a.out, "removed %s from %s\n", o.Key, o.Pos.File)
	}
	return nil
}

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
	run, err := runner.ReadRun(dir)
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

// put accepts answers, again after another process has written to other entries.
func put(review *golden.Review, chosen []golden.Pending, decide func(...golden.Pending) error) error {
	before := entriesOf(review, chosen)
	for {
		err := decide(chosen...)
		if _, changed := errors.AsType[*blocks.ChangedError](err); !changed {
			return wrong(err)
		}
		if err := review.Reload(); err != nil {
			return wrong(err)
		}
		if !reflect.DeepEqual(before, entriesOf(review, chosen)) {
			return fmt.Errorf("%w; somebody else has decided on the same cases", err)
		}
	}
}

func entriesOf(review *golden.Review, answers []golden.Pending) []golden.Entry {
	entries := make([]golden.Entry, len(answers))
	for i, p := range answers {
		entries[i], _ = review.Accepted(p)
	}
	return entries
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
		golden.Stale:   "stale: the prompt or an image has changed",
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

// whoami is the user as git knows them, "" when it does not.
func whoami(dir string) string {
	get := func(key string) string {
		out, err := exec.Command("git", "-C", dir, "config", key).Output()
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(out))
	}
	name, email := get("user.name"), get("user.email")
	if name == "" || email == "" {
		return name
	}
	return fmt.Sprintf("%s <%s>", name, email)
}
