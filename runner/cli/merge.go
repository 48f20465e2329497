package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/runner"
	"github.com/vlmspec/vlmspec/runner/runs"
)

func (a *app) mergeCommand() *cobra.Command {
	var reports []string
	c := &cobra.Command{
		Use:   "merge SHARD...",
		Short: "Make one run of the parts that several machines have run",
		Long: `merge takes the parts that ` + "`vlmspec run --shard`" + ` has run and makes one run of
them, with one set of reports: metrics and gates are evaluated again over all cases.
SHARD is a zip of ` + "`vlmspec runs export`" + `, or a run that is kept here; their order
does not matter. Cases of a part that is missing, or was killed, are reported as not
run, and the run does not pass.

Exit codes are those of run.`,
		Example: "  vlmspec merge shard-*.zip --report junit=out/junit.xml",
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return a.merge(args, reports) },
	}
	c.Flags().StringArrayVar(&reports, "report", nil, "report to write, KIND or KIND=PATH, more than once: "+reportKinds())
	return c
}

func (a *app) merge(shards, reports []string) error {
	project, store, err := a.store()
	if err != nil {
		return err
	}
	wanted := wantedReports{words: append([]string{"console"}, reports...)}
	targets, err := wanted.targets(project.Dir)
	if err != nil {
		return err
	}
	if err := clearReports(targets); err != nil {
		return err
	}
	id, err := store.Merge(shards, project.Dir)
	if err != nil {
		return wrongMerge(err)
	}
	run, err := store.Read(id)
	if err != nil {
		return err
	}
	files, err := a.writeReports(a.rawOut, run, store.Folder(id), targets)
	for _, f := range files {
		fmt.Fprintf(a.out, "wrote %s\n", f)
	}
	return a.verdict(runner.ExitCode(run), err)
}

// wrongMerge makes what is wrong with the parts a wrong command line.
func wrongMerge(err error) error {
	if _, ok := errors.AsType[*runs.MergeError](err); ok {
		return usageError{err}
	}
	if _, ok := errors.AsType[*runs.ImportError](err); ok {
		return usageError{err}
	}
	return wrong(err)
}
