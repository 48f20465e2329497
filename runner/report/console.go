package report

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/vlmspec/vlmspec/runner/event"
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
	// Folder is where a run is kept, by its ID; nil is nowhere.
	Folder func(id string) string
	// Draw makes an image file something to print, whole lines; nil where the terminal
	// shows no images.
	Draw func(path string) string
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
	cut   bool            // a text of the case was shown in part
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
		if !r.Passing() || warned(r) > 0 {
			c.erase()
			c.caseLines(r)
			c.paint()
			c.flush()
		}
		return
	}
	if r.Passing() {
		c.plainLine(r)
	}
	c.caseLines(r)
	c.flush()
}

// caseLines show what a person has to look at in a case.
func (c *Console) caseLines(r *result.Case) {
	if r.Passing() {
		c.warnings(r)
	} else {
		c.failure(r)
	}
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
