package report

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/result"
)

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
	c.cut = false
	head := fmt.Sprintf("%s %s  %s", c.style(r.Outcome, mark(r.Outcome)+" "+string(r.Outcome)), c.bold(oneLine(title(r), maxTitle)), c.dim(place(r)))
	if c.o.Columns > 0 {
		head = ansi.Wordwrap(head, max(c.o.Columns-1, 10), "")
	}
	w.WriteString(head + "\n")
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
	if c.cut {
		c.pair("whole", c.whole())
	}
	c.pair("again", Repeat(&c.manifest, r, c.o.From))
	for _, command := range golden.Commands(r) {
		c.pair("accept", command)
	}
	w.WriteByte('\n')
	c.gap = true
}

// maxTitle is how much is shown of the name of a case.
const maxTitle = 200

// whole is where a case is in full: its line in the run's folder.
func (c *Console) whole() string {
	if c.o.Folder == nil {
		return "vlmspec report " + c.manifest.ID + " --format markdown=-"
	}
	return fmt.Sprintf("%s:%d", c.near(filepath.Join(c.o.Folder(c.manifest.ID), "cases.jsonl")), c.tally.cases)
}

func (c *Console) sample(s *result.Sample) {
	for i, t := range s.Turns {
		key := "prompt"
		if len(s.Turns) > 1 {
			key = fmt.Sprintf("prompt %d", i+1)
		}
		c.excerpt(key, t.Prompt)
		if s.Error != nil && i == len(s.Turns)-1 {
			break
		}
		if t.Reasoning != "" {
			fmt.Fprintf(&c.buf, "  %s\n", c.dim(fmt.Sprintf("%-10s %s", "reasoning", reasoningLine(t))))
		}
		c.excerpt("answer", t.Answer)
		for _, v := range t.Verdicts {
			if v.Outcome != result.Passed {
				c.verdict(v, t.Answer)
			}
		}
	}
	if s.Error == nil {
		return
	}
	c.excerpt("error", s.Error.Message)
	if s.Error.Stderr != "" {
		c.pair("it said", s.Error.Stderr)
	}
	if n := len(s.Retries); n > 0 {
		c.pair("tries", fmt.Sprintf("%d; before: %s", n+1, s.Retries[n-1].Message))
	}
}

func (c *Console) verdict(v result.Verdict, answer string) {
	kind, o := v.Kind, v.Outcome
	if v.Warn {
		kind, o = kind+", a warning", result.Inconclusive
	}
	fmt.Fprintf(&c.buf, "  %s %s\n", c.style(o, fmt.Sprintf("%-10s", Visible(kind))), c.dim(placeOf(v.File, v.Line)))
	if !c.goldenDiff(v, answer) {
		if v.Expected != "" {
			c.excerpt("  expected", v.Expected)
		}
		if v.Actual != "" && v.Read != answer && v.Actual != answer {
			c.excerpt("  actual", v.Actual)
		}
		if v.Reason != "" {
			c.excerpt("  why", withoutAnswer(v.Reason, answer))
		}
	}
	if v.Overlay != nil && v.Overlay.Drawn != "" {
		c.drawing(filepath.Join(c.manifest.Project, filepath.FromSlash(v.Overlay.Drawn)))
	}
}

// drawing names the overlay of a vision check, as a link where the terminal has
// colours, and shows it where the terminal can.
func (c *Console) drawing(path string) {
	shown := Visible(c.near(path))
	if c.o.Color && c.o.Columns > 0 {
		shown = ansi.SetHyperlink(fileURL(path)) + shown + ansi.ResetHyperlink()
	}
	fmt.Fprintf(&c.buf, "  %s %s\n", c.dim(fmt.Sprintf("%-10s", "  drawn")), shown)
	if c.o.Draw != nil {
		c.buf.WriteString(c.o.Draw(path))
	}
}

// withoutAnswer is a reason that repeats no more than the begin of an answer which
// stands above it.
func withoutAnswer(reason, answer string) string {
	quoted := check.Quote(answer)
	if len(quoted) <= maxRepeated {
		return reason
	}
	return strings.ReplaceAll(reason, quoted, check.Quote(firstRunes(answer, maxRepeated/2)+"…"))
}

// maxRepeated is how long an answer may be for a reason to repeat it.
const maxRepeated = 40

func firstRunes(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}

// excerpt is [Console.pair] for a text that may be long: of which some lines are
// shown.
func (c *Console) excerpt(key, text string) {
	short := excerpt(text, c.width())
	if short != text {
		c.cut = true
	}
	c.pair(key, short)
}

func (c *Console) pair(key, value string) {
	value = indented(value, "")
	if c.o.Columns > 0 && key != "again" && key != "accept" { // which is there to be copied
		value = wrapped(value, c.width())
	}
	c.raw(key, value)
}

// raw is [Console.pair] for a text that is harmless already, and broken into lines.
func (c *Console) raw(key, value string) {
	fmt.Fprintf(&c.buf, "  %s %s\n", c.dim(fmt.Sprintf("%-10s", key)), strings.ReplaceAll(value, "\n", "\n"+strings.Repeat(" ", pairIndent)))
}

const pairIndent = 13

// width is how many columns a value has.
func (c *Console) width() int {
	if c.o.Columns == 0 {
		return plainColumns
	}
	return max(c.o.Columns-pairIndent-1, 10)
}

// plainColumns is how wide a line counts where there is no terminal.
const plainColumns = 120
