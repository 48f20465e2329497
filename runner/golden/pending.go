package golden

import (
	"fmt"
	"strings"

	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/result"
)

// Why says why an answer is pending.
type Why string

// The reasons.
const (
	New     Why = "new"     // nothing was accepted yet
	Stale   Why = "stale"   // it was accepted for another prompt or image
	Changed Why = "changed" // another answer was accepted, for the same prompt and images
	Same    Why = "same"    // it passes; accepting it again renews what it was made from
)

// Pending is an answer that a person may accept.
type Pending struct {
	CaseID string         `json:"case"`
	Turn   int            `json:"turn"` // from 0
	Suite  string         `json:"suite"`
	Name   string         `json:"name"`
	File   string         `json:"file"` // spec file, relative to the project, slashes
	Line   int            `json:"line"`
	Run    string         `json:"run"` // ID of the run that asked
	Why    Why            `json:"why"`
	Reason string         `json:"reason,omitempty"` // of the verdict, a sentence
	Prompt string         `json:"prompt"`
	Images []result.Image `json:"images,omitempty"` // shown up to this turn
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
				if s.Error != nil || v.Outcome != result.Passed && !v.Warn && v.Kind != check.GoldenKind {
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
			if v.Kind == check.GoldenKind && v.Outcome != result.Error {
				p.Prompt = t.Prompt
				p.Samples = append(p.Samples, Sample{s.Seed, judgedText(t.Answer, v.Actual), v.Outcome})
				p.because(v)
			}
		}
	}
	if len(p.Samples) == 0 {
		return p, false
	}
	p.Images = imagesOf(c, turn)
	p.Entry = Entry{Prompt: check.PromptDigest(p.Prompt), Backend: c.Backend, Params: c.Params}
	for _, img := range p.Images {
		if img.SHA256 != "" {
			p.Entry.Images = append(p.Entry.Images, img.SHA256)
		}
	}
	var best string
	best, p.Agree = most(p.Samples)
	p.Entry.Answers = []string{best}
	return p, true
}

// because takes the reason of the first verdict that is not a pass.
func (p *Pending) because(v result.Verdict) {
	if p.Why != Same || v.Outcome == result.Passed {
		return
	}
	p.Reason = v.Reason
	switch {
	case v.Outcome == result.Stale:
		p.Why = Stale
	case strings.HasPrefix(v.Reason, check.NoGolden):
		p.Why = New
	default:
		p.Why = Changed
	}
}

// most is the answer that most samples gave, the first of equals. What passes
// already is pending only where all does.
func most(samples []Sample) (answer string, agree int) {
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

// judgedText is what the check read: the answer, unless it was on a part of it.
func judgedText(answer, actual string) string {
	if actual == "" || strings.Contains(actual, "bytes left out") || strings.TrimSpace(answer) == strings.TrimSpace(actual) {
		return answer
	}
	return actual
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
