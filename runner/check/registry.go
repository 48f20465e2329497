package check

import (
	"context"
	"maps"
	"slices"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// kind describes one kind of check.
type kind struct {
	group   string
	summary string // a sentence
	short   string // the key that a value which is no map stands for, "" when there is none
	bare    bool   // the kind alone will do: `- golden`
	example string // YAML of an entry of `expect`
	source  string // whose definition it is, "" for our own
	args    func() arguments
}

// arguments are the keys a kind takes, a pointer to a struct that embeds
// common. Once compiled they never change, and judge.
type arguments interface {
	keys() *common
	// compile refuses arguments that make no sense; n is the check's value.
	compile(n spec.Node, env Env) error
	judge
}

// judge looks at the text a check is on. Kind, weight, warn, place and `not`
// are added by wrapped.
type judge interface {
	judge(ctx context.Context, in Input, text string) result.Verdict
}

// The groups, in the order of the documentation.
const (
	groupText    = "text"
	groupAnswers = "answers"
	groupVision  = "vision"
	groupQuality = "quality"
	groupCost    = "cost"
	groupCode    = "code"
)

var groups = []string{groupText, groupAnswers, groupVision, groupQuality, groupCost, groupCode}

// later are kinds the language has room for.
var later = map[string]bool{"judge": true, "memory": true}

// kinds is every kind of check, by name.
var kinds = map[string]kind{
	"contains": {
		group: groupText, short: "text",
		summary: "The text stands in the answer. Upper and lower case and Unicode compatibility forms do not matter.",
		example: "contains: circle",
		args:    func() arguments { return &containsCheck{} },
	},
	"contains_all": {
		group: groupText, short: "texts",
		summary: "All of the texts stand in the answer. The score is the share that does.",
		example: "contains_all: [red, circle]",
		args:    func() arguments { return &containsAllCheck{} },
	},
	"contains_any": {
		group: groupText, short: "texts",
		summary: "At least one of the texts stands in the answer.",
		example: "contains_any: [circle, disc]",
		args:    func() arguments { return &containsAnyCheck{} },
	},
	"count": {
		group: groupVision, short: "value",
		summary: "The answer holds so many points, or boxes. To compare a number in words or digits, use number.",
		example: "count: {min: 1, max: 3, of: boxes}",
		args:    func() arguments { return &countCheck{} },
	},
	"equals": {
		group: groupText, short: "text",
		summary: "The answer is the text, after NFKC, case folding, trimming and dropping final punctuation on both sides.",
		example: "equals: red",
		args:    func() arguments { return &equalsCheck{} },
	},
	"exact": {
		group: groupText, short: "text",
		summary: "The answer is the text, byte for byte.",
		example: "exact: Red.",
		args:    func() arguments { return &exactCheck{} },
	},
	"golden": {
		group: groupText, bare: true,
		summary: "The answer equals (as `equals` compares) one that was accepted for this case in golden/<suite>.yaml. " +
			"It is stale when the prompt or an image has changed since.",
		example: "golden",
		args:    func() arguments { return &goldenCheck{} },
	},
	"json": {
		group: groupText, bare: true,
		summary: "The answer holds JSON, bare, fenced or amid prose; it has the path, and what is there satisfies the JSON Schema.",
		example: `json: {schema: {type: object, required: [color]}, path: "$.shapes[0]"}`,
		args:    func() arguments { return &jsonCheck{} },
	},
	"keypoints": {
		group:   groupVision,
		summary: "The points of the answer, matched one to one with the targets, lie near them. The score is the share of targets found, less points too many.",
		example: "keypoints: {targets: [[0.72, 0.34]], within: 0.08}",
		args:    func() arguments { return &keypointsCheck{} },
	},
	"latency": {
		group: groupCost, short: "max",
		summary: "The answer came in time.",
		example: "latency: 2s",
		args:    func() arguments { return &latencyCheck{} },
	},
	"length": {
		group:   groupText,
		summary: "The answer is so long. White space around it does not count.",
		example: "length: {max: 20, unit: words}",
		args:    func() arguments { return &lengthCheck{} },
	},
	"matches": {
		group: groupText, short: "pattern",
		summary: "The regular expression (RE2) matches somewhere in the answer; ^ and $ tie it to the ends.",
		example: `matches: "(?i)^(red|crimson) circle"`,
		args:    func() arguments { return &matchesCheck{} },
	},
	"number": {
		group: groupAnswers, short: "value",
		summary: "The answer holds the number, in digits or as an English word up to twenty.",
		example: "number: {value: 3, abs: 1}",
		args:    func() arguments { return &numberCheck{} },
	},
	"one_of": {
		group: groupText, short: "texts",
		summary: "The answer equals (as `equals` compares) one of the texts.",
		example: "one_of: [red, crimson]",
		args:    func() arguments { return &oneOfCheck{} },
	},
	"points_in": {
		group:   groupVision,
		summary: "The points of the answer lie inside a region. The score is the share that does.",
		example: "points_in: {box: [0, 0, 0.5, 1]}",
		args:    func() arguments { return &pointsInCheck{} },
	},
	"score": {
		group:   groupQuality,
		summary: "The rating in the answer (4, 4/5, \"4 out of 5\") is in a range, or near another one.",
		example: "score: {near: 4, within: 1, scale: [1, 5]}",
		args:    func() arguments { return &scoreCheck{} },
	},
	"starts_with": {
		group: groupText, short: "text",
		summary: "The answer, trimmed, begins with the text. Upper and lower case do not matter.",
		example: "starts_with: A red",
		args:    func() arguments { return &startsWithCheck{} },
	},
	"tokens": {
		group:   groupCost,
		summary: "The answer, or its prompt, has so many tokens.",
		example: "tokens: {max: 16}",
		args:    func() arguments { return &tokensCheck{} },
	},
	"yes_no": {
		group: groupAnswers, short: "answer",
		summary: "The answer says yes, or no: exactly one of the two words stands in it.",
		example: `yes_no: "yes"`,
		source:  "open-compass/VLMEvalKit, dataset/utils/yorn.py",
		args:    func() arguments { return &yesNoCheck{} },
	},
}

func names() []string { return slices.Sorted(maps.Keys(kinds)) }
