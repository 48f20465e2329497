package check

import (
	"context"
	"math"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/reading"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// common are the keys every kind takes in its map form.
type common struct {
	Not    bool    `yaml:"not" doc:"the check must fail: outcome and score are turned round; an answer that cannot be read, was cut off or declines never passes"`
	Weight float64 `yaml:"weight" above:"0" doc:"how much it counts in the case's score; 1 when not given"`
	Warn   bool    `yaml:"warn" doc:"reported, never fails the case"`
	On     on      `yaml:"on" doc:"what it reads: answer (the default), reasoning (what the model thought before), {json: $.path}, {regex: '(\\d+)'} or {line: last}"`
}

func (c *common) keys() *common { return c }

func (c *common) compile(n spec.Node) error {
	if math.IsNaN(c.Weight) || math.IsInf(c.Weight, 0) {
		return at(n, "weight").Errorf("", "weight must be a finite number")
	}
	return nil
}

// wrapped is a compiled check: a kind with the common keys around it.
type wrapped struct {
	*common
	kind  string
	pos   spec.Pos
	judge judge
}

// Judge implements [Check].
func (w *wrapped) Judge(ctx context.Context, in Input) result.Verdict {
	text, problem := w.On.read(in)
	v := w.verdict(ctx, in, text, problem)
	v.Kind, v.Weight, v.Warn, v.File, v.Line = w.kind, w.Weight, w.Warn, w.pos.File, w.pos.Line
	v.Read, v.Score = text, unit(v.Score)
	showParts(&v, in)
	return v
}

// verdict judges what can be read; `not` turns nothing else round.
func (w *wrapped) verdict(ctx context.Context, in Input, text, problem string) result.Verdict {
	if why := w.unreadable(in, text, problem); why != "" {
		v := unread("", either(text, in.Answer), "%s", why)
		if c, ok := w.judge.(*yesNoCheck); ok {
			v.Class = c.class("")
		}
		return v
	}
	v := w.judge.judge(ctx, in, text)
	if w.Not && !v.Unread {
		v = inverted(v)
	}
	return v
}

// unreadable says why no check of this kind can read the answer, "" where it can.
func (w *wrapped) unreadable(in Input, text, problem string) string {
	if in.Unclosed && (!w.On.reasoning || w.Not) {
		return "the reasoning does not end, so there is no answer"
	}
	if _, aside := w.judge.(interface{ aside() }); aside { // it looks at something else than the text
		return ""
	}
	e, empty := w.judge.(interface{ empty() bool })
	switch {
	case problem != "":
		return problem
	case strings.TrimSpace(text) == "" && (!empty || !e.empty()):
		return "the answer is empty"
	case w.Not:
		return provesNoAbsence(in)
	}
	return ""
}

// provesNoAbsence says why an answer in which something is missing says nothing about it.
func provesNoAbsence(in Input) string {
	switch {
	case strings.Trim(in.Answer, " \t\r\n.,;:…-–—_*`'\"?") == "":
		return "the answer says nothing"
	case in.Finish == string(sdk.FinishLength):
		return "the answer was cut off, and what is left of it proves no absence"
	case reading.Refused(in.Answer):
		return "the answer declines, which proves no absence"
	}
	return ""
}

// inverted turns passed into failed and back; errors, stale goldens and what
// cannot be read stay.
func inverted(v result.Verdict) result.Verdict {
	if v.Unread {
		return v
	}
	if v.Golden != nil && v.Golden.State == result.GoldenNew {
		return v // there is nothing that the answer could be unlike
	}
	switch v.Outcome {
	case result.Failed:
		if broke := brokenIn(v); len(broke) > 0 { // it proves a failure, and no success
			v.Outcome, v.Reason = result.Error, verdictList(broke, complaint)
			return v
		}
		v.Outcome, v.Reason = result.Passed, ""
	case result.Passed:
		v.Outcome = result.Failed
		v.Reason = "it is so, and the spec says not: " + either(v.Expected, "the check passes")
	default:
		return v
	}
	v.Expected, v.Score = "not "+v.Expected, 1-unit(v.Score)
	return v
}

// unit keeps a score in [0,1]; NaN is 0.
func unit(score float64) float64 {
	if !(score > 0) {
		return 0
	}
	return min(score, 1)
}

func either(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
