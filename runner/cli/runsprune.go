package cli

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/runner/model"
	"github.com/vlmspec/vlmspec/runner/runs"
	"github.com/vlmspec/vlmspec/runner/spec"
)

func (a *app) runsPruneCommand() *cobra.Command {
	var keep int
	var size string
	c := &cobra.Command{
		Use:   "prune [RUN]...",
		Short: "Remove old runs, or those named",
		Long: `prune removes the oldest runs until the others keep to a count and a size, those
of vlmspec.yaml unless flags say otherwise, or just the runs that are named. The
latest run stays unless it is named, and one that is under way stays. What a run
said of a case is forgotten only when it is named.`,
		Example: "  vlmspec runs prune --keep 20\n  vlmspec runs prune --size 50MB\n  vlmspec runs prune a1b2c3",
		RunE: func(c *cobra.Command, args []string) error {
			project, store, err := a.store()
			if err != nil {
				return err
			}
			r := project.Runs
			if c.Flags().Changed("keep") {
				r.Keep = keep
			}
			if size != "" {
				if r.Size, err = spec.ParseSize(size); err != nil {
					return usagef("--size: %w; write one like 500MB or 2GB", err)
				}
			}
			switch {
			case r.Keep < 1:
				return usagef("--keep %d: expected at least 1", keep)
			case len(args) > 0 && c.Flags().NFlag() > 0:
				return usagef("name runs, or say --keep or --size")
			case len(args) > 0:
				return a.removeRuns(store, args)
			}
			removed, err := store.Prune(r, "")
			return a.printRemoved(store, removed, err)
		},
	}
	c.Flags().IntVar(&keep, "keep", 0, "most runs to keep; what vlmspec.yaml says when not given")
	c.Flags().StringVar(&size, "size", "", "most that they may take on the disk, such as 50MB; what vlmspec.yaml says when not given")
	return c
}

// removeRuns removes the runs that are named: all are known before one goes.
func (a *app) removeRuns(store runs.Store, names []string) error {
	var ids []string
	for _, name := range names {
		id, err := store.Find(name)
		if err != nil {
			return wrong(err)
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var removed []string
	for _, id := range slices.Compact(ids) {
		ok, err := store.Remove(id)
		if err != nil {
			return err
		}
		if !ok {
			return usagef("run %s is under way; it was not removed", id)
		}
		removed = append(removed, id)
	}
	return a.printRemoved(store, removed, nil)
}

func (a *app) printRemoved(store runs.Store, removed []string, problem error) error {
	left, err := store.List()
	if err != nil {
		return err
	}
	size := int64(0)
	for i := range left {
		size += left[i].Bytes
	}
	fmt.Fprintf(a.out, "removed %d of %d runs; those that are left take %s\n", len(removed), len(removed)+len(left), model.Bytes(size))
	return problem
}
