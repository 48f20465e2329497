package cli

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/runner"
	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// acceptFlags are the flags of accept.
type acceptFlags struct {
	run                        string
	all, alternative, minority bool
}

func (a *app) acceptCommand() *cobra.Command {
	var f acceptFlags
	c := &cobra.Command{
		Use:   "accept [case ID]...",
		Short: "Accept answers of the latest run as golden",
		Long: `accept writes answers that a golden check did not pass to golden/<suite>.yaml,
with what they were given to: the prompt, the images, the backend and its model.
Without arguments it lists what there is to accept. The rest of the file stays
as it is. With CI set it writes nothing: a person accepts.`,
		Example: "  vlmspec accept\n  vlmspec accept shapes/describes-the-scene\n  vlmspec accept --all",
		RunE:    func(_ *cobra.Command, args []string) error { return a.accept(&f, args) },
	}
	c.Flags().StringVar(&f.run, "run", "", "ID of another run than the latest")
	c.Flags().BoolVar(&f.all, "all", false, "accept every pending answer")
	c.Flags().BoolVar(&f.alternative, "alternative", false, "keep what was accepted before, and accept this too")
	c.Flags().BoolVar(&f.minority, "minority", false, "accept an answer that no more than half of the samples gave")
	return c
}

func (a *app) accept(f *acceptFlags, ids []string) error {
	var args []string
	if f.run != "" {
		args = []string{f.run}
	}
	dir, _, err := a.findRun(args)
	if err != nil {
		return err
	}
	run, err := runner.ReadRun(dir)
	if err != nil {
		return err
	}
	pending := runner.PendingAnswers(run)
	if len(ids) == 0 && !f.all {
		return a.listPending(pending)
	}
	if os.Getenv("CI") != "" {
		return usagef("CI is set, and goldens are accepted by a person; run `vlmspec accept %s` on your machine", strings.Join(ids, " "))
	}
	chosen, err := choose(pending, ids, f)
	if err != nil {
		return err
	}
	project, err := spec.LoadProject(a.dir)
	if err != nil {
		return wrong(err)
	}
	store, err := golden.Open(project.Golden)
	if err != nil {
		return wrong(err)
	}
	by, at := whoami(project.Dir), golden.Stamp(time.Now())
	for _, p := range chosen {
		p.Entry.By, p.Entry.At = by, at
		if err := a.acceptOne(store, p, f.alternative); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) acceptOne(store *golden.Store, p runner.Pending, alternative bool) error {
	if old, ok := store.Entry(p.Case.ID, p.Turn); ok && alternative {
		if !slices.Contains(old.Answers, p.Entry.Answers[0]) {
			p.Entry.Answers = append(slices.Clone(old.Answers), p.Entry.Answers[0])
		} else {
			p.Entry.Answers = old.Answers
		}
	}
	if err := store.Accept(p.Case.ID, p.Turn, p.Entry); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "accepted %s: %s\n", nameOf(p), p.Entry.Answers[len(p.Entry.Answers)-1])
	return nil
}

// choose picks the pending answers that were asked for.
func choose(pending []runner.Pending, ids []string, f *acceptFlags) ([]runner.Pending, error) {
	var chosen []runner.Pending
	known := map[string]bool{}
	for _, p := range pending {
		known[p.Case.ID] = true
		if f.all || slices.Contains(ids, p.Case.ID) || slices.Contains(ids, nameOf(p)) {
			chosen = append(chosen, p)
			known[nameOf(p)] = true
		}
	}
	for _, id := range ids {
		if !known[id] {
			var names []string
			for _, p := range pending {
				names = append(names, p.Case.ID)
			}
			return nil, usagef("nothing is pending for %q; %s", id, spec.DidYouMean(id, names))
		}
	}
	if len(chosen) == 0 {
		return nil, usagef("nothing is pending: every golden check of the run passed")
	}
	for _, p := range chosen {
		if 2*p.Agree <= p.Samples && !f.minority {
			return nil, usagef("%s: only %d of %d samples say %q; --minority accepts it nevertheless", nameOf(p), p.Agree, p.Samples, p.Entry.Answers[0])
		}
	}
	return chosen, nil
}

func (a *app) listPending(pending []runner.Pending) error {
	if len(pending) == 0 {
		fmt.Fprintln(a.out, "Nothing is pending: every golden check of the run passed.")
		return nil
	}
	for _, p := range pending {
		note := ""
		if p.Samples > 1 {
			note = fmt.Sprintf("  (%d of %d samples)", p.Agree, p.Samples)
		}
		if p.Stale {
			note += "  (stale: the prompt or an image has changed)"
		}
		fmt.Fprintf(a.out, "%s%s\n", nameOf(p), note)
		for _, img := range p.Case.Images {
			fmt.Fprintf(a.out, "  image   %s\n", img.Path)
		}
		fmt.Fprintf(a.out, "  answer  %q\n", p.Entry.Answers[0])
	}
	fmt.Fprintf(a.out, "\nLook at the images, then: vlmspec accept ID..., or vlmspec accept --all\n")
	return nil
}

// nameOf names a turn as the golden file does.
func nameOf(p runner.Pending) string {
	if p.Turn == 0 {
		return p.Case.ID
	}
	return fmt.Sprintf("%s#%d", p.Case.ID, p.Turn+1)
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
