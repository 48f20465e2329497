package report

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vlmspec/vlmspec/runner/result"
)

// junitName is the ID of a case without its suite, which is its class: it is the
// same from run to run, and no two cases of a suite share it.
func junitName(id string) string {
	if _, name, ok := strings.Cut(id, "/"); ok {
		id = name
	}
	return xmlText(id)
}

func junitCase(run *result.Run, c *result.Case) xmlCase {
	x := xmlCase{
		Name: junitName(c.ID), Class: xmlText(c.Suite), File: xmlText(c.File), Line: c.Line,
		Time: xmlSeconds(c.Seconds), Properties: properties(junitProperties(run, c)),
	}
	message := &xmlMessage{Message: xmlText(c.Reason), Type: xmlText(string(c.Outcome)), Text: xmlText("\n" + details(&run.Manifest, c) + "\n")}
	switch c.Outcome {
	case result.Passed:
	case result.NotRun:
		x.Skipped = &xmlMessage{Message: xmlText("not run: " + c.Reason), Type: "not_run"}
	case result.Skipped:
		x.Skipped = &xmlMessage{Message: xmlText(c.Reason)}
	case result.XFailed:
		x.Skipped = &xmlMessage{Message: xmlText("failed as expected: " + c.XFail), Type: "xfail"}
	case result.Quarantined:
		x.Skipped = &xmlMessage{Message: xmlText(quarantineLine(c)), Type: "quarantine"}
	case result.Error:
		if s := decisive(c); s != nil && s.Error != nil {
			message.Type = xmlText(s.Error.Kind)
		}
		x.Error = message
	case result.Unchecked:
		if c.AllowUnchecked {
			x.Skipped = &xmlMessage{Message: xmlText(c.Reason), Type: "unchecked"}
		} else {
			x.Failure = message
		}
	default:
		x.Failure = message
	}
	x.Reruns = junitReruns(c)
	x.Out, x.Err = output(junitOut(c)), output(stderrOf(c))
	return x
}

func junitProperties(run *result.Run, c *result.Case) []xmlProperty {
	p := []xmlProperty{{"backend", c.Backend}, {"outcome", string(c.Outcome)}, {"score", strconv.FormatFloat(c.Score, 'f', -1, 64)}}
	if digest := run.Manifest.Backends[c.Backend].ModelDigest; digest != "" {
		p = append(p, xmlProperty{"model_digest", digest})
	}
	if s := decisive(c); s != nil {
		p = append(p, xmlProperty{"seed", strconv.FormatUint(uint64(s.Seed), 10)})
	}
	if len(c.Samples) > 1 {
		p = append(p, xmlProperty{"samples", strconv.Itoa(len(c.Samples))}, xmlProperty{"require", c.Require})
	}
	if q := c.Quarantine; q != nil {
		p = append(p, xmlProperty{"quarantine", quarantineState(q)})
	}
	if n := cachedSamples(c); n != "" {
		p = append(p, xmlProperty{"cached", n})
	}
	if n := warned(c); n > 0 {
		p = append(p, xmlProperty{"warnings", strconv.Itoa(n)})
	}
	if n := c.Unread(); n > 0 {
		p = append(p, xmlProperty{"unread", strconv.Itoa(n)})
	}
	if c.CutOff > 0 {
		p = append(p, xmlProperty{"cut_off", strconv.Itoa(c.CutOff)})
	}
	if encodeCached(c) {
		p = append(p, xmlProperty{"encode", "cached"})
	}
	for _, l := range c.Labels {
		p = append(p, xmlProperty{"label", l})
	}
	return p
}

// junitReruns lists the samples that did not pass: flaky where the case
// passed all the same, else those after the first.
func junitReruns(c *result.Case) []xmlRerun {
	if len(c.Samples) < 2 || c.Outcome == result.XFailed || c.Outcome == result.Quarantined {
		return nil
	}
	kind, first := "rerun", decisive(c)
	if c.Outcome == result.Passed || c.Outcome == result.XPassed {
		kind, first = "flaky", nil
	}
	var out []xmlRerun
	for i := range c.Samples {
		s := &c.Samples[i]
		if s == first || s.Outcome == result.Passed {
			continue
		}
		r := xmlRerun{XMLName: xml.Name{Local: kind + "Failure"}, Type: xmlText(string(s.Outcome)), Message: fmt.Sprintf("sample %d, seed %d", s.Index+1, s.Seed)}
		if s.Error != nil {
			r.XMLName.Local, r.Type = kind+"Error", xmlText(s.Error.Kind)
		}
		var trace strings.Builder
		describeSample(&trace, s)
		r.Trace.Text = xmlText(trace.String())
		out = append(out, r)
	}
	return out
}

// junitOut holds the conversation of the telling sample, reasoning and all, and the images.
func junitOut(c *result.Case) string {
	var b strings.Builder
	if s := decisive(c); s != nil {
		for _, t := range s.Turns {
			fmt.Fprintf(&b, "prompt: %s\n", t.Prompt)
			if t.Reasoning != "" {
				fmt.Fprintf(&b, "reasoning: %s\n", t.Reasoning)
			}
			fmt.Fprintf(&b, "answer: %s\n", t.Answer)
		}
	}
	conversation := xmlText(b.String())
	b.Reset()
	seen := map[string]bool{}
	for _, path := range pictures(c) {
		if !seen[path] {
			seen[path] = true
			fmt.Fprintf(&b, "[[ATTACHMENT|%s]]\n", Visible(path))
		}
	}
	return conversation + b.String()
}

// pictures are the files to look at: the images, and what was drawn over them.
func pictures(c *result.Case) []string {
	var paths []string
	for _, img := range c.Images {
		paths = append(paths, img.Path)
	}
	if s := decisive(c); s != nil {
		for _, t := range s.Turns {
			for _, v := range t.Verdicts {
				if v.Overlay != nil && v.Overlay.Drawn != "" {
					paths = append(paths, v.Overlay.Drawn)
				}
			}
		}
	}
	return paths
}

func stderrOf(c *result.Case) string {
	var b strings.Builder
	for _, s := range c.Samples {
		if s.Error != nil && s.Error.Stderr != "" {
			b.WriteString(s.Error.Stderr + "\n")
		}
	}
	return xmlText(b.String())
}

// properties leaves out those without a value, and what XML cannot hold.
func properties(all []xmlProperty) *xmlProperties {
	for i := range all {
		all[i].Name, all[i].Value = xmlText(all[i].Name), xmlText(all[i].Value)
	}
	return &xmlProperties{slices.DeleteFunc(all, func(p xmlProperty) bool { return p.Value == "" })}
}
