package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/runner/internal/visible"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/stability"
)

// tally is what a summary says of a run: it is gathered case by case, so that
// nobody has to hold all of them.
type tally struct {
	cases    int
	latest   time.Time // when the last sample of a case ended
	outcomes map[result.Outcome]int
	files    map[string]*fileTally // by name
	backends map[string]map[result.Outcome]int
	failing  []listed
	// quarantined are the cases that every report lists: those that do not gate,
	// and those whose quarantine is over.
	quarantined []*result.Case
	slowest     listed
	stability   stability.Collector

	samples, cached        int // of them an earlier run has answered so many
	encoded, cachedEncodes int // samples with images, and those of which none had to be encoded
	retried                int // samples that a later try answered
	lastRetry              string
	costs                  result.Costs

	warnings              int // checks that only warn and do not hold
	unreadAnswers, cutOff int // answers that could not be read, and that ended at their limit
}

// fileTally counts the cases of a spec file.
type fileTally struct {
	name     string
	cases    int
	outcomes map[result.Outcome]int
	failing  int
	seconds  float64
}

// listed is a case in a list.
type listed struct {
	outcome    result.Outcome
	file, name string
	line       int
	seconds    float64
}

func newTally() *tally {
	return &tally{outcomes: map[result.Outcome]int{}, files: map[string]*fileTally{}, backends: map[string]map[result.Outcome]int{}}
}

// tallyOf counts a run that is there as a whole.
func tallyOf(run *result.Run) *tally {
	t := newTally()
	for i := range run.Cases {
		t.add(&run.Cases[i])
	}
	return t
}

func (t *tally) add(c *result.Case) {
	t.stability.Add(c)
	brief := listed{c.Outcome, c.File, name(c), c.Line, c.Seconds}
	t.cases++
	if end := c.Started.Add(time.Duration(c.Seconds * float64(time.Second))); end.After(t.latest) {
		t.latest = end
	}
	t.warnings += warned(c)
	t.unreadAnswers, t.cutOff = t.unreadAnswers+c.Unread(), t.cutOff+c.CutOff
	f := t.file(c.File)
	f.cases++
	f.outcomes[c.Outcome]++
	f.seconds += c.Seconds
	t.outcomes[c.Outcome]++
	if t.backends[c.Backend] == nil {
		t.backends[c.Backend] = map[result.Outcome]int{}
	}
	t.backends[c.Backend][c.Outcome]++
	if !c.Passing() {
		f.failing++
		t.failing = append(t.failing, brief)
	}
	if c.Quarantine != nil {
		short := *c
		short.Samples = nil
		t.quarantined = append(t.quarantined, &short)
	}
	if c.Seconds > t.slowest.seconds {
		t.slowest = brief
	}
	t.addSamples(c)
	t.costs.AddCase(c)
}

// until is when the run ended, or got to, when it was killed.
func (t *tally) until(m *result.Manifest) time.Time {
	switch {
	case !m.Ended.IsZero():
		return m.Ended
	case t.latest.After(m.Started):
		return t.latest
	}
	return m.Started
}

func (t *tally) addSamples(c *result.Case) {
	shown, cached := encodes(c)
	t.encoded, t.cachedEncodes = t.encoded+shown, t.cachedEncodes+cached
	for _, s := range c.Samples {
		t.samples++
		if s.Cached {
			t.cached++
		}
		if k := len(s.Retries); k > 0 && s.Error == nil {
			t.retried++
			t.lastRetry = s.Retries[k-1].Message
		}
	}
}

func (t *tally) file(name string) *fileTally {
	f := t.files[name]
	if f == nil {
		f = &fileTally{name: name, outcomes: map[result.Outcome]int{}}
		t.files[name] = f
	}
	return f
}

// byFile lists the files by name.
func (t *tally) byFile() []*fileTally {
	var all []*fileTally
	for _, f := range t.files {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b *fileTally) int { return cmp.Compare(a.name, b.name) })
	return all
}

// byBackend says how the cases of each backend ended, nothing where there is one.
func (t *tally) byBackend(style func(result.Outcome, string) string) (lines [][2]string) {
	if len(t.backends) < 2 {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(t.backends)) {
		lines = append(lines, [2]string{name, counts(t.backends[name], style)})
	}
	return lines
}

// inOrder lists the failing cases, what needs a person first.
func (t *tally) inOrder() []listed {
	slices.SortStableFunc(t.failing, func(a, b listed) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.outcome), slices.Index(order, b.outcome)), cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
	})
	return t.failing
}

// inQuarantine lists the quarantined cases in the order of the specs.
func (t *tally) inQuarantine() []*result.Case {
	slices.SortStableFunc(t.quarantined, func(a, b *result.Case) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return t.quarantined
}

// cachedAnswers says how many answers an earlier run has given, "" for none.
func (t *tally) cachedAnswers() string {
	if t.cached == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d answers were taken from the cache", t.cached, t.samples)
}

// encodesSaved says how many samples needed no image to be encoded, "" for none.
func (t *tally) encodesSaved() string {
	if t.cachedEncodes == 0 {
		return ""
	}
	return fmt.Sprintf("cached for %d of the %d samples with images", t.cachedEncodes, t.encoded)
}

// order is how outcomes are listed: what needs a person first.
var order = []result.Outcome{
	result.Failed, result.Unstable, result.Error, result.XPassed, result.Stale, result.Unchecked, result.Passed, result.XFailed, result.Quarantined, result.Skipped,
}

// Counts says how many cases ended how: "1 failed, 97 passed".
func Counts(n map[result.Outcome]int) string { return counts(n, plain) }

// counts is [Counts] in colour.
func counts(n map[result.Outcome]int, style func(result.Outcome, string) string) string {
	var parts []string
	for _, o := range order {
		if n[o] > 0 {
			name := string(o)
			if o == result.Error && n[o] > 1 {
				name = "errors"
			}
			parts = append(parts, style(o, fmt.Sprintf("%d %s", n[o], name)))
		}
	}
	if parts == nil {
		return "no case ran"
	}
	return strings.Join(parts, ", ")
}

func plain(_ result.Outcome, s string) string { return visible.Line(s) }
