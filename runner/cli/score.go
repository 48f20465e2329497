package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner"
	"github.com/vlmspec/vlmspec/runner/backend"
	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/prediction"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/runs"
	"github.com/vlmspec/vlmspec/runner/spec"
)

func (a *app) scoreCommand() *cobra.Command {
	var s selection
	var reports []string
	c := &cobra.Command{
		Use:   "score PREDICTIONS [file | folder | file:line]...",
		Short: "Judge predictions made elsewhere, without a backend",
		Long: `score puts answers that were made elsewhere to the checks of the specs, as a
run would: same verdicts, metrics, reports and exit codes. PREDICTIONS is a
table with the columns id (` + "`vlmspec list`" + ` shows them) and prediction: .csv,
.tsv, .json, .jsonl, .parquet or .xlsx. Where cells can be lists, a conversation is
a list with a prediction for each turn.
A case without a prediction is an error. PREDICTIONS may also be a run, by its ID or
folder: its answers are judged again, each sample by its seed.`,
		Example: "  vlmspec score predictions.jsonl specs/colors.yaml --report json=scores.json\n  vlmspec score a1b2c3",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			o, err := s.options(a, args[1:])
			if err != nil {
				return err
			}
			return a.score(o, args[0], reports)
		},
	}
	s.flags(c)
	c.Flags().StringArrayVar(&reports, "report", nil, "report to write, KIND or KIND=PATH, more than once: "+reportKinds())
	return c
}

// answers are predictions, as a backend.
type answers interface {
	sdk.Backend
	// Known makes sure that they are about the cases; all says that there are no others.
	Known(ids map[string]bool, all bool) error
}

// predictions opens a file, or the answers of a run, of which a case may have many
// and which brings its images along.
func (a *app) predictions(name string, o *plan.Options) (from answers, repeat int, err error) {
	if info, err := os.Stat(name); err == nil && !info.IsDir() {
		file, err := prediction.Read(name)
		return file, 1, err
	}
	dir, _, err := a.findRun([]string{name})
	if _, none := errors.AsType[*runs.UnknownError](err); none {
		return nil, 0, fmt.Errorf("there is no file and no run %s; `vlmspec runs list` lists the runs", name)
	}
	if err != nil {
		return nil, 0, err
	}
	run, err := runs.ReadFolder(dir)
	if err != nil {
		return nil, 0, err
	}
	store, _ := runs.At(dir)
	o.OnCase = imagesSeen(run, store)
	return prediction.OfRun(run), 0, nil
}

// imagesSeen shows each case the images that it showed in a run.
func imagesSeen(run *result.Run, store runs.Store) func(*spec.Case) {
	seen := map[string][]result.Image{}
	type asked struct{ path, sha256 string }
	files := map[asked]string{} // an image that many cases show is read once
	find := func(a asked) string {
		file, known := files[a]
		if !known {
			file = seenImage(store, a.path, a.sha256)
			files[a] = file
		}
		return file
	}
	for i := range run.Cases {
		seen[run.Cases[i].ID] = run.Cases[i].Images
	}
	return func(c *spec.Case) {
		images := seen[c.ID]
		for _, t := range c.Turns {
			for k := range t.Parts {
				img := t.Parts[k].Image
				if img == nil || len(images) == 0 {
					continue
				}
				if file := find(asked{img.Path, images[0].SHA256}); file != "" {
					t.Parts[k].Image = &spec.Image{Path: file, Name: img.Name, Pos: img.Pos}
				}
				images = images[1:]
			}
		}
	}
}

func (a *app) score(o plan.Options, name string, reports []string) error {
	file, repeat, err := a.predictions(name, &o)
	wanted := wantedReports{words: reports}
	if err != nil {
		return a.refuse(usageError{err}, wanted)
	}
	s, err := a.open(o)
	if err != nil {
		return a.refuse(err, wanted)
	}
	ids, answered := map[string]bool{}, map[string]bool{}
	for i := range s.Len() {
		ids[s.Case(i).ID], answered[s.Case(i).Backend] = true, true
	}
	if err := file.Known(ids, len(o.Paths) == 0 && s.Len() == s.Total); err != nil {
		return a.refuse(usageError{err}, wanted)
	}
	o.Repeat = repeat
	judges := backend.Plugins(s.Project.Dir, nil, s.Longest, nil)
	backends := func(ctx context.Context, b spec.Backend) (sdk.Backend, error) {
		if answered[b.Name] {
			return file, nil
		}
		return judges(ctx, b)
	}
	return a.execute(&options{plan: o, run: runner.Options{Backends: backends, MadeBy: result.MadeByScore, Args: os.Args[1:], Version: Version}}, wanted)
}
