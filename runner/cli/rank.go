package cli

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/runner/compare"
	"github.com/vlmspec/vlmspec/runner/report"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

func (a *app) rankCommand() *cobra.Command {
	o := compare.Defaults()
	format := "text"
	c := &cobra.Command{
		Use:   "rank RUN...",
		Short: "Rank checkpoints by the cases that all of them have, with ties where they cannot be told apart",
		Long: `rank compares many checkpoints two by two, over the cases that all of them have a
result of: by sign flips of images, corrected for all pairs by Shaffer
(docs/statistics.md). A rank is 1 and as many as are better beyond chance, so those that
cannot be told apart share one. Where names carry steps (ckpt-1200, step_300), it shows
the curve, and says whether the best is the last one trained.

RUN is as for compare: a run's ID or a part of it, its folder, or a zip; @NAME behind it
means one of its backends, without which each of them is ranked. NAME=RUN names it.`,
		Example: "  vlmspec rank a1b2c3\n  vlmspec rank step-100=a1b2c3 step-200=d4e5f6 step-300=ci.zip",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return usagef("unknown format %q; %s", format, spec.DidYouMean(format, []string{"json", "text"}))
			}
			o.Across = split(o.Across)
			entries, err := a.entries(args)
			if err != nil {
				return err
			}
			r, err := compare.Rank(entries, o)
			if err != nil {
				return usageError{err}
			}
			if format == "json" {
				return a.printJSON(r)
			}
			return report.WriteRanking(a.rawOut, r)
		},
	}
	c.Flags().Float64Var(&o.Alpha, "alpha", o.Alpha, "how often any difference may be seen where there is none")
	c.Flags().StringSliceVar(&o.Across, "across", nil, "rank by cases although this differs between them: prompt, images, checks")
	c.Flags().StringVar(&format, "format", format, "text or json")
	return c
}

// entries are the checkpoints that the command line names.
func (a *app) entries(args []string) ([]compare.Entry, error) {
	var all []compare.Entry
	for _, arg := range args {
		name, text := "", arg
		if _, err := os.Lstat(arg); err != nil {
			if n, t, named := strings.Cut(arg, "="); named {
				name, text = n, t
			}
		}
		s, err := a.side(text)
		if err != nil {
			return nil, err
		}
		run, err := s.read()
		if err != nil {
			return nil, err
		}
		entries := compare.Entries(run, s.backend)
		if len(entries) == 0 {
			return nil, usagef("run %s has no case%s", run.Manifest.ID, map[bool]string{true: " on " + s.backend}[s.backend != ""])
		}
		if name != "" && len(entries) > 1 {
			return nil, usagef("%s names %d backends; put @NAME behind the run", arg, len(entries))
		}
		if name != "" {
			entries[0].Name = name
		}
		all = append(all, entries...)
	}
	tellApart(all)
	return all, nil
}

// tellApart names entries of one backend by their models, where these differ, else by their runs.
func tellApart(all []compare.Entry) {
	for _, other := range []func(e *compare.Entry) string{
		func(e *compare.Entry) string { return e.Run.Manifest.Backends[e.Backend].Model },
		func(e *compare.Entry) string { return e.Backend + " " + tail(e.Run) },
	} {
		seen := map[string]int{}
		for i := range all {
			seen[all[i].Name]++
		}
		for i := range all {
			if e := &all[i]; seen[e.Name] > 1 && other(e) != "" {
				e.Name = other(e)
			}
		}
	}
}

// tail is what tells runs apart.
func tail(run *result.Run) string {
	id := run.Manifest.ID
	return id[strings.LastIndexByte(id, '-')+1:]
}
