package cli

import (
	"fmt"
	"os"

	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/plan"
)

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
	s, err := plan.Open(plan.Options{Project: a.dir, AllowUnchecked: true}) // mistakes would make orphans of all
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
