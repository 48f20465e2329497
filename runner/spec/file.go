package spec

import "time"

// The structs below are the spec language: the decoder and the JSON Schema
// are both made from them.

// settings may stand in a suite, in the defaults it includes, and in a case.
// What is given there replaces what the level above gave, but labels and vars
// add up and params are replaced one by one.
type settings struct {
	Backends []at[string]  `yaml:"backends" doc:"backends to ask, names from vlmspec.yaml; each case runs on each of them"`
	System   prompt        `yaml:"system" doc:"system prompt: text, or {file: path}"`
	Labels   []label       `yaml:"labels" doc:"words to select cases by"`
	Params   params        `yaml:"params" doc:"how the model generates"`
	Repeat   repeat        `yaml:"repeat" doc:"samples per case; {max: 20, until: decided} stops as soon as no further sample could change whether the case passes"`
	Require  Require       `yaml:"require" doc:"how many samples must pass: all, any, 4/5 or 80%"`
	Timeout  time.Duration `yaml:"timeout" doc:"limit per sample, from dispatch to last token, such as 30s"`
	Vars     vars          `yaml:"vars" doc:"names that ${name} stands for"`
	Skip     reason        `yaml:"skip" doc:"why it does not run"`
	XFail    reason        `yaml:"xfail" doc:"why it is known to fail; passing is then reported as a failure"`
	Cache    string        `yaml:"cache" enum:"auto|never" doc:"never asks the backend in every run and caches no answer; auto, the default, takes what an earlier run has kept"`
	Sizing   `yaml:",inline"`

	Reasoning reasoningRule `yaml:"reasoning" doc:"how a model marks what it thinks before it answers, which no check reads: {open: <think>, close: </think>}; auto, the default, knows the usual marks; keep leaves it in the answer"`
}

// params are sdk.Params as written; nil is not given.
type params struct {
	MaxTokens     *int           `yaml:"max_tokens" min:"1" doc:"most tokens to generate"`
	Temperature   *float64       `yaml:"temperature" min:"0" doc:"0 always takes the likeliest token"`
	TopP          *float64       `yaml:"top_p" above:"0" max:"1" doc:"sample from the likeliest tokens of this total probability"`
	TopK          *int           `yaml:"top_k" min:"0" doc:"sample from this many tokens; 0 is off"`
	MinP          *float64       `yaml:"min_p" min:"0" max:"1" doc:"drop tokens less likely than this share of the likeliest"`
	RepeatPenalty *float64       `yaml:"repeat_penalty" above:"0" doc:"1 is off"`
	Seed          *uint32        `yaml:"seed" doc:"seed of the first sample; the next ones count up"`
	Stop          []string       `yaml:"stop" doc:"texts that end an answer"`
	Extra         map[string]any `yaml:"extra" doc:"parameters of one backend, passed through"`
}

// defaultsFile is a file that `include` names.
type defaultsFile struct {
	Include  include `yaml:"include" doc:"file, or list of files, whose settings apply here too"`
	settings `yaml:",inline"`

	ExpectMetric expectations `yaml:"expect_metric" doc:"a published score that a metric of the suite is to reproduce, or a list of them: {mmmu: 38.8, within: 2.0, source: ...}, in percent"`
}

// specFile is a spec.
type specFile struct {
	Suite        string `yaml:"suite" required:"true" doc:"the name of the suite"`
	defaultsFile `yaml:",inline"`
	Cases        cases       `yaml:"cases" required:"true" doc:"the test cases"`
	Metrics      metrics     `yaml:"metrics" doc:"metrics over the cases of the suite, and the bounds they must keep"`
	Parity       *parityFile `yaml:"parity" doc:"backends that must answer like another one: {of: tiny, with: [tiny-new]}; the cases run on all of them"`
}

// parityFile is `parity`.
type parityFile struct {
	Of         at[string]   `yaml:"of" required:"true" doc:"the backend that the others are compared with"`
	With       []at[string] `yaml:"with" required:"true" doc:"the backends that are compared with it"`
	Verdicts   *float64     `yaml:"verdicts" min:"0" max:"1" doc:"least share of cases whose checks judge alike; 1 when not given"`
	Answers    *float64     `yaml:"answers" min:"0" max:"1" doc:"least share of cases with the same answers, to the letter; no bound when not given"`
	FirstToken *float64     `yaml:"first_token" min:"0" doc:"greatest difference of the log-probabilities of the first token of equal answers; no bound when not given"`
}

// turnFile is a user message and what its answer must satisfy.
type turnFile struct {
	Image   images    `yaml:"image" doc:"image shown before the prompt: a path, or a list of paths"`
	Prompt  prompt    `yaml:"prompt" doc:"what to ask: text, or {file: path}"`
	Content []content `yaml:"content" doc:"instead of image and prompt: texts and images in reading order"`
	Expect  expect    `yaml:"expect" doc:"the checks of the answer"`
	Video   any       `yaml:"video" later:"true"`
}

// caseFile is an item of `cases`.
type caseFile struct {
	Name     string   `yaml:"name" required:"true" doc:"the name of the case, unique in its suite; with rows put a ${column} in it"`
	Rows     rows     `yaml:"rows" doc:"one case per row: a list of maps, or a .csv, .tsv, .json, .jsonl, .parquet or .xlsx file"`
	Only     at[bool] `yaml:"only" doc:"run no case but those with only; refused in CI"`
	settings `yaml:",inline"`
	turnFile `yaml:",inline"`
	Turns    []turnFile `yaml:"turns" doc:"a conversation: messages that each see the answers before"`
	Perturb  any        `yaml:"perturb" later:"true"`
}
