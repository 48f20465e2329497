package cli

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/runner/internal/visible"
	"github.com/vlmspec/vlmspec/runner/runs"
)

func (a *app) runsExportCommand() *cobra.Command {
	var images bool
	c := &cobra.Command{
		Use:   "export FILE.zip [RUN]",
		Short: "Write a run to a zip, for another machine",
		Long: `export writes a run, the latest one where none is given, to a zip that
` + "`vlmspec runs import`" + ` takes on another machine: for a look at what failed in CI.
--images takes the images along that the cases showed, as far as they are still
what the run has seen. Secrets of the specs are replaced in it, as in every report;
what images show is not.`,
		Example: "  vlmspec runs export failing.zip --images\n  vlmspec runs export old.zip a1b2c3",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(_ *cobra.Command, args []string) error {
			if !strings.EqualFold(filepath.Ext(args[0]), ".zip") {
				return usagef("%s: the file comes first, and ends in .zip", args[0])
			}
			dir, root, err := a.findRun(args[1:])
			if err != nil {
				return err
			}
			store, id := runs.At(dir)
			out, err := store.Export(id, args[0], runs.Export{Version: Version, Images: images, Project: root})
			if err != nil {
				return err
			}
			for _, path := range slices.Sorted(maps.Keys(out.Missing)) {
				a.complain(fmt.Errorf("warning: %s is not in it: %s", visible.Line(path), visible.Line(cause(out.Missing[path]))))
			}
			fmt.Fprintf(a.out, "exported run %s to %s%s\n", id, args[0], withImages(images, out.Images))
			return nil
		},
	}
	c.Flags().BoolVar(&images, "images", false, "take the images along that the cases showed")
	return c
}

func withImages(wanted bool, n int) string {
	if !wanted {
		return ""
	}
	return ", with " + plural(n, "image")
}

// cause is the reason of an error about a file without its path.
func cause(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

func (a *app) runsImportCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "import FILE.zip",
		Short: "Take a run out of a zip that another machine has exported",
		Long: `import adds a run that ` + "`vlmspec runs export`" + ` has written, on any machine, to those of
the project. report, review --run, accept --run and score take it by its ID. It
says nothing about this project now, so --last-failed leaves it out.`,
		Example: "  vlmspec runs import failing.zip && vlmspec report a1b2c3",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			_, store, err := a.store()
			if err != nil {
				return err
			}
			id, err := store.Import(args[0])
			if refused, ok := errors.AsType[*runs.ImportError](err); ok {
				return usageError{errors.New(visible.Line(refused.Error()))}
			}
			if err != nil {
				return err
			}
			info := store.Info(id)
			if asJSON {
				return a.printJSON(info)
			}
			fmt.Fprintf(a.out, "imported run %s: %s%s\n", id, info.Summary(), withImages(info.Images > 0, info.Images))
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "show what was imported as JSON")
	return c
}
