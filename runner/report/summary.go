package report

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/vlmspec/vlmspec/runner/internal/visible"

	"github.com/vlmspec/vlmspec/runner/result"
)

// End prints the summary. files are the reports that were written.
func (c *Console) End(files []string) {
	close(c.stop)
	c.ended.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.erase()
	w := &c.buf
	if c.o.Columns > 0 {
		c.table()
		c.gap = false
	}
	if !c.gap {
		w.WriteByte('\n')
	}
	took := c.tally.until(&c.manifest).Sub(c.manifest.Started).Seconds()
	fmt.Fprintf(w, "%s %s  %s\n", c.bold(cases(c.tally.cases)+":"), counts(c.tally.outcomes, c.style), c.dim(seconds(took)))
	for _, b := range c.tally.byBackend(c.style) {
		c.note("backend", Visible(b[0])+": "+b[1])
	}
	c.groups()
	for i := range c.gates {
		c.gate(&c.gates[i])
	}
	if !c.o.Passive { // who watches would see it at every save
		for _, line := range notEvaluated(c.gates) {
			c.note("metric", c.dim(Visible(line)))
		}
	}
	c.notes(files)
	c.flush()
}

// table has a line for each spec file.
func (c *Console) table() {
	files, widest := c.tally.byFile(), 0
	for _, f := range files {
		widest = max(widest, columns(visible.Line(f.name)))
	}
	for _, f := range files {
		worst := result.Passed
		if f.failing > 0 {
			worst = result.Failed
		}
		fmt.Fprintf(&c.buf, "%s %s%s  %s  %s\n", c.style(worst, mark(worst)), visible.Line(f.name), strings.Repeat(" ", widest-columns(visible.Line(f.name))),
			counts(f.outcomes, c.style), c.dim(seconds(f.seconds)))
	}
}

// gate shows a metric and whether it keeps to its bounds.
func (c *Console) gate(g *result.Gate) {
	verdict := ""
	switch g.Outcome {
	case "":
	case result.Passed:
		verdict = "  " + c.green("passed")
	case result.Skipped:
		return // see notEvaluated
	default:
		verdict = "  " + c.style(g.Outcome, string(g.Outcome)) + ": " + Visible(g.Reason) + "  " + c.dim(placeOf(g.File, g.Line))
	}
	c.note("metric", Visible(Gate(g))+verdict)
	if labels := byLabel(g); labels != "" {
		c.note("", c.dim("by label: "+Visible(labels)))
	}
}

// maxListed is how many cases the summary lists again.
const maxListed = 25

// groups lists again what is failing, where it has scrolled away.
func (c *Console) groups() {
	failing := c.tally.inOrder()
	if len(failing) < 2 {
		return
	}
	for _, r := range failing[:min(len(failing), maxListed)] {
		fmt.Fprintf(&c.buf, "  %s %s  %s\n", c.style(r.outcome, fmt.Sprintf("%-8s", r.outcome)), placeOf(r.file, r.line), oneLine(r.name, 100))
	}
	if left := len(failing) - maxListed; left > 0 {
		fmt.Fprintf(&c.buf, "  and %d more; `vlmspec report` lists them all\n", left)
	}
}

// notes are what else a person may want to know.
func (c *Console) notes(files []string) {
	m, t := &c.manifest, c.tally
	if how := ended(m, t); how != "" {
		c.note("ended", how)
	}
	if left := leftOut(m, t); left != "" {
		c.note("left out", left)
	}
	if n := t.unread(); n != "" {
		c.note("unread", n+"; the prompt or the check needs work, not the model's eyes")
	}
	for _, n := range []string{t.warned(), t.cutOffs()} {
		if n != "" {
			c.note("warning", c.style(result.Inconclusive, n))
		}
	}
	if cached := t.cachedAnswers(); cached != "" {
		c.note("cached", cached+"; --no-cache asks again")
	}
	if cost := t.cost(); cost != "" {
		c.note("cost", Visible(cost))
	}
	if encode := t.encodesSaved(); encode != "" {
		c.note("encode", encode)
	}
	for _, s := range t.stability.Suites() {
		c.note("samples", stabilityLine(&s))
	}
	if t.retried > 0 {
		what := "1 sample was"
		if t.retried > 1 {
			what = fmt.Sprintf("%d samples were", t.retried)
		}
		c.note("retried", fmt.Sprintf("%s answered by a second try only: %s", what, oneLine(t.lastRetry, 100)))
	}
	for _, r := range t.inQuarantine() {
		c.quarantine(r)
	}
	if unused := m.UnusedGoldens; len(unused) > 0 {
		c.note("unused", fmt.Sprintf("%s; vlmspec accept --prune removes what no case uses", goldens(unused)))
	}
	if m.Seed != 0 {
		c.note("order", fmt.Sprintf("shuffled; the same again with --shuffle=%d", m.Seed))
	}
	if s := t.slowest; t.cases > 1 && s.seconds >= 0.1 {
		c.note("slowest", fmt.Sprintf("%s  %s  %s", placeOf(s.file, s.line), oneLine(s.name, 60), seconds(s.seconds)))
	}
	for _, f := range files {
		c.note("report", visible.Line(c.near(f)))
	}
}

// note is a line of the summary, broken between words.
func (c *Console) note(key, value string) {
	if c.o.Columns > 0 {
		value = visible.Unspoken(ansi.Wordwrap(value, max(c.o.Columns-noteIndent-1, 10), " "))
	}
	fmt.Fprintf(&c.buf, "%s %s\n", c.dim(fmt.Sprintf("%-8s", key)), strings.ReplaceAll(value, "\n", "\n"+strings.Repeat(" ", noteIndent)))
}

const noteIndent = 9

// near is a path as the person would type it.
func (c *Console) near(path string) string {
	if rel, err := filepath.Rel(c.o.From, path); c.o.From != "" && err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}
