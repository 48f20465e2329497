package report

import (
	"fmt"
	"strings"
	"time"
)

// animate paints the live part until [Console.End].
func (c *Console) animate() {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			c.mu.Lock()
			c.erase()
			c.paint()
			c.flush()
			c.mu.Unlock()
		case <-c.stop:
			return
		}
	}
}

// erase takes the live part off the screen.
func (c *Console) erase() {
	if c.drawn > 0 {
		fmt.Fprintf(&c.buf, "\x1b[%dA\x1b[J", c.drawn)
		c.drawn = 0
	}
}

// Most samples in flight that are shown.
const maxAsked = 6

// paint draws the live part.
func (c *Console) paint() {
	if !c.o.Passive {
		text := c.lines()
		c.buf.WriteString(text)
		c.drawn += strings.Count(text, "\n")
	}
}

// Live is what moves while a run is under way: what is asked, and the bar, whole
// lines.
func (c *Console) Live() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lines()
}

func (c *Console) lines() string {
	var b strings.Builder
	wide := max(c.o.Columns-1, 20)
	for _, a := range c.asked[:min(len(c.asked), maxAsked)] {
		fmt.Fprintf(&b, "%s\n", c.dim(oneLine(fmt.Sprintf("  %s  %s", a.Suite+" › "+a.Name, seconds(time.Since(a.since).Seconds())), wide)))
	}
	total := max(c.manifest.Selected, 1)
	done, failing := c.tally.cases, len(c.tally.failing)
	took := time.Since(c.start).Seconds()
	text := fmt.Sprintf(" %d/%d", done, c.manifest.Selected)
	switch {
	case done > 0:
		rate := float64(done) / took
		text += fmt.Sprintf("  %.1f cases/s  %s left", rate, seconds(float64(total-done)/rate))
	case len(c.asked) == 0:
		text += "  starting the backends  " + seconds(took)
	default:
		text += "  " + seconds(took)
	}
	if failing > 0 {
		text += "  " + cases(failing) + " failing"
	}
	bar := max(min(40, wide-columns(text)), 0)
	full := bar * done / total
	style := c.green
	if failing > 0 {
		style = c.red
	}
	fmt.Fprintf(&b, "%s%s%s\n", style(strings.Repeat("━", full)), c.dim(strings.Repeat("━", bar-full)), oneLine(text, wide-bar))
	return b.String()
}
