package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/runner/internal/visible"
	"github.com/vlmspec/vlmspec/runner/model"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/runs"
)

func (a *app) runsShowCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "show [RUN]",
		Short: "Show what was run, where, and its outcome; `vlmspec report` shows the cases",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir, _, err := a.findRun(args)
			if err != nil {
				return err
			}
			run, err := runs.ReadFolder(dir)
			if err != nil {
				return err
			}
			store, id := runs.At(dir)
			info := store.Info(id)
			if asJSON {
				return a.printJSON(struct {
					runs.Info
					Folder   string          `json:"folder"`
					Manifest result.Manifest `json:"manifest"`
					Gates    []result.Gate   `json:"gates,omitempty"`
				}{info, dir, run.Manifest, run.Gates})
			}
			return a.showRun(dir, &info, run)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return c
}

func (a *app) showRun(dir string, info *runs.Info, run *result.Run) error {
	m := &run.Manifest
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	line := func(key, format string, args ...any) {
		fmt.Fprintf(t, "%s\t%s\n", key, visible.Line(fmt.Sprintf(format, args...)))
	}
	line("run", "%s", m.ID)
	line("folder", "%s", dir)
	line("started", "%s", m.Started.Local().Format(time.DateTime))
	line("took", "%s", run.Until().Sub(m.Started).Round(time.Millisecond))
	if more := remarks(info); more != "" {
		line("state", "%s", more)
	}
	line("by", "vlmspec %s on %s (%s/%s, %d CPUs)", m.Version, m.Host.Name, m.Host.OS, m.Host.Arch, m.Host.CPUs)
	if len(m.Args) > 0 {
		line("command", "vlmspec %s", strings.Join(m.Args, " "))
	}
	if m.Commit != "" {
		line("commit", "%s", m.Commit)
	}
	for _, name := range slices.Sorted(maps.Keys(m.Backends)) {
		b := m.Backends[name]
		about := slices.DeleteFunc([]string{b.Plugin + " " + b.Version, b.Engine, b.Model, b.Device, b.ModelDigest}, func(s string) bool { return s == "" })
		line("backend", "%s: %s", name, strings.Join(about, ", "))
	}
	line("cases", "%d of %d selected, of %d: %s", info.Cases, m.Selected, m.Total, info.Summary())
	for i := range run.Gates {
		line("metric", "%s %s on %s: %s %s", run.Gates[i].Suite, run.Gates[i].Name, run.Gates[i].Backend, run.Gates[i].Outcome, run.Gates[i].Reason)
	}
	if info.Images > 0 {
		line("images", "%d came with it", info.Images)
	}
	line("size", "%s", model.Bytes(info.Bytes))
	return t.Flush()
}
