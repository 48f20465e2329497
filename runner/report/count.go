package report

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/vlmspec/vlmspec/runner/internal/visible"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/stats"
)

// failing lists the cases that keep the gate shut.
func failing(run *result.Run) []*result.Case {
	var bad []*result.Case
	for i := range run.Cases {
		if !run.Cases[i].Passing() {
			bad = append(bad, &run.Cases[i])
		}
	}
	return bad
}

// sampleRate says how many samples of a case passed, with the 95 % Wilson
// interval of the rate; "" for a case with one sample.
func sampleRate(c *result.Case) string {
	n := len(c.Samples)
	if n < 2 {
		return ""
	}
	passes := 0
	for _, s := range c.Samples {
		if s.Outcome == result.Passed {
			passes++
		}
	}
	if c.Sequential > 0 {
		if i, err := stats.BinomialCS(passes, n, c.Sequential); err == nil {
			return fmt.Sprintf("%d of %d passed, of at most %d; the pass rate is between %.2f and %.2f (%g %%, at any time)", passes, n, c.MaxSamples, i.Low, i.High, 100*c.Sequential)
		}
	}
	if c.MaxSamples > n {
		return fmt.Sprintf("%d of %d passed, and that decides: stopped at %d of at most %d", passes, n, n, c.MaxSamples)
	}
	if n < fewest {
		return fmt.Sprintf("%d of %d passed", passes, n)
	}
	interval, err := stats.Wilson(passes, n, 0.95)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%d of %d passed; the pass rate is between %.2f and %.2f (95 %%)", passes, n, interval.Low, interval.High)
}

// fewest is how many values an interval is shown of.
const fewest = 5

// decisive is the sample to look at: the first that did not pass, else the first.
func decisive(c *result.Case) *result.Sample {
	for i := range c.Samples {
		if c.Samples[i].Outcome != result.Passed {
			return &c.Samples[i]
		}
	}
	if len(c.Samples) > 0 {
		return &c.Samples[0]
	}
	return nil
}

// Repeat is the command line that runs a case's telling sample again. Paths in
// it are relative to the folder from; "" is the project.
func Repeat(m *result.Manifest, c *result.Case, from string) string {
	file := c.File
	if from != "" && from != m.Project {
		if rel, err := filepath.Rel(from, filepath.Join(m.Project, filepath.FromSlash(c.File))); err == nil {
			file = filepath.ToSlash(rel)
		}
	}
	words := []string{"vlmspec", "run", quoted(fmt.Sprintf("%s:%d", file, c.Line))}
	if c.Siblings > 0 {
		words = append(words, "-k", quoted(c.ID))
	}
	words = append(words, "--backend", c.Backend)
	if s := decisive(c); s != nil {
		words = append(words, "--seed", strconv.FormatUint(uint64(s.Seed), 10))
		if len(c.Samples) > 1 {
			words = append(words, "--repeat", "1")
		}
	}
	return strings.Join(words, " ")
}

// quoted is a word as a shell takes it.
func quoted(s string) string {
	safe := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._:@%+=,-", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !safe(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// goldens is "2 goldens: a/b, a/c", a few of them.
func goldens(keys []string) string {
	const limit = 5
	what := "1 golden"
	if len(keys) > 1 {
		what = fmt.Sprintf("%d goldens", len(keys))
	}
	names := strings.Join(keys[:min(len(keys), limit)], ", ")
	if len(keys) > limit {
		names += ", …"
	}
	return what + ": " + Visible(names)
}

// title is a case as people name it.
func title(c *result.Case) string { return c.Suite + " › " + name(c) }

// name is that of a case, with its backend where there are several.
func name(c *result.Case) string {
	if c.OneOfSeveral {
		return c.Name + " @" + c.Backend
	}
	return c.Name
}

// place is where a case stands.
func place(c *result.Case) string { return placeOf(c.File, c.Line) }

func placeOf(file string, line int) string { return visible.Line(fmt.Sprintf("%s:%d", file, line)) }
