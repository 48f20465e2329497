package report

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/vlmspec/vlmspec/runner/result"
)

// End tells the summary. files are the reports that were written.
func (c *Console) End(run *result.Run, files []string) {
	close(c.stop)
	c.ended.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.erase()
	w := &c.buf
	if c.o.Columns > 0 {
		c.table(run)
		c.gap = false
	}
	if !c.gap {
		w.WriteByte('\n')
	}
	took := run.Until().Sub(run.Manifest.Started).Seconds()
	fmt.Fprintf(w, "%s %s  %s\n", c.bold(cases(len(run.Cases))+":"), counts(run.Cases, c.style), c.dim(seconds(took)))
	c.groups(run)
	for i := range run.Gates {
		c.gate(&run.Gates[i])
	}
	c.notes(run, files)
	c.flush()
}

// table has a line for each spec file.
func (c *Console) table(run *result.Run) {
	files, widest := byFile(run), 0
	for _, f := range files {
		widest = max(widest, columns(f.name))
	}
	for _, f := range files {
		worst, took := result.Passed, 0.0
		for _, r := range f.cases {
			took += r.Seconds
			if !r.Passing() {
				worst = result.Failed
			}
		}
		fmt.Fprintf(&c.buf, "%s %s%s  %s  %s\n", c.style(worst, mark(worst)), f.name, strings.Repeat(" ", widest-columns(f.name)),
			counts(f.cases, c.style), c.dim(seconds(took)))
	}
}

// gate tells a metric and whether it keeps to its bounds.
func (c *Console) gate(g *result.Gate) {
	verdict := ""
	switch g.Outcome {
	case "":
	case result.Passed:
		verdict = "  " + c.green("passed")
	case result.Skipped:
		verdict = "  " + c.dim("not evaluated: "+g.Reason)
	default:
		verdict = "  " + c.style(g.Outcome, string(g.Outcome)) + ": " + Visible(g.Reason) + "  " + c.dim(fmt.Sprintf("%s:%d", g.File, g.Line))
	}
	c.note("metric", Visible(gateLine(g))+verdict)
	if labels := byLabel(g); labels != "" {
		c.note("", c.dim("by label: "+Visible(labels)))
	}
}

// Most cases that the summary lists again.
const mostListed = 25

// groups lists again what is not good, where it has scrolled away.
func (c *Console) groups(run *result.Run) {
	bad := failing(run)
	if len(bad) < 2 {
		return
	}
	left := mostListed
	for _, o := range order {
		for _, r := range bad {
			if r.Outcome == o {
				if left--; left < 0 {
					continue
				}
				fmt.Fprintf(&c.buf, "  %s %s  %s\n", c.style(o, fmt.Sprintf("%-8s", o)), place(r), oneLine(r.Name, 100))
			}
		}
	}
	if left < 0 {
		fmt.Fprintf(&c.buf, "  and %d more; `vlmspec report` tells them all\n", -left)
	}
}

// notes are what else a person may want to know.
func (c *Console) notes(run *result.Run, files []string) {
	if how := ended(run); how != "" {
		c.note("ended", how)
	}
	if left := leftOut(run); left != "" {
		c.note("left out", left)
	}
	if kept := cachedAnswers(run); kept != "" {
		c.note("cached", kept+"; --no-cache asks again")
	}
	if encode := cachedEncodes(run); encode != "" {
		c.note("encode", encode)
	}
	if n, last := retried(run); n > 0 {
		what := "1 sample was"
		if n > 1 {
			what = fmt.Sprintf("%d samples were", n)
		}
		c.note("retried", fmt.Sprintf("%s answered by a second try only: %s", what, oneLine(last, 100)))
	}
	for _, r := range quarantined(run) {
		c.quarantine(r)
	}
	if unused := run.Manifest.UnusedGoldens; len(unused) > 0 {
		c.note("unused", fmt.Sprintf("%s; vlmspec accept --prune removes what no case uses", goldens(unused)))
	}
	if run.Manifest.Seed != 0 {
		c.note("order", fmt.Sprintf("shuffled; the same again with --shuffle=%d", run.Manifest.Seed))
	}
	if s := slowest(run, 1); len(s) == 1 && len(run.Cases) > 1 && s[0].Seconds >= 0.1 {
		c.note("slowest", fmt.Sprintf("%s  %s  %s", place(s[0]), oneLine(s[0].Name, 60), seconds(s[0].Seconds)))
	}
	for _, f := range files {
		c.note("report", c.near(f))
	}
}

func (c *Console) note(key, value string) {
	fmt.Fprintf(&c.buf, "%s %s\n", c.dim(fmt.Sprintf("%-8s", key)), value)
}

// near is a path as the person would type it.
func (c *Console) near(path string) string {
	if rel, err := filepath.Rel(c.o.From, path); c.o.From != "" && err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}
