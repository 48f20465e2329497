package report

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vlmspec/vlmspec/runner/event"
	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/result"
)

// ConsoleOptions say how a run is told to a person.
type ConsoleOptions struct {
	Color bool
	// Columns of the terminal; 0 is no terminal: plain lines, nothing live.
	Columns int
	// Passive leaves what moves to somebody else, who shows [Console.Live].
	Passive bool
	// Warnings gets the warnings of the run; nil drops them.
	Warnings io.Writer
	// From is the folder that the person is in, for paths to type; "" is the project.
	From string
}

// Console reports a run as it goes. On a terminal: what is being asked and a bar,
// and what is failing as it comes. Elsewhere: a line a case. It is safe for
// concurrent use.
type Console struct {
	o        ConsoleOptions
	out      io.Writer
	manifest result.Manifest
	gates    []result.Gate
	tally    *tally

	mu    sync.Mutex
	buf   bytes.Buffer
	start time.Time
	asked []asked
	drawn int             // lines of the live part on the screen
	gap   bool            // an empty line was written last
	shown map[string]bool // reasons of errors
	stop  chan struct{}
	ended sync.WaitGroup
}

// asked is a sample that a backend is answering.
type asked struct {
	event.Sample
	since time.Time
}

// NewConsole begins to report. [Console.End] must follow.
func NewConsole(out io.Writer, o ConsoleOptions) *Console {
	c := &Console{o: o, out: out, start: time.Now(), shown: map[string]bool{}, tally: newTally(), stop: make(chan struct{})}
	if o.Columns > 0 && !o.Passive {
		c.ended.Go(c.animate)
	}
	return c
}

// Event implements [event.Sink].
func (c *Console) Event(e event.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch e := e.(type) {
	case event.RunStarted:
		c.manifest = e.Manifest
	case event.SampleStarted:
		c.asked = append(c.asked, asked{e.Sample, time.Now()})
	case event.SampleEnded:
		c.asked = slices.DeleteFunc(c.asked, func(a asked) bool { return a.Sample == e.Sample })
	case event.CaseJudged:
		c.judged(e.Case)
	case event.GateJudged:
		c.gates = append(c.gates, e.Gate)
	case event.Warning:
		c.warning(e)
	case event.RunEnded:
		c.manifest = e.Manifest
	}
}

// warning writes a line of its own, above the live part.
func (c *Console) warning(w event.Warning) {
	if c.o.Warnings == nil {
		return
	}
	c.erase()
	c.flush()
	from := ""
	if w.Backend != "" {
		from = "backend " + w.Backend + ": "
	}
	fmt.Fprintf(c.o.Warnings, "vlmspec: warning: %s\n", Visible(from+w.Message))
	if c.o.Columns > 0 {
		c.paint()
		c.flush()
	}
}

// judged reports the outcome of a case.
func (c *Console) judged(r *result.Case) {
	c.tally.add(r)
	if c.o.Columns > 0 {
		if !r.Passing() {
			c.erase()
			c.failure(r)
			c.paint()
			c.flush()
		}
		return
	}
	if r.Passing() {
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
	if r.CutOff > 0 {
		tail += "  cut off"
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
	fmt.Fprintf(&c.buf, "%s %s  %s  %s\n", c.style(r.Outcome, fmt.Sprintf("%-8s", r.Outcome)), place(r), oneLine(name(r), 120), tail)
	c.gap = false
}

// failure reports a failing case; of errors that are the same, as when a
// backend does not start, the first.
func (c *Console) failure(r *result.Case) {
	if r.Outcome == result.Error {
		if c.shown[r.Reason] {
			c.plainLine(r)
			return
		}
		c.shown[r.Reason] = true
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
	if answers := answersOf(r); answers != "" {
		c.pair("answers", answers)
	}
	if s := decisive(r); s != nil {
		c.sample(s)
	}
	if r.Outcome == result.XPassed {
		c.pair("why", r.Reason)
	}
	if q := r.Quarantine; q != nil && q.Expired {
		c.pair("quarantine", fmt.Sprintf("%s  %s:%d", quarantineState(q), q.File, q.Line))
	}
	if cut := cutOffOf(r.CutOff); cut != "" {
		c.pair("warning", cut)
	}
	if how := cachedDetail(r); how != "" {
		c.pair("cached", how)
	}
	c.pair("again", Repeat(&c.manifest, r, c.o.From))
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
		if t.Reasoning != "" {
			fmt.Fprintf(&c.buf, "  %s\n", c.dim(fmt.Sprintf("%-10s %s", "reasoning", reasoningLine(t))))
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
	fmt.Fprintf(&c.buf, "  %s %s\n", c.style(v.Outcome, fmt.Sprintf("%-10s", Visible(kind))), c.dim(placeOf(v.File, v.Line)))
	if v.Expected != "" {
		c.pair("  expected", v.Expected)
	}
	if v.Actual != "" && v.Actual != answer {
		c.pair("  actual", v.Actual)
	}
	if v.Reason != "" {
		c.pair("  why", v.Reason)
	}
	if v.Overlay != nil && v.Overlay.Drawn != "" {
		c.pair("  drawn", c.near(filepath.Join(c.manifest.Project, filepath.FromSlash(v.Overlay.Drawn))))
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

func (c *Console) flush() {
	_, _ = c.out.Write(c.buf.Bytes())
	c.buf.Reset()
}

// writeConsole is the console of a run that is over.
func writeConsole(out io.Writer, run *result.Run) error {
	if run.Mistakes != nil {
		_, err := io.WriteString(out, mistakeLines(run, Visible)+"\n"+mistakes(run)+"\n")
		return err
	}
	w := bufio.NewWriter(out)
	c := NewConsole(w, ConsoleOptions{})
	c.Event(event.RunStarted{Manifest: run.Manifest})
	for i := range run.Cases {
		c.Event(event.CaseJudged{Case: &run.Cases[i]})
	}
	for _, g := range run.Gates {
		c.Event(event.GateJudged{Gate: g})
	}
	c.End(nil)
	return w.Flush()
}
