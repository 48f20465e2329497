package cli

import (
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/runner/history"
	"github.com/vlmspec/vlmspec/runner/internal/visible"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

type historyFlags struct {
	backend string
	limit   int
	json    bool
	csv     bool
	costs   bool
}

func (a *app) historyCommand() *cobra.Command {
	var f historyFlags
	c := &cobra.Command{
		Use:   "history [CASE]",
		Short: "Show how cases ended over all runs, and which flip while nothing changes",
		Long: `history shows how a case ended in every run that is kept: outcome, score, time,
and what had changed since the run before (model, prompt, images, params, checks).
CASE is an ID, a name as reports print it, or a part of one.

Without CASE it lists the cases to look at: flaky ones, which pass and fail with
all of that the same; those whose outcome changed together with something; those
that always fail; and those whose samples disagree. Flaky cases are ranked by the
lower end of the 95 % interval of their flip rate.

In a strip the oldest run comes first: ` + legend + `.`,
		Example: "  vlmspec history\n  vlmspec history 'shapes › counts three'\n  vlmspec history shapes/counts-three --csv > counts.csv",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if f.json && f.csv {
				return usagef("--json and --csv exclude each other")
			}
			if f.limit < 0 {
				return usagef("--limit %d: expected 0, which is no limit, or more", f.limit)
			}
			x, err := a.history(c.Context())
			if err != nil {
				return err
			}
			defer x.Close()
			if f.costs {
				seconds, err := x.Costs(c.Context())
				if err != nil {
					return err
				}
				return a.printCosts(seconds)
			}
			if len(args) == 0 {
				return a.historyOverview(c.Context(), x, f)
			}
			return a.historyOf(c.Context(), x, args[0], f)
		},
	}
	c.Flags().StringVar(&f.backend, "backend", "", "only on this backend")
	c.Flags().IntVarP(&f.limit, "limit", "n", 20, "at most so many runs of a case, or cases of a list; 0 is no limit")
	c.Flags().BoolVar(&f.json, "json", false, "as JSON")
	c.Flags().BoolVar(&f.csv, "csv", false, "as CSV")
	c.Flags().BoolVar(&f.costs, "costs", false, "seconds of every case, as a file for `vlmspec run --shard-costs`")
	return c
}

// history opens the index over the runs, up to date. It says what could not be read.
func (a *app) history(ctx context.Context) (*history.Index, error) {
	_, store, err := a.store()
	if err != nil {
		return nil, err
	}
	x, err := history.Open(ctx, store)
	if err != nil {
		return nil, err
	}
	if x.Rebuilt != "" {
		fmt.Fprintf(a.err, "vlmspec: the index of the history is made again: %s\n", x.Rebuilt)
	}
	unread, err := x.Update(ctx)
	for _, id := range slices.Sorted(maps.Keys(unread)) {
		fmt.Fprintf(a.err, "vlmspec: run %s is left out: %v\n", id, unread[id])
	}
	if err != nil {
		_ = x.Close()
		return nil, fmt.Errorf("bring the history up to date: %w", err)
	}
	return x, nil
}

// overview is what `vlmspec history` says of all cases.
type overview struct {
	Runs     int                `json:"runs"`
	Flaky    []history.Standing `json:"flaky"`
	Changed  []history.Standing `json:"changed"`
	Broken   []history.Standing `json:"broken"`
	Unstable []history.Standing `json:"unstable"`
}

func (a *app) historyOverview(ctx context.Context, x *history.Index, f historyFlags) error {
	o, err := readOverview(ctx, x, f)
	switch {
	case err != nil:
		return err
	case f.json:
		return a.printJSON(o)
	case f.csv:
		return a.standingsCSV(o)
	case o.Runs == 0:
		fmt.Fprintln(a.out, "There is no run yet; make one with `vlmspec run`.")
		return nil
	}
	fmt.Fprintf(a.out, "%s\n", plural(o.Runs, "run"))
	for _, list := range []struct {
		title string
		cases []history.Standing
		show  func(*history.Standing) string
	}{
		{"flaky: pass and fail while nothing changes", o.Flaky, func(s *history.Standing) string {
			return fmt.Sprintf("%d of %s flipped, rate %.2f (%.2f to %.2f)", s.Flips, plural(s.Pairs, "pair"), s.Rate, s.Low, s.High)
		}},
		{"changed: pass and fail with another model, prompt, image, parameter or check", o.Changed, func(s *history.Standing) string { return plural(s.Changes, "change") }},
		{"broken: failed in every run", o.Broken, func(s *history.Standing) string { return fmt.Sprintf("failed in %s", plural(s.Failed, "run")) }},
		{"unstable: samples of a run disagreed", o.Unstable, func(s *history.Standing) string { return fmt.Sprintf("in %d of %s", s.Unstable, plural(s.Runs, "run")) }},
	} {
		if err := a.listStandings(ctx, x, list.title, list.cases, list.show); err != nil {
			return err
		}
	}
	if len(o.Flaky)+len(o.Changed)+len(o.Broken)+len(o.Unstable) == 0 {
		fmt.Fprintln(a.out, "No case flips, changed, is broken or unstable.")
	}
	return nil
}

func readOverview(ctx context.Context, x *history.Index, f historyFlags) (o overview, err error) {
	if o.Runs, err = x.Runs(ctx); err != nil {
		return o, err
	}
	for _, list := range []struct {
		into *[]history.Standing
		read func(context.Context, int) ([]history.Standing, error)
	}{{&o.Flaky, x.Flaky}, {&o.Changed, x.Changed}, {&o.Broken, x.Broken}, {&o.Unstable, x.Unstable}} {
		all, err := list.read(ctx, 0)
		if err != nil {
			return o, err
		}
		all = slices.DeleteFunc(all, func(s history.Standing) bool { return f.backend != "" && s.Backend != f.backend })
		if f.limit > 0 && len(all) > f.limit {
			all = all[:f.limit]
		}
		*list.into = all
	}
	return o, nil
}

func (a *app) listStandings(ctx context.Context, x *history.Index, title string, all []history.Standing, show func(*history.Standing) string) error {
	if len(all) == 0 {
		return nil
	}
	fmt.Fprintf(a.out, "\n%s\n", title)
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for i := range all {
		s := &all[i]
		one, err := x.Case(ctx, history.Subject{Case: s.Case, Backend: s.Backend}, stripRuns)
		if err != nil {
			return err
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\n", visible.Line(s.Case+"@"+s.Backend), strip(one.Entries), show(s))
	}
	return t.Flush()
}

func (a *app) standingsCSV(o overview) error {
	w := csv.NewWriter(a.rawOut)
	_ = w.Write([]string{"list", "case", "backend", "runs", "passed", "failed", "unstable", "pairs", "flips", "rate", "low", "high", "changes", "last"})
	for _, list := range []struct {
		name string
		all  []history.Standing
	}{{"flaky", o.Flaky}, {"changed", o.Changed}, {"broken", o.Broken}, {"unstable", o.Unstable}} {
		for _, s := range list.all {
			_ = w.Write([]string{
				list.name, visible.Line(s.Case), visible.Line(s.Backend), strconv.Itoa(s.Runs), strconv.Itoa(s.Passed), strconv.Itoa(s.Failed), strconv.Itoa(s.Unstable), strconv.Itoa(s.Pairs),
				strconv.Itoa(s.Flips), fmt.Sprintf("%.4f", s.Rate), fmt.Sprintf("%.4f", s.Low), fmt.Sprintf("%.4f", s.High), strconv.Itoa(s.Changes), string(s.Last),
			})
		}
	}
	w.Flush()
	return w.Error()
}

// maxDetailed is how many cases are shown with all their runs.
const maxDetailed = 4

func (a *app) historyOf(ctx context.Context, x *history.Index, text string, f historyFlags) error {
	found, err := x.Find(ctx, text)
	if err != nil {
		return err
	}
	found = slices.DeleteFunc(found, func(s history.Subject) bool { return f.backend != "" && s.Backend != f.backend })
	if len(found) == 0 {
		names, err := x.Names(ctx)
		if err != nil {
			return err
		}
		return usagef("no run that is kept has a case %q; %s", text, spec.DidYouMean(text, names))
	}
	for i := range found {
		if found[i], err = x.Case(ctx, found[i], f.limit); err != nil {
			return err
		}
	}
	switch {
	case f.json:
		return a.printJSON(found)
	case f.csv:
		return a.entriesCSV(found)
	case len(found) > maxDetailed:
		t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
		for i := range found {
			fmt.Fprintf(t, "%s\t%s\n", visible.Line(found[i].Case+"@"+found[i].Backend), strip(found[i].Entries))
		}
		return t.Flush()
	}
	for i := range found {
		if i > 0 {
			fmt.Fprintln(a.out)
		}
		if err := a.showHistory(&found[i]); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) showHistory(s *history.Subject) error {
	fmt.Fprintf(a.out, "%s › %s @%s\n%s\n", visible.Line(s.Suite), visible.Line(s.Name), visible.Line(s.Backend), strip(s.Entries))
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, e := range slices.Backward(s.Entries) {
		samples := ""
		if e.Samples > 1 {
			samples = fmt.Sprintf("%d of %d", e.Passed, e.Samples)
		}
		took := fmt.Sprintf("%.2f s", e.Seconds)
		if e.Cached {
			took = "cached"
		}
		commit, _, _ := strings.Cut(e.Commit, "+")
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\tscore %.2f\t%s\t%s\t%s\n", e.Started.Local().Format(time.DateTime), e.Run[max(0, len(e.Run)-6):], visible.Line(commit[:min(len(commit), 8)]), e.Outcome, e.Score, samples, took, changes(e.Changed))
	}
	return t.Flush()
}

func changes(parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	return "changed: " + strings.Join(parts, ", ")
}

func (a *app) entriesCSV(all []history.Subject) error {
	w := csv.NewWriter(a.rawOut)
	_ = w.Write([]string{"case", "backend", "run", "started", "commit", "outcome", "score", "seconds", "tokens", "passed", "samples", "cached", "changed", "model", "prompt", "images", "params", "checks"})
	for _, s := range all {
		for _, e := range s.Entries {
			_ = w.Write([]string{
				visible.Line(s.Case), visible.Line(s.Backend), e.Run, e.Started.UTC().Format(time.RFC3339), visible.Line(e.Commit), string(e.Outcome), strconv.FormatFloat(e.Score, 'g', -1, 64),
				strconv.FormatFloat(e.Seconds, 'g', -1, 64), strconv.Itoa(e.Tokens), strconv.Itoa(e.Passed), strconv.Itoa(e.Samples), strconv.FormatBool(e.Cached), strings.Join(e.Changed, " "),
				e.Digests.Model, e.Digests.Prompt, e.Digests.Images, e.Digests.Params, e.Digests.Checks,
			})
		}
	}
	w.Flush()
	return w.Error()
}

// stripRuns is how many runs a strip in a list has.
const stripRuns = 30

// bars of a strip: low for what passed.
var bars = map[result.Outcome]rune{
	result.Passed: '▁', result.XFailed: '▂', result.Unstable: '▄', result.Failed: '█', result.XPassed: '▇', result.Stale: '▅', result.Error: '!', result.Skipped: '·', result.Unchecked: '?',
}

const legend = "▁ passed, ▂ failed as expected, ▄ unstable, ▅ stale, ▇ passed\nunexpectedly, █ failed, ! error, · skipped, ? unchecked"

// strip draws a case over its runs, the oldest first.
func strip(entries []history.Entry) string {
	var b strings.Builder
	for _, e := range entries {
		bar, ok := bars[e.Outcome]
		if !ok {
			bar = '?'
		}
		b.WriteRune(bar)
	}
	return b.String()
}
