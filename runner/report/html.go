package report

import (
	"io"
	"path/filepath"
	"strings"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/runs"
	"github.com/vlmspec/vlmspec/runner/web"
)

// writeHTMLAlone is [writeHTML] where nothing is known but the run.
func writeHTMLAlone(w io.Writer, run *result.Run) error {
	_, err := writeHTML(w, run, &Target{})
	return err
}

// writeHTML writes the page to look at a run with. Images that are too large to
// lie in it go to a folder beside it.
func writeHTML(w io.Writer, run *result.Run, t *Target) ([]string, error) {
	o := web.Options{With: t.With, Version: run.Manifest.Version, Command: func(m *result.Manifest, c *result.Case) string { return Repeat(m, c, "") }}
	if t.Folder != "" {
		o.Store, _ = runs.At(t.Folder)
		o.Imported = o.Store.Imported(run.Manifest.ID)
	}
	if t.Path != "" {
		o.Files = strings.TrimSuffix(t.Path, filepath.Ext(t.Path)) + "-files"
	}
	beside, err := web.Write(w, run, o)
	if err != nil || !beside {
		return nil, err
	}
	return []string{o.Files}, nil
}
