package golden

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/result"
)

// Why says why an answer is pending: how it stands to what was accepted.
type Why = result.GoldenState

// The reasons.
const (
	New     = result.GoldenNew
	Stale   = result.GoldenStale
	Changed = result.GoldenChanged
	Same    = result.GoldenSame // accepting it again renews what it was made from
)

// Pending is an answer that a person may accept.
type Pending struct {
	CaseID string `json:"case"`
	Turn   int    `json:"turn"` // from 0
	Suite  string `json:"suite"`
	Name   string `json:"name"`
	File   string `json:"file"` // spec file, relative to the project, slashes
	Line   int    `json:"line"`
	Run    string `json:"run"` // ID of the run that asked
	Why    Why    `json:"why"`
	// Changed is what is not as it was when the golden was accepted; for a stale one.
	Changed []result.Change `json:"changed,omitempty"`
	Prompt  string          `json:"prompt"`
	Images  []result.Image  `json:"images,omitempty"` // shown up to this turn
	// Samples are the answers that came, and Agree how many of them are this one,
	// as goldens compare.
	Samples []Sample `json:"samples"`
	Agree   int      `json:"agree"`
	// Entry is what accepting records: one answer and what it was made from. Who
	// and when is missing.
	Entry    Entry `json:"entry"`
	Rejected bool  `json:"rejected,omitempty"`
	// Confirmed accepts a minority answer nevertheless.
	Confirmed bool `json:"-"`
}

// Sample is one answer of a case.
type Sample struct {
	Seed    uint32         `json:"seed"`
	Answer  string         `json:"answer"`
	Outcome result.Outcome `json:"outcome"` // of the golden check
}

// Key names the turn as the golden file does.
func (p Pending) Key() string { return Key(p.CaseID, p.Turn) }

// Answer is the answer that is pending.
func (p Pending) Answer() string { return p.Entry.Answers[0] }

// Command is the command line that accepts the answer, beside another that was
// accepted for the same prompt and images.
func (p Pending) Command() string {
	command := "vlmspec accept "
	if p.Why == Changed {
		command += "--alternative "
	}
	if p.Minority() {
		command += "--minority "
	}
	return command + p.Key()
}

// Commands are what to type where nothing but golden checks keeps a case from
// passing.
func Commands(c *result.Case) []string {
	if c.Passing() && c.Outcome != result.Quarantined {
		return nil
	}
	for _, s := range c.Samples {
		for _, t := range s.Turns {
			for _, v := range t.Verdicts {
				if s.Error != nil || v.Outcome != result.Passed && !v.Warn && v.Golden == nil {
					return nil
				}
			}
		}
	}
	var commands []string
	for turn := range turnsOf(c) {
		if p, ok := pendingOf(c, turn); ok && p.Why != Same {
			commands = append(commands, p.Command())
		}
	}
	return commands
}

// Minority reports whether no more than half of the samples gave the answer.
func (p Pending) Minority() bool { return 2*p.Agree <= len(p.Samples) }

// MinorityError refuses an answer that few samples gave, until it is confirmed.
type MinorityError struct{ Pending Pending }

func (e *MinorityError) Error() string {
	p := e.Pending
	return fmt.Sprintf("%s: only %d of %d samples say %q; such an answer must be confirmed", p.Key(), p.Agree, len(p.Samples), p.Answer())
}

// FromRun lists an answer for every golden check of a run that said something,
// in the order of its cases: for each turn the answer that most samples gave,
// the first of equals.
func FromRun(run *result.Run) []Pending {
	var all []Pending
	for i := range run.Cases {
		c := &run.Cases[i]
		for turn := range turnsOf(c) {
			if p, ok := pendingOf(c, turn); ok {
				p.Run, p.Entry.Model = run.Manifest.ID, run.Manifest.Backends[c.Backend].ModelDigest
				all = append(all, p)
			}
		}
	}
	return all
}

func turnsOf(c *result.Case) int {
	n := 0
	for _, s := range c.Samples {
		n = max(n, len(s.Turns))
	}
	return n
}

// pendingOf is false where no golden check judged the turn.
func pendingOf(c *result.Case, turn int) (p Pending, ok bool) {
	p = Pending{CaseID: c.ID, Turn: turn, Suite: c.Suite, Name: c.Name, File: c.File, Line: c.Line, Why: Same}
	for _, s := range c.Samples {
		if turn >= len(s.Turns) {
			continue
		}
		t := &s.Turns[turn]
		for _, v := range t.Verdicts {
			if v.Golden != nil && v.Outcome != result.Error {
				p.Prompt, p.Entry.Prompt = t.Prompt, v.Golden.Prompt
				p.Samples = append(p.Samples, Sample{s.Seed, cmp.Or(v.Golden.Answer, v.Read), v.Outcome})
				p.because(v)
			}
		}
	}
	if len(p.Samples) == 0 {
		return p, false
	}
	p.Images = imagesOf(c, turn)
	p.Entry.Backend, p.Entry.Params = c.Backend, c.Params
	for _, img := range p.Images {
		if img.SHA256 != "" {
			p.Entry.Images = append(p.Entry.Images, img.SHA256)
		}
	}
	var best string
	best, p.Agree = majority(p.Samples)
	p.Entry.Answers = []string{best}
	return p, true
}

// because takes the state of the first verdict that is not a pass.
func (p *Pending) because(v result.Verdict) {
	if p.Why == Same && v.Outcome != result.Passed {
		p.Why, p.Changed = v.Golden.State, v.Golden.Changed
	}
}

// most is the answer that most samples gave, the first of equals. What passes
// already is pending only where all does.
func majority(samples []Sample) (answer string, agree int) {
	count, passed := map[string]int{}, 0
	for _, s := range samples {
		count[check.Fold(s.Answer)]++
		if s.Outcome == result.Passed {
			passed++
		}
	}
	for _, s := range samples {
		if s.Outcome == result.Passed && passed < len(samples) {
			continue
		}
		if n := count[check.Fold(s.Answer)]; n > agree {
			answer, agree = s.Answer, n
		}
	}
	return answer, agree
}

// imagesOf are the images that were shown up to a turn.
func imagesOf(c *result.Case, turn int) []result.Image {
	n := 0
	for t := range turn + 1 {
		n += strings.Count(promptOf(c, t), "<image>")
	}
	return c.Images[:min(n, len(c.Images))]
}

func promptOf(c *result.Case, turn int) string {
	for _, s := range c.Samples {
		if turn < len(s.Turns) {
			return s.Turns[turn].Prompt
		}
	}
	return ""
}
