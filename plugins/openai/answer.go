package main

import (
	"math"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// reader takes an answer to pieces. An error of kind Unavailable is worth another try.
type reader interface {
	// piece reads one event of a stream.
	piece(a *answer, data []byte) error
	// whole reads an answer that came at one time.
	whole(a *answer, data []byte) error
}

// answer is an answer as far as it has come.
type answer struct {
	emit func(string)
	sent time.Time
	// first is when the first token came; zero before.
	first time.Time

	text, reasoning, refusal strings.Builder
	finish                   string // as the server says it; "" before it does
	usage                    sdk.Usage
	prompt                   int // tokens of the prompt, as the server counts
	logProbs                 []float64
}

func (a *answer) say(text string) {
	if text == "" {
		return
	}
	a.begun()
	a.text.WriteString(text)
	if a.emit != nil {
		a.emit(text)
	}
}

func (a *answer) think(text string) {
	if text != "" {
		a.begun()
		a.reasoning.WriteString(text)
	}
}

func (a *answer) begun() {
	if a.first.IsZero() {
		a.first = time.Now()
	}
}

// logProb notes that of a token. What rounding brought above 0 is 0, and what JSON
// cannot write is as small as servers write it.
func (a *answer) logProb(p float64) {
	if math.IsNaN(p) {
		p = math.Inf(-1)
	}
	a.logProbs = append(a.logProbs, min(max(p, -9999), 0))
}

// response is the whole answer, or why there is none: a refusal, a filter and a
// server that stopped in the middle never pass as what the model said.
func (a *answer) response() (r sdk.Response, err error) {
	switch a.finish {
	case "stop", "eos", "eos_token", "stop_sequence", "completed":
		r.Finish = sdk.FinishStop
	case "length", "max_output_tokens", "max_tokens":
		r.Finish = sdk.FinishLength
	case "":
		return r, sdk.Errorf(sdk.Unavailable, "the server's answer is cut off: it does not say why it ended")
	case "content_filter":
		return r, sdk.Errorf(sdk.InvalidRequest, "the server withheld the answer (finish_reason content_filter)%s", after(a.text.String()))
	case "tool_calls", "function_call":
		return r, sdk.Errorf(sdk.InvalidRequest, "the model called a tool instead of answering (finish_reason %s)", a.finish)
	case "abort", "error", "cancelled", "failed":
		return r, sdk.Errorf(sdk.Unavailable, "the server gave up the answer (finish_reason %s)%s", a.finish, after(a.text.String()))
	default:
		return r, sdk.Errorf(sdk.Internal, "the server ended its answer with finish_reason %q, which is not known", a.finish)
	}
	if refusal := trimmed(a.refusal.String()); refusal != "" {
		return r, sdk.Errorf(sdk.InvalidRequest, "the model refused to answer: %s", shortened(refusal))
	}
	ended := time.Now()
	r.Text, r.Reasoning = trimmed(a.text.String()), trimmed(a.reasoning.String())
	r.Usage, r.LogProbs = a.usage, a.logProbs
	if a.first.IsZero() {
		a.first = ended
	}
	r.Timings.Prefill, r.Timings.Decode = a.first.Sub(a.sent), ended.Sub(a.first)
	return r, nil
}

func after(text string) string {
	if text = trimmed(text); text != "" {
		return " after " + shortened(text)
	}
	return ""
}
