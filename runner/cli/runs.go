package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/runner/internal/visible"
	"github.com/vlmspec/vlmspec/runner/model"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/runs"
	"github.com/vlmspec/vlmspec/runner/spec"
)

func (a *app) runsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "runs",
		Short: "List the runs that are kept, remove some, or carry one to another machine",
		Long: `runs lists, shows, removes, exports and imports the runs of a project. A RUN is an
ID, or a part of it that no other run has; the latest run where none is given.

After each run the oldest are removed until those that are left keep to what
vlmspec.yaml says, 200 runs and 500 MB by default:

  runs: {keep: 200, size: 500MB}

What a removed run said of a case still counts for ` + "`vlmspec run --last-failed`" + `.`,
		Example: "  vlmspec runs list\n  vlmspec runs export failing.zip --images\n  vlmspec runs import failing.zip",
	}
	c.AddCommand(a.runsListCommand(), a.runsShowCommand(), a.runsPruneCommand(), a.runsExportCommand(), a.runsImportCommand())
	return c
}

// store opens the run store of the project.
func (a *app) store() (*spec.Project, runs.Store, error) {
	project, err := spec.LoadProject(a.dir)
	if err != nil {
		return nil, runs.Store{}, wrong(err)
	}
	return project, runs.Open(project.State), nil
}

func (a *app) runsListCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the runs that are kept, the latest first",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, store, err := a.store()
			if err != nil {
				return err
			}
			all, err := store.List()
			if err != nil {
				return err
			}
			slices.Reverse(all)
			if asJSON {
				return a.printJSON(all)
			}
			return a.listRuns(all)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return c
}

func (a *app) listRuns(all []runs.Info) error {
	if len(all) == 0 {
		fmt.Fprintln(a.out, "There is no run yet; make one with `vlmspec run`.")
		return nil
	}
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for i := range all {
		r := &all[i]
		when := "?"
		if !r.Started.IsZero() {
			when = r.Started.Local().Format(time.DateTime)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", r.ID, when, r.Summary(), model.Bytes(r.Bytes), visible.Line(remarks(r)))
	}
	return t.Flush()
}

// remarks is what is unusual about a run.
func remarks(r *runs.Info) string {
	var all []string
	switch r.State {
	case runs.Ended:
	case runs.Killed:
		all = append(all, fmt.Sprintf("killed after %s of %d", plural(r.Cases, "case"), r.Selected))
	case runs.Damaged:
		all = append(all, "damaged: "+r.Problem)
	default:
		all = append(all, string(r.State))
	}
	if r.MadeBy != "" && r.MadeBy != result.MadeByRun {
		all = append(all, "made by "+r.MadeBy)
	}
	if !r.Imported.IsZero() {
		all = append(all, "imported")
	}
	return strings.Join(all, "; ")
}

func (a *app) printJSON(v any) error { return writeJSON(visible.JSONWriter(a.rawOut), v) }

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
