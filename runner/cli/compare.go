package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
	"golang.org/x/term"

	"github.com/vlmspec/vlmspec/internal/atomicfile"
	"github.com/vlmspec/vlmspec/runner/compare"
	"github.com/vlmspec/vlmspec/runner/internal/visible"
	"github.com/vlmspec/vlmspec/runner/report"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// comparing are the flags of compare.
type comparing struct {
	options      compare.Options
	against      string
	formats      []string
	flips        int
	inconclusive string
}

func (a *app) compareCommand() *cobra.Command {
	f := comparing{options: compare.Defaults()}
	c := &cobra.Command{
		Use:   "compare [BASE] [CANDIDATE]",
		Short: "Say whether a run got worse than another, case by case, and by how much",
		Long: `compare pairs the cases of two runs and says whether the candidate got worse:

  BLOCK         worse by more than --max-drop, or a suite is missing or all in error
  WARN          worse, by less than that as far as seen
  PASS          a drop of more than --max-drop is ruled out
  INCONCLUSIVE  too few cases to say; how many would do is said

Cases that share an image count together: five prompts on one image are not five
opinions (docs/statistics.md). What only one run has, and what was asked otherwise,
is named and not compared; what the candidate's specs have and it gave no result of
counts as an error.

BASE and CANDIDATE are a run's ID or a part of it, its folder, or a zip of
` + "`vlmspec runs export`" + `; @NAME behind it, or alone for the latest run, means one of
its backends. Without CANDIDATE it is the latest run.

Exit codes: 0 for PASS and WARN, 1 for BLOCK, INCONCLUSIVE as --inconclusive says.`,
		Example: "  vlmspec compare a1b2c3 d4e5f6\n  vlmspec compare @tiny @tiny-q4\n  vlmspec compare ci-main.zip --format markdown=out/compare.md\n  vlmspec compare --against origin/main",
		Args:    cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.options.Across = split(f.options.Across)
			return a.compare(cmd, args, &f)
		},
	}
	c.Flags().StringVar(&f.against, "against", "", "git ref: compare with the last run of where this branch left it, and run that where there is none")
	c.Flags().Float64Var(&f.options.MaxDrop, "max-drop", f.options.MaxDrop, "drop of the share of passing cases that is allowed: 0.05 is 5 points")
	c.Flags().Float64Var(&f.options.Alpha, "alpha", f.options.Alpha, "how often a difference may be seen where there is none")
	c.Flags().BoolVar(&f.options.Common, "common", false, "compare what both runs have, also where the candidate left out cases of its specs")
	c.Flags().StringSliceVar(&f.options.Across, "across", nil, "compare cases although this differs between the runs: prompt, images, checks")
	c.Flags().StringVar(&f.inconclusive, "inconclusive", "warn", "what INCONCLUSIVE is: warn, or block for exit code 1")
	c.Flags().IntVar(&f.flips, "flips", 10, "most flips to print of a suite, each way; -1 prints all")
	c.Flags().StringArrayVar(&f.formats, "format", []string{"text"}, "text, json or markdown, or KIND=PATH, more than once")
	return c
}

func split(words []string) []string {
	var all []string
	for _, w := range words {
		all = append(all, strings.FieldsFunc(w, func(r rune) bool { return r == ',' || r == ' ' })...)
	}
	return all
}

func (a *app) compare(cmd *cobra.Command, args []string, f *comparing) error {
	if f.inconclusive != "warn" && f.inconclusive != "block" {
		return usagef("--inconclusive is warn or block, not %q", f.inconclusive)
	}
	targets, err := f.targets()
	if err != nil {
		return err
	}
	base, candidate, err := a.sides(cmd.Context(), args, f)
	if err != nil {
		return err
	}
	f.options.BaseBackend, f.options.CandidateBackend = base.backend, candidate.backend
	var was, now *result.Run
	var read errgroup.Group
	read.Go(func() (err error) { was, err = base.read(); return err })
	read.Go(func() (err error) { now, err = candidate.read(); return err })
	if err := read.Wait(); err != nil {
		return err
	}
	c, err := compare.Runs(was, now, f.options)
	if err != nil {
		return usageError{err}
	}
	for _, t := range targets {
		if err := a.writeComparison(c, t, f.flips); err != nil {
			return err
		}
	}
	if c.Verdict == compare.Block || c.Verdict == compare.Inconclusive && f.inconclusive == "block" {
		return exit(exitFailed)
	}
	return nil
}

// comparisonTarget is a format and where it goes, "" being standard output.
type comparisonTarget struct{ kind, path string }

func (f *comparing) targets() ([]comparisonTarget, error) {
	var all []comparisonTarget
	for _, text := range f.formats {
		kind, path, given := strings.Cut(text, "=")
		switch {
		case kind != "text" && kind != "json" && kind != "markdown":
			return nil, usagef("unknown format %q; %s", kind, spec.DidYouMean(kind, []string{"json", "markdown", "text"}))
		case given && path == "":
			return nil, usagef("format %q has no path after =", text)
		case path == "-":
			path = ""
		}
		all = append(all, comparisonTarget{kind, path})
	}
	return all, nil
}

func (a *app) writeComparison(c *compare.Comparison, t comparisonTarget, flips int) error {
	write := func(w io.Writer) error {
		switch t.kind {
		case "json":
			return writeJSON(visible.JSONWriter(w), c)
		case "markdown":
			return report.WriteComparisonMarkdown(w, c)
		}
		o := report.ComparisonText{Flips: flips}
		if file, ok := w.(*os.File); ok && terminal(w) {
			o.Columns, _, _ = term.GetSize(int(file.Fd()))
			o.Color = os.Getenv("NO_COLOR") == ""
		}
		return report.WriteComparison(w, c, o)
	}
	if t.path == "" {
		return write(a.rawOut)
	}
	if err := atomicfile.Write(t.path, atomicfile.Options{}, func(f *os.File) error { return write(f) }); err != nil {
		return fmt.Errorf("write the comparison: %w", err)
	}
	fmt.Fprintf(a.out, "wrote %s\n", t.path)
	return nil
}
