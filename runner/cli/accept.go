package cli

import (
	"errors"
	"fmt"
	"os/exec"
	"reflect"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/internal/yamledit"
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

// put accepts answers, again after another process has written to other entries.
func put(review *golden.Review, chosen []golden.Pending, decide func(...golden.Pending) error) error {
	before := entriesOf(review, chosen)
	for {
		err := decide(chosen...)
		if _, changed := errors.AsType[*yamledit.ChangedError](err); !changed {
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
