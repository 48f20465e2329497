// Package check holds the assertions a spec can make about an answer. Start
// reading at [Compile] and at the registry in registry.go: one sorted map from
// kind to its description. Each kind lives in a file of its own.
package check

import (
	"context"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/secret"
)

// Check judges answers. It is safe for concurrent use.
type Check interface {
	Judge(ctx context.Context, in Input) result.Verdict
}

// Input is what a check may look at.
type Input struct {
	CaseID   string
	Turn     int    // index of the turn, 0 for single-turn cases
	Prompt   string // text of the turn, with <image> where an image stood
	Answer   string // without the reasoning
	Finish   string
	Images   []sdk.Image    // of the whole conversation up to this turn
	Shown    []result.Size  // at which the model was shown each of Images; nil, or 0 by 0, when not known
	Timings  result.Timings // zero for a cached answer
	Tokens   result.Tokens
	LogProbs []float64
	Cached   bool // the answer was taken from the cache
	Vars     map[string]any
	Goldens  Goldens // nil when no golden store is there
	// Secrets are those of the case; goldens hold their names instead. Nil is none.
	Secrets *secret.Set
	// PromptSHA256 is what a golden records of the prompt, where that is not the
	// digest of Prompt: of the prompt as it is written, with ${env:NAME} for secrets.
	PromptSHA256 string

	Reasoning string // what the model thought before it answered
	Unclosed  bool   // the reasoning does not end, so that there is no answer

	// Ask puts a request to a backend by its name, for judges; nil when there is
	// nobody to be asked. The reasoning is apart from the text of the response. cached
	// says that the answer was taken from the cache.
	Ask func(ctx context.Context, backend string, req sdk.Request) (r sdk.Response, cached bool, err error)
}

// Goldens finds the accepted answers of a case.
type Goldens interface {
	// Accepted returns the golden of a turn of a case, or false when there is none.
	Accepted(caseID string, turn int) (Golden, bool)
}

// Golden is what was accepted for a case and what it was made from.
type Golden struct {
	Answers []string
	// Prompt and Images are SHA-256 hex digests of what the answers were
	// accepted for; empty when not recorded. Others now make the golden stale.
	Prompt string
	Images []string
	// Tolerance passes an answer that equals none of Answers, when all of it does.
	Tolerance []Check
}
