package cli

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/runner/cache"
	"github.com/vlmspec/vlmspec/runner/runs"
	"github.com/vlmspec/vlmspec/runner/spec"
)

func (a *app) cacheCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "cache",
		Short: "Show what answers are cached, or drop them",
		Long: `cache shows how much the project has in .vlmspec/cache: answers, and what
image files and backends were when they were last looked at; and in
.vlmspec/images: the images that stood in tables.

An answer is taken from there when nothing that determines it has changed: the
backend's program, version, config, model and device, the conversation, the
images, the parameters, the seed and the number of the sample. Reports say so.
` + "`vlmspec run --no-cache`" + ` asks anew, and ` + "`cache: never`" + ` in a spec always does.`,
		Example: "  vlmspec cache\n  vlmspec cache prune --unused 168h\n  vlmspec cache prune --all",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			project, err := spec.LoadProject(a.dir)
			if err != nil {
				return wrong(err)
			}
			return a.printCache(project)
		},
	}
	c.AddCommand(a.cachePruneCommand())
	return c
}

func (a *app) cachePruneCommand() *cobra.Command {
	var unused time.Duration
	var all bool
	c := &cobra.Command{
		Use:   "prune",
		Short: "Drop what has not been used for long",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if unused < 0 {
				return usagef("--unused %s: expected 0s or more", unused)
			}
			project, err := spec.LoadProject(a.dir)
			if err != nil {
				return wrong(err)
			}
			return a.pruneCache(project, unused, all)
		},
	}
	c.Flags().DurationVar(&unused, "unused", 30*24*time.Hour, "what was not used for so long, in days that are rounded up")
	c.Flags().BoolVar(&all, "all", false, "everything")
	return c
}

func (a *app) printCache(project *spec.Project) error {
	st, err := cache.Stat(runs.Open(project.State).CacheDir())
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "file\t%s\n", st.Path)
	fmt.Fprintf(t, "records\t%d\n", st.Records)
	fmt.Fprintf(t, "size\t%s of at most %d MB\n", size(st.Bytes), project.CacheMB)
	if st.Records > 0 {
		fmt.Fprintf(t, "oldest use\t%s\n", st.Oldest.Format(time.DateOnly))
	}
	images, err := project.CountImages()
	if err != nil {
		return err
	}
	if images.Files > 0 {
		fmt.Fprintf(t, "images\t%d of tables, %s\n", images.Files, size(images.Bytes))
	}
	if st.Damaged > 0 {
		fmt.Fprintf(t, "damaged\t%d, which the next run drops\n", st.Damaged)
	}
	return t.Flush()
}

func (a *app) pruneCache(project *spec.Project, unused time.Duration, all bool) error {
	dir := runs.Open(project.State).CacheDir()
	before, err := cache.Stat(dir)
	if err != nil && !all {
		return err
	}
	prune := func() error { return cache.Prune(dir, unused) }
	if all {
		prune = func() error { return cache.Clear(dir) }
	}
	if err := prune(); err != nil {
		return err
	}
	after, err := cache.Stat(dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "dropped %d of %d records; %s are left\n", before.Records-after.Records, before.Records, size(after.Bytes))
	return a.pruneImages(project, unused, all)
}

func (a *app) pruneImages(project *spec.Project, unused time.Duration, all bool) error {
	before, err := project.CountImages()
	if err != nil || before.Files == 0 {
		return err
	}
	if all {
		unused = 0
	}
	left, err := project.PruneImages(unused)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "dropped %d of %d images of tables; %s are left\n", before.Files-left.Files, before.Files, size(left.Bytes))
	return nil
}

// size is a number of bytes as people say it.
func size(bytes int64) string {
	switch {
	case bytes < 1000:
		return fmt.Sprintf("%d bytes", bytes)
	case bytes < 1e6:
		return fmt.Sprintf("%.1f kB", float64(bytes)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
}
