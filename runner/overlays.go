package runner

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/vlmspec/vlmspec/runner/overlay"
	"github.com/vlmspec/vlmspec/runner/result"
)

// mostOverlays bounds what a run that fails everywhere draws.
const mostOverlays = 200

// drawOverlays draws what the vision checks looked at that the case's first
// failing sample did not pass, as PNG in the run directory. A picture that cannot
// be drawn is no loss.
func (e *Execution) drawOverlays(c *result.Case) {
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
					e.drawOverlay(c, v.Overlay)
				}
			}
		}
		return
	}
}

func (e *Execution) drawOverlay(c *result.Case, o *result.Overlay) {
	e.mu.Lock()
	e.drawn++
	n := e.drawn
	e.mu.Unlock()
	if n > mostOverlays {
		return
	}
	dir := filepath.Join(e.record.dir, "overlays")
	path := filepath.Join(dir, fmt.Sprintf("%03d.png", n))
	project := e.session.Project.Dir
	image := filepath.FromSlash(c.Images[o.Image].Path)
	if !filepath.IsAbs(image) {
		image = filepath.Join(project, image)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return
	}
	f, err := os.Create(path)
	if err != nil {
		return
	}
	err = overlay.Write(f, image, o)
	if closing := f.Close(); err != nil || closing != nil {
		_ = os.Remove(path)
		return
	}
	if rel, err := filepath.Rel(project, path); err == nil {
		o.Drawn = filepath.ToSlash(rel)
	}
}
