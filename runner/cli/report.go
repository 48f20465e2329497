package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/runner/report"
	"github.com/vlmspec/vlmspec/runner/runs"
	"github.com/vlmspec/vlmspec/runner/spec"
)

func (a *app) reportCommand() *cobra.Command {
	var formats []string
	var with string
	c := &cobra.Command{
		Use:   "report [run]",
		Short: "Render a run again, in any format",
		Long: `report renders a run that was kept in .vlmspec/runs: the latest one, or the
one whose ID, part of its ID, or folder is given. A killed run has the cases it got to.

Formats:
` + formatList(),
		Example: "  vlmspec report --format junit=out/junit.xml\n  vlmspec report 20261124T101500.000Z-a1b2c3 --format markdown=-",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.report(args, formats, with)
		},
	}
	c.Flags().StringArrayVar(&formats, "format", []string{"console"}, "KIND or KIND=PATH, more than once: "+reportKinds())
	c.Flags().StringVar(&with, "with", "", "another run that the html report compares with, by ID, part of its ID, or folder")
	return c
}

func formatList() string {
	var b strings.Builder
	for _, f := range report.Formats() {
		fmt.Fprintf(&b, "  %-9s %s\n", f.Name, f.Summary)
	}
	return strings.TrimRight(b.String(), "\n")
}

func (a *app) report(args, formats []string, with string) error {
	dir, root, err := a.findRun(args)
	if err != nil {
		return err
	}
	targets, err := wantedReports{words: formats}.targets(root)
	if err != nil {
		return err
	}
	run, err := runs.ReadFolder(dir)
	if err != nil {
		return err
	}
	if with != "" {
		if err := a.addOther(targets, with); err != nil {
			return err
		}
	}
	files, err := a.writeReports(a.rawOut, run, dir, targets)
	for _, f := range files {
		fmt.Fprintf(a.out, "wrote %s\n", f)
	}
	return err
}

// addOther reads the run to compare with, for the reports that do.
func (a *app) addOther(targets []report.Target, name string) error {
	if !slices.ContainsFunc(targets, func(t report.Target) bool { return t.Format.WriteTarget != nil }) {
		return usagef("--with: only the html report compares; add --format html")
	}
	dir, _, err := a.findRun([]string{name})
	if err != nil {
		return err
	}
	other, err := runs.ReadFolder(dir)
	for i := range targets {
		targets[i].With = other
	}
	return err
}

// findRun is the folder of a run, and the folder that report paths are below.
func (a *app) findRun(args []string) (dir, root string, err error) {
	if len(args) == 1 && strings.ContainsRune(args[0], filepath.Separator) {
		if _, err := os.Stat(args[0]); err != nil {
			return "", "", usagef("there is no run at %s", args[0])
		}
		dir, err := filepath.Abs(args[0])
		return dir, ".", err
	}
	project, err := spec.LoadProject(a.dir)
	if err != nil {
		return "", "", wrong(err)
	}
	store := runs.Open(project.State)
	if len(args) == 0 {
		id, err := store.Latest()
		return store.Folder(id), project.Dir, wrong(err)
	}
	id, err := store.Find(args[0])
	return store.Folder(id), project.Dir, wrong(err)
}
