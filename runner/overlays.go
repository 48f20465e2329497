package runner

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/vlmspec/vlmspec/runner/overlay"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/secret"
)

// maxOverlays bounds what a run that fails everywhere draws.
const maxOverlays = 200

// drawOverlays draws what the vision checks looked at that the case's first
// failing sample did not pass, as PNG in the run directory. A picture that cannot
// be drawn is no loss.
func (e *Execution) drawOverlays(c *result.Case, secrets *secret.Set) {
	if e.record == nil {
		return
	}
	for i := range c.Samples {
		if c.Samples[i].Outcome == result.Passed {
			continue
		}
		for j := range c.Samples[i].Turns {
			verdicts := c.Samples[i].Turns[j].Verdicts
			for k := range verdicts {
				if v := &verdicts[k]; v.Overlay != nil && v.Outcome == result.Failed && v.Overlay.Image < len(c.Images) {
					e.drawOverlay(c, v.Overlay, secrets)
				}
			}
		}
		return
	}
}

func (e *Execution) drawOverlay(c *result.Case, o *result.Overlay, secrets *secret.Set) {
	e.mu.Lock()
	e.drawn++
	n := e.drawn
	e.mu.Unlock()
	if n > maxOverlays {
		return
	}
	dir := e.record.Overlays()
	path := filepath.Join(dir, fmt.Sprintf("%03d.png", n))
	project := e.plan.Project.Dir
	absolute := func(path string) string {
		if path = filepath.FromSlash(path); path == "" || filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(project, path)
	}
	drawn := secret.Clean(secrets, *o) // labels can be read in the image
	drawn.Expected = slices.Clone(drawn.Expected)
	for i := range drawn.Expected {
		drawn.Expected[i].Path = absolute(o.Expected[i].Path)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return
	}
	f, err := os.Create(path)
	if err != nil {
		return
	}
	err = overlay.Write(f, absolute(c.Images[o.Image].Path), &drawn)
	if closing := f.Close(); err != nil || closing != nil {
		_ = os.Remove(path)
		return
	}
	if rel, err := filepath.Rel(project, path); err == nil {
		o.Drawn = filepath.ToSlash(rel)
	}
}
