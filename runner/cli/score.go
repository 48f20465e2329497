package cli

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner"
	"github.com/vlmspec/vlmspec/runner/backend"
	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/prediction"
	"github.com/vlmspec/vlmspec/runner/result"
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
table with the columns id (` + "`vlmspec list`" + ` tells them) and prediction: .csv,
.tsv, .json, .jsonl, .parquet or .xlsx. Where cells can be lists, a conversation is
a list with a prediction for each turn.
A case without a prediction is an error.`,
		Example: `  vlmspec score predictions.jsonl specs/colors.yaml --report json=scores.json`,
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

func (a *app) score(o plan.Options, path string, reports []string) error {
	file, err := prediction.Read(path)
	if err != nil {
		return usageError{err}
	}
	s, err := plan.Open(o)
	if err != nil {
		return wrong(err)
	}
	ids, answered := map[string]bool{}, map[string]bool{}
	for i := range s.Len() {
		ids[s.Case(i).ID], answered[s.Case(i).Backend] = true, true
	}
	if err := file.Known(ids, len(o.Paths) == 0 && s.Len() == s.Total); err != nil {
		return usageError{err}
	}
	o.Repeat = 1
	judges := backend.Plugins(s.Project.Dir, nil)
	backends := func(ctx context.Context, b spec.Backend) (sdk.Backend, error) {
		if answered[b.Name] {
			return file, nil
		}
		return judges(ctx, b)
	}
	return a.execute(&options{plan: o, run: runner.Options{Backends: backends, MadeBy: result.MadeByScore, Args: os.Args[1:], Version: Version}}, reports)
}
