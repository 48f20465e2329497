package report

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/result"
)

// ConsoleOptions say how a run is told to a person.
type ConsoleOptions struct {
	Color bool
	// Columns of the terminal; 0 is no terminal: plain lines, nothing live.
	Columns int
	// Manifest holds the project, and Selected.
	Manifest result.Manifest
	// From is the folder that the person is in, for paths to type; "" is the project.
	From string
}

// Console tells a run as it goes. On a terminal: what is being asked and a bar,
// and what is not good as it comes. Elsewhere: a line a case. It is safe for
// concurrent use.
type Console struct {
	o   ConsoleOptions
	out io.Writer

	mu     sync.Mutex
	buf    bytes.Buffer
	start  time.Time
	done   int
	asked  []asked
	drawn  int // lines of the live part on the screen
	failed int
	gap    bool            // an empty line was written last
	told   map[string]bool // reasons of errors
	stop   chan struct{}
	ended  sync.WaitGroup
}

// asked is a sample that a backend is answering.
type asked struct {
	what  string
	since time.Time
}

// NewConsole begins to tell. [Console.End] must follow.
func NewConsole(out io.Writer, o ConsoleOptions) *Console {
	c := &Console{o: o, out: out, start: time.Now(), told: map[string]bool{}, stop: make(chan struct{})}
	if o.Columns > 0 {
		c.ended.Go(c.animate)
	}
	return c
}

// Case tells what came of a case.
func (c *Console) Case(r *result.Case) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done++
	if c.o.Columns > 0 {
		if !r.Outcome.Good() {
			c.erase()
			c.failure(r)
			c.paint()
			c.flush()
		}
		return
	}
	if r.Outcome.Good() {
		c.plainLine(r)
	} else {
		c.failure(r)
	}
	c.flush()
}

func (c *Console) plainLine(r *result.Case) {
	tail := c.dim(seconds(r.Seconds))
	if n := cachedSamples(r); r.Cached {
		tail = c.dim("cached")
	} else if n != "" {
		tail += c.dim("  cached: " + n)
	}
	switch r.Outcome {
	case result.Skipped:
		tail = oneLine(r.Reason, 160)
	case result.XFailed:
		tail += "  " + oneLine(r.XFail, 160)
	case result.Quarantined:
		tail += "  " + oneLine(quarantineLine(r), 200)
	case result.Error:
		tail += "  as above: " + oneLine(r.Reason, 80)
	}
	fmt.Fprintf(&c.buf, "%s %s  %s  %s\n", c.style(r.Outcome, fmt.Sprintf("%-8s", r.Outcome)), place(r), oneLine(r.Name, 120), tail)
	c.gap = false
}

// failure tells a case that is not good; of errors that are the same, as when a
// backend does not start, the first.
func (c *Console) failure(r *result.Case) {
	c.failed++
	if r.Outcome == result.Error {
		if c.told[r.Reason] {
			c.plainLine(r)
			return
		}
		c.told[r.Reason] = true
	}
	w := &c.buf
	if !c.gap {
		w.WriteByte('\n')
	}
	fmt.Fprintf(w, "%s %s  %s\n", c.style(r.Outcome, mark(r.Outcome)+" "+string(r.Outcome)), c.bold(Visible(title(r))), c.dim(place(r)))
	for i, img := range r.Images {
		key := "image"
		if len(r.Images) > 1 {
			key = fmt.Sprintf("image %d", i+1)
		}
		c.pair(key, describeImage(img))
	}
	if rate := sampleRate(r); rate != "" {
		c.pair("samples", rate)
	}
	if s := telling(r); s != nil {
		c.sample(s)
	}
	if r.Outcome == result.XPassed {
		c.pair("why", r.Reason)
	}
	if q := r.Quarantine; q != nil && q.Expired {
		c.pair("quarantine", fmt.Sprintf("%s  %s:%d", quarantineState(q), q.File, q.Line))
	}
	if how := cachedDetail(r); how != "" {
		c.pair("cached", how)
	}
	c.pair("again", Repeat(&c.o.Manifest, r, c.o.From))
	for _, command := range golden.Commands(r) {
		c.pair("accept", command)
	}
	w.WriteByte('\n')
	c.gap = true
}

func (c *Console) sample(s *result.Sample) {
	for i, t := range s.Turns {
		key := "prompt"
		if len(s.Turns) > 1 {
			key = fmt.Sprintf("prompt %d", i+1)
		}
		c.pair(key, t.Prompt)
		if s.Error != nil && i == len(s.Turns)-1 {
			break
		}
		c.pair("answer", t.Answer)
		for _, v := range t.Verdicts {
			if v.Outcome != result.Passed {
				c.verdict(v, t.Answer)
			}
		}
	}
	if s.Error == nil {
		return
	}
	c.pair("error", s.Error.Message)
	if s.Error.Stderr != "" {
		c.pair("it said", s.Error.Stderr)
	}
	if n := len(s.Retries); n > 0 {
		c.pair("tries", fmt.Sprintf("%d; before: %s", n+1, s.Retries[n-1].Message))
	}
}

func (c *Console) verdict(v result.Verdict, answer string) {
	kind := v.Kind
	if v.Warn {
		kind += ", a warning"
	}
	fmt.Fprintf(&c.buf, "  %s %s\n", c.style(v.Outcome, fmt.Sprintf("%-10s", Visible(kind))), c.dim(fmt.Sprintf("%s:%d", v.File, v.Line)))
	if v.Expected != "" {
		c.pair("  expected", v.Expected)
	}
	if v.Actual != "" && v.Actual != answer {
		c.pair("  got", v.Actual)
	}
	if v.Reason != "" {
		c.pair("  why", v.Reason)
	}
	if v.Overlay != nil && v.Overlay.Drawn != "" {
		c.pair("  drawn", c.near(filepath.Join(c.o.Manifest.Project, filepath.FromSlash(v.Overlay.Drawn))))
	}
}

func (c *Console) pair(key, value string) {
	value = indented(value, "")
	if c.o.Columns > 0 && key != "again" && key != "accept" { // which is there to be copied
		value = wrapped(value, c.o.Columns-pairIndent-1)
	}
	fmt.Fprintf(&c.buf, "  %s %s\n", c.dim(fmt.Sprintf("%-10s", key)), strings.ReplaceAll(value, "\n", "\n"+strings.Repeat(" ", pairIndent)))
}

const pairIndent = 13

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
	took := run.Manifest.Ended.Sub(run.Manifest.Started).Seconds()
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
			if !r.Outcome.Good() {
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
	switch {
	case g.Min == nil && g.Max == nil && g.Outcome == result.Passed:
	case g.Outcome == result.Passed:
		verdict = "  " + c.green("passed")
	case g.Outcome == result.Skipped:
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
	bad := notGood(run)
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
	if left := run.Manifest.Selected - len(run.Cases); left > 0 {
		why := "the run stopped early"
		if run.Manifest.Interrupted {
			why = "the run was interrupted"
		}
		c.note("left out", fmt.Sprintf("%s did not run: %s", cases(left), why))
	}
	if kept := cachedAnswers(run); kept != "" {
		c.note("cached", kept+"; --no-cache asks again")
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

func (c *Console) flush() {
	_, _ = c.out.Write(c.buf.Bytes())
	c.buf.Reset()
}

func mark(o result.Outcome) string {
	switch {
	case o == result.Skipped, o == result.Quarantined:
		return "-"
	case o.Good():
		return "✓"
	case o == result.Error || o == result.Stale:
		return "!"
	}
	return "✗"
}

func (c *Console) sgr(code, s string) string {
	if !c.o.Color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (c *Console) bold(s string) string  { return c.sgr("1", s) }
func (c *Console) dim(s string) string   { return c.sgr("2", s) }
func (c *Console) green(s string) string { return c.sgr("32", s) }
func (c *Console) red(s string) string   { return c.sgr("31", s) }

// style colours what belongs to an outcome.
func (c *Console) style(o result.Outcome, s string) string {
	switch o {
	case result.Passed, result.XFailed:
		return c.green(s)
	case result.Skipped:
		return c.dim(s)
	case result.Error, result.Stale, result.Unstable, result.Inconclusive, result.Quarantined:
		return c.sgr("33", s)
	}
	return c.red(s)
}

// writeConsole is the console of a run that is over.
func writeConsole(out io.Writer, run *result.Run) error {
	w := bufio.NewWriter(out)
	c := NewConsole(w, ConsoleOptions{Manifest: run.Manifest})
	for i := range run.Cases {
		c.Case(&run.Cases[i])
	}
	c.End(run, nil)
	return w.Flush()
}
