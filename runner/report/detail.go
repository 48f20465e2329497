package report

import (
	"fmt"
	"strings"

	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/result"
)

// details is what a person needs to know of a failing case, in plain
// lines, for reports that are read away from the terminal.
func details(m *result.Manifest, c *result.Case) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", place(c), title(c))
	for _, img := range c.Images {
		fmt.Fprintf(&b, "image:    %s\n", describeImage(img))
	}
	if rate := sampleRate(c); rate != "" {
		fmt.Fprintf(&b, "samples:  %s\n", rate)
	}
	if answers := answersOf(c); answers != "" {
		line(&b, "answers", answers)
	}
	if s := decisive(c); s != nil {
		describeSample(&b, s)
	}
	if c.Outcome == result.XPassed {
		fmt.Fprintf(&b, "why:      %s\n", c.Reason)
	}
	if q := c.Quarantine; q != nil && q.Expired {
		fmt.Fprintf(&b, "expired:  %s  %s:%d\n", Visible(quarantineState(q)), q.File, q.Line)
	}
	if cut := cutOffOf(c.CutOff); cut != "" {
		line(&b, "warning", cut)
	}
	if how := cachedDetail(c); how != "" {
		line(&b, "cached", how)
	}
	fmt.Fprintf(&b, "again:    %s", Repeat(m, c, ""))
	for _, command := range golden.Commands(c) {
		fmt.Fprintf(&b, "\naccept:   %s", command)
	}
	return b.String()
}

// describeSample reports the conversation and what was wrong with it.
func describeSample(b *strings.Builder, s *result.Sample) {
	for i, t := range s.Turns {
		line(b, "prompt", t.Prompt)
		if s.Error != nil && i == len(s.Turns)-1 {
			break
		}
		if t.Reasoning != "" {
			line(b, "reasoning", reasoningLine(t))
		}
		line(b, "answer", t.Answer)
		for _, v := range t.Verdicts {
			if v.Outcome != result.Passed {
				describeVerdict(b, v, t.Answer)
			}
		}
	}
	if s.Error != nil {
		line(b, "error", fmt.Sprintf("%s (%s)", s.Error.Message, s.Error.Kind))
	}
}

func describeVerdict(b *strings.Builder, v result.Verdict, answer string) {
	kind := v.Kind
	if v.Warn {
		kind += " (a warning)"
	}
	fmt.Fprintf(b, "%s: %s  %s:%d\n", kind, v.Outcome, v.File, v.Line)
	if v.Expected != "" {
		line(b, "expected", v.Expected)
	}
	if v.Actual != "" && v.Actual != answer {
		line(b, "actual", v.Actual)
	}
	if v.Reason != "" {
		line(b, "why", v.Reason)
	}
}

func line(b *strings.Builder, key, value string) {
	fmt.Fprintf(b, "%-9s %s\n", key+":", indented(value, "          "))
}

func describeImage(img result.Image) string {
	if img.Width == 0 {
		return img.Path
	}
	return fmt.Sprintf("%s (%d×%d)", img.Path, img.Width, img.Height)
}
