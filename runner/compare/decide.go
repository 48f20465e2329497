package compare

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/stats"
)

// power of what is called detectable.
const power = 0.8

// slack is what rounding may leave of a bound.
const slack = 1e-12

// decide gives the verdict of a suite that has a test: the first that holds.
func (s *Suite) decide(o Options) {
	t := s.Test
	worse := t.Adjusted <= o.Alpha*(1+slack) && t.Diff < 0
	switch {
	case s.Errors == s.Cases:
		s.Verdict, s.Reason = Block, fmt.Sprintf("every case ended in error in the candidate, all %d", s.Cases)
		return
	case worse && -t.Diff > o.MaxDrop+slack:
		s.Verdict, s.Reason = Block, fmt.Sprintf("worse by %s, more than the %s that are allowed", points(-t.Diff), points(o.MaxDrop))
	case worse:
		s.Verdict, s.Reason = Warn, fmt.Sprintf("worse by %s, within the %s that are allowed", points(-t.Diff), points(o.MaxDrop))
	case t.Interval != nil && t.Interval.Low >= -o.MaxDrop-slack && s.unsure == 0:
		s.Verdict, s.Reason = Pass, s.passing(o)
	default:
		s.Verdict, s.Reason = Inconclusive, s.open(o)
	}
	s.Reason = strings.Join(append([]string{s.Reason}, s.remarks(o)...), "; ")
}

func (s *Suite) passing(o Options) string {
	t := s.Test
	switch {
	case t.Adjusted <= o.Alpha*(1+slack) && t.Diff > 0:
		return "better by " + points(t.Diff)
	case t.Differ == 0:
		return fmt.Sprintf("nothing differs, over enough images to rule out a drop of %s", points(o.MaxDrop))
	}
	return fmt.Sprintf("a drop of more than %s is ruled out", points(o.MaxDrop))
}

// open says why nothing is decided, and what would decide.
func (s *Suite) open(o Options) string {
	t := s.Test
	parts := []string{fmt.Sprintf("a drop of %s is neither shown nor ruled out", points(o.MaxDrop))}
	if o.MaxDrop == 0 {
		parts = []string{"no drop at all is allowed, so that nothing short of a gain passes"}
	}
	if s.unsure > 0 {
		parts = append(parts, fmt.Sprintf("%d of the cases that only the base has are in the specs of the candidate without a result, and which is not known", s.unsure))
	}
	if t.Differ < 6 && t.Diff < 0 {
		parts = append(parts, fmt.Sprintf("only %s, and fewer than 6 cannot show a drop", plural(t.Differ, "image differs", "images differ")))
	}
	if t.Detectable != nil {
		parts = append(parts, fmt.Sprintf("a drop of %s would be found with a power of %.0f %%", points(*t.Detectable), 100*power))
	} else {
		parts = append(parts, "so few cases find no drop at all")
	}
	if t.Needed > 0 {
		parts = append(parts, fmt.Sprintf("about %d cases would decide", t.Needed))
	}
	return strings.Join(parts, "; ")
}

// remarks are what the reader would else stumble over.
func (s *Suite) remarks(o Options) []string {
	var all []string
	if s.Errors > 0 {
		all = append(all, fmt.Sprintf("%s of the candidate ended in error or without a result and %s as not passed", plural(s.Errors, "case", "cases"), map[bool]string{true: "counts", false: "count"}[s.Errors == 1]))
	}
	if left := s.leftOver(); left != "" {
		all = append(all, "not compared: "+left)
	}
	if byCase := s.Beside.McNemar <= o.Alpha; byCase != (s.Test.P <= o.Alpha) {
		all = append(all, fmt.Sprintf("%s prompts an image, counted by image: McNemar's test, which takes each for a case of its own, says p %s", number(float64(s.Cases)/float64(s.Images)), pValue(s.Beside.McNemar)))
	}
	return all
}

// plan fills in what could be found, and how many cases would decide.
func (s *Suite) plan(o Options) {
	t, b, n := s.Test, s.Beside, float64(s.Cases)
	flips := float64(b.Lost+b.Gained) / n
	if flips == 0 {
		flips = 2 / (n + 2) // as Bonett and Price: without flips, one each way
	}
	d := stats.Design{Discordance: flips, Alpha: o.Alpha, Power: power}
	if found, err := d.Detectable(int(n / t.DesignEffect)); err == nil {
		t.Detectable = &found
	}
	t.Needed = s.needed(d, o)
}

// needed is about how many cases decide: that rule a drop of what is allowed out, or show
// the one that was seen; 0 where neither can be said.
func (s *Suite) needed(d stats.Design, o Options) int {
	t, n := s.Test, float64(s.Cases)
	if o.MaxDrop == 0 || t.Interval == nil {
		return 0
	}
	need := 0.0
	if planned, err := d.Cases(o.MaxDrop); err == nil {
		need = float64(planned) * t.DesignEffect
	}
	half := (t.Interval.High - t.Interval.Low) / 2
	if room := math.Max(t.Diff+o.MaxDrop, -t.Diff); room > 0 { // to the bound, or to 0
		need = math.Max(need, n*half*half/(room*room))
	}
	const most = 1e7
	if need <= n || need > most {
		return 0
	}
	return int(math.Ceil(need))
}

// leftOver says in a clause what was not compared.
func (s *Suite) leftOver() string {
	var parts []string
	for _, l := range s.Left {
		if l.Counts {
			continue
		}
		parts = append(parts, fmt.Sprintf("%d %s", len(l.Cases), l.Why))
	}
	return strings.Join(parts, ", ")
}

// conclude gives the verdict of the comparison: that of the worst suite.
func (c *Comparison) conclude() {
	c.Verdict = Pass
	for i := range c.Suites {
		if v := c.Suites[i].Verdict; severity[v] > severity[c.Verdict] {
			c.Verdict = v
		}
	}
	var of []string
	for i := range c.Suites {
		if s := &c.Suites[i]; s.Verdict == c.Verdict {
			of = append(of, s.Title()+": "+s.Reason)
		}
	}
	c.Reason = of[0]
	if more := len(of) - 1; more > 0 {
		c.Reason = fmt.Sprintf("%s; and so %s", of[0], plural(more, "other suite", "other suites"))
	}
	slices.SortStableFunc(c.Suites, func(a, b Suite) int { return severity[b.Verdict] - severity[a.Verdict] })
}

// Title is the suite with its backends.
func (s *Suite) Title() string {
	switch {
	case s.Candidate == "" || s.Base == s.Candidate:
		return s.Name + " @" + s.Base
	}
	return s.Name + " @" + s.Base + " → @" + s.Candidate
}
