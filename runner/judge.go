package runner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/infer"
	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/secret"
)

// sample judges the answers of a sample and adds it to its case.
func (e *Execution) sample(ctx context.Context, p *plan.Case, c *result.Case, k int, a infer.Answer) {
	// What a process says at its end may be about other cases before.
	fault, retries := secret.Clean(e.secrets, a.Fault), secret.Clean(e.secrets, a.Retries)
	s := result.Sample{Index: k, Seed: p.SampleSeed(k), Turns: a.Turns, Error: fault, Retries: retries}
	s.Cached = a.Fault == nil && !slices.ContainsFunc(a.Turns, func(t result.Turn) bool { return !t.Cached })
	judging := time.Now()
	for t := range a.Turns {
		if a.Fault != nil && t == len(a.Turns)-1 {
			break // its answer is what is missing
		}
		e.turn(ctx, p, &s.Turns[t], t, a.Images[t])
		if s.Turns[t].Finish == string(sdk.FinishLength) {
			c.CutOff++
		}
	}
	s.Outcome = s.Judged()
	if k == 0 {
		c.Started = a.Started
		describeImages(c, a.Images)
	}
	c.Seconds += a.Seconds + time.Since(judging).Seconds()
	c.Cached = s.Cached && (k == 0 || c.Cached)
	c.Samples = append(c.Samples, s)
}

// turn judges one answer.
func (e *Execution) turn(ctx context.Context, p *plan.Case, t *result.Turn, index int, images []sdk.Image) {
	in := e.input(t, images)
	in.CaseID, in.Turn, in.Vars, in.Secrets = p.ID, index, p.Vars(), p.Secrets
	in.Ask = func(ctx context.Context, backend string, req sdk.Request) (sdk.Response, bool, error) {
		r, cached, err := e.pool.Ask(ctx, infer.Request{Request: req, Backend: backend, Never: p.NoCache, Timeout: p.Timeout})
		b := e.plan.Project.Backends[backend]
		if u := r.Usage; err == nil {
			if cost := costOf(b, result.Tokens{Text: u.TextTokens, Image: u.ImageTokens, Output: u.OutputTokens, Cached: u.CachedTokens}, cached); cost != nil {
				t.JudgeCosts = append(t.JudgeCosts, *cost)
			}
		}
		said := b.Reasoning.Apart(r)
		r.Text, r.Reasoning = said.Answer, said.Reasoning
		return r, cached, err
	}
	if written := p.Turns[index].Written; written != "" {
		in.PromptSHA256 = check.PromptDigest(written)
	}
	t.Cost = costOf(e.plan.Project.Backends[p.Backend], t.Tokens, t.Cached)
	for _, c := range p.Checks[index] {
		v := judge(ctx, c, in)
		if v.File == "" {
			v.File, v.Line = c.Pos.File, c.Pos.Line
		}
		noteCutOff(&v, t)
		t.Verdicts = append(t.Verdicts, v)
	}
}

// input is what a check may look at of an answer.
func (e *Execution) input(t *result.Turn, images []sdk.Image) check.Input {
	return check.Input{
		Prompt: t.Prompt, Answer: t.Answer, Reasoning: t.Reasoning, Unclosed: t.Unclosed, Finish: t.Finish, Images: images, Shown: t.Shown,
		Timings: t.Timings, Tokens: t.Tokens, LogProbs: t.LogProbs, Cached: t.Cached, Goldens: e.plan.Goldens(),
	}
}

// noteCutOff says of a failing verdict that the answer is not whole.
func noteCutOff(v *result.Verdict, t *result.Turn) {
	if t.Finish != string(sdk.FinishLength) || v.Outcome.Passing() {
		return
	}
	cut := fmt.Sprintf("the answer was cut off after %d output tokens (finish: length): raise max_tokens, or the backend's context", t.Tokens.Output)
	if v.Reason != "" {
		cut = v.Reason + "; " + cut
	}
	v.Reason = cut
}

// judge asks a check; one that panics is an error of its own.
func judge(ctx context.Context, c check.Check, in check.Input) (v result.Verdict) {
	defer func() {
		if p := recover(); p != nil {
			v = result.Verdict{Kind: "internal", Outcome: result.Error, Reason: fmt.Sprintf("the check panicked: %v; please report this", p)}
		}
	}()
	return c.Judge(ctx, in)
}

// conclude makes the outcome of a case from its samples.
func conclude(p *plan.Case, c *result.Case) {
	n := map[result.Outcome]int{}
	for _, s := range c.Samples {
		n[s.Outcome]++
	}
	passes, needed := n[result.Passed], p.Require.Passes(p.Repeat)
	if p.Decided || p.Sequential > 0 {
		c.MaxSamples, c.Sequential = p.Repeat, p.Sequential
	}
	switch {
	case p.Sequential > 0:
		concludeRate(p, c, n[result.Error])
	case passes >= needed:
		c.Outcome = result.Passed
	case passes+n[result.Error] >= needed: // the samples that are missing could have passed
		c.Outcome = result.Error
	case passes+n[result.Error]+n[result.Stale] >= needed:
		c.Outcome = result.Stale
	case passes > 0:
		c.Outcome = result.Unstable
	case n[result.Unchecked] == len(c.Samples):
		c.Outcome = result.Unchecked
	default:
		c.Outcome = result.Failed
	}
	c.Score = scoreOf(c.Samples)
	if c.Outcome != result.Passed && c.Reason == "" {
		c.Reason = reasonOf(c, passes, needed)
	}
	if p.XFail != "" {
		expectFailure(c)
	}
	quarantined(c)
}

// quarantined keeps a case from gating, or says that it gates again.
func quarantined(c *result.Case) {
	q := c.Quarantine
	if q == nil {
		return
	}
	q.Outcome = c.Outcome
	switch {
	case c.Passing():
	case q.Expired:
		c.Reason = fmt.Sprintf("its quarantine ended on %s (%s); %s", q.Until, q.Reason, c.Reason)
	default:
		c.Outcome = result.Quarantined
	}
}

func expectFailure(c *result.Case) {
	switch {
	case c.Outcome == result.Passed:
		c.Outcome, c.Reason = result.XPassed, "it passes, and is marked xfail: "+c.XFail+"; remove the mark"
	case c.Outcome != result.Failed && c.Outcome != result.Unstable:
		// an error or a stale golden says nothing about the failure that was expected
	case slices.ContainsFunc(c.Samples, result.Sample.Broken): // nor does the mark excuse what broke
		c.Outcome, c.Reason = result.Error, whatBroke(c)
	default:
		c.Outcome = result.XFailed
	}
}

// reasonOf is why the first sample that did not pass did not.
func reasonOf(c *result.Case, passes, needed int) string {
	var reason string
	for _, s := range c.Samples {
		if s.Outcome != result.Passed {
			reason = whyNot(s, s.Outcome)
			break
		}
	}
	switch {
	case c.MaxSamples > len(c.Samples):
		return fmt.Sprintf("stopped at %d of at most %d samples: %d passed, %d needed; %s", len(c.Samples), c.MaxSamples, passes, needed, reason)
	case len(c.Samples) > 1:
		return fmt.Sprintf("%d of %d samples passed, %d needed; %s", passes, len(c.Samples), needed, reason)
	}
	return reason
}

// whatBroke is why something of a case could not be judged.
func whatBroke(c *result.Case) string {
	for _, s := range c.Samples {
		if s.Broken() {
			return whyNot(s, result.Error)
		}
	}
	return ""
}

// whyNot is why a sample ended so.
func whyNot(s result.Sample, outcome result.Outcome) string {
	if s.Error != nil && outcome == result.Error {
		return s.Error.Message
	}
	for i, t := range s.Turns {
		for _, v := range t.Verdicts {
			if v.Warn || v.Outcome != outcome {
				continue
			}
			if len(s.Turns) > 1 {
				return fmt.Sprintf("turn %d: %s: %s", i+1, v.Kind, v.Reason)
			}
			return v.Kind + ": " + v.Reason
		}
	}
	return "no check judged the answer"
}

// scoreOf is the mean over samples of the weighted mean over verdicts; a sample
// without an answer counts 0; warnings do not count, nor what could not be judged.
func scoreOf(samples []result.Sample) float64 {
	total := 0.0
	for _, s := range samples {
		sum, weights := 0.0, 0.0
		for _, t := range s.Turns {
			for _, v := range t.Verdicts {
				if v.Warn || v.Outcome == result.Error {
					continue
				}
				w := v.Weight
				if w == 0 {
					w = 1
				}
				sum, weights = sum+w*v.Score, weights+w
			}
		}
		if weights > 0 && s.Error == nil {
			total += sum / weights
		}
	}
	return total / float64(max(len(samples), 1))
}

// describeImages fills in what was seen of the images, in the order shown.
func describeImages(c *result.Case, byTurn [][]sdk.Image) {
	if len(byTurn) == 0 {
		return
	}
	for i, img := range byTurn[len(byTurn)-1] {
		if i < len(c.Images) {
			c.Images[i].SHA256, c.Images[i].Width, c.Images[i].Height = img.SHA256, img.Width, img.Height
		}
	}
}
