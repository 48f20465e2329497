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
	groupLogic   = "logic"
)

var groups = []string{groupText, groupAnswers, groupVision, groupQuality, groupLogic, groupCost, groupCode}

// later are kinds the language has room for.
var later = map[string]bool{"memory": true}

// kinds is every kind of check, by name.
var kinds = map[string]kind{
	allOf: {
		group: groupLogic, short: "checks",
		summary: "Every one of the checks holds. The score is the mean of theirs.",
		example: "all_of: [contains: circle, {length: {max: 10, unit: words}}]",
		args:    func() arguments { return &groupCheck{how: allOf} },
	},
	"anls": {
		group: groupAnswers, short: "answers",
		summary: "The answer is spelt much like one of the right ones: average normalised Levenshtein similarity, as DocVQA counts it.",
		example: "anls: [Rue de Rivoli]",
		source:  "open-compass/VLMEvalKit, dataset/utils/vqa_eval.py",
		args:    func() arguments { return &anlsCheck{} },
	},
	anyOf: {
		group: groupLogic, short: "checks",
		summary: "At least one of the checks holds. The score is the best of theirs.",
		example: "any_of: [equals: a disc, {all_of: [contains: red, contains: circle]}]",
		args:    func() arguments { return &groupCheck{how: anyOf} },
	},
	"boxes": {
		group:   groupVision,
		summary: "The boxes of the answer, matched one to one with the targets, overlap them. The score is the share of targets found, less boxes too many.",
		example: "boxes: {targets: [[0.1, 0.2, 0.4, 0.6]], iou: 0.5}",
		source:  "IoU and Acc@0.5 as open-compass/VLMEvalKit, dataset/refcoco.py",
		args:    func() arguments { return &boxesCheck{} },
	},
	"choice": {
		group:   groupAnswers,
		summary: "The answer chooses the right option: by a statement (\"the answer is B\"), by being a letter or an option's text, or by the only option that stands in it as whole words and is not denied.",
		example: "choice: {options: [red, green, blue], answer: blue}",
		source:  "with rule: vlmevalkit, open-compass/VLMEvalKit, utils/matching_util.py (can_infer)",
		args:    func() arguments { return &choiceCheck{} },
	},
	"command": {
		group: groupCode, short: "run",
		summary: "A program judges: it reads the answer as JSON on standard input and prints {\"pass\": true, \"reason\": \"...\"} or {\"score\": 0.5}. When it fails, hangs or prints something else, the case is an error.",
		example: "command: {run: [python3, judge.py], timeout: 5s}",
		args:    func() arguments { return &commandCheck{} },
	},
	"confidence": {
		group: groupQuality, short: "min",
		summary: "The model was sure of its answer, by the probabilities of its tokens. A backend that gives none makes it an error.",
		example: "confidence: {min: 0.9, of: least}",
		args:    func() arguments { return &confidenceCheck{} },
	},
	"contains": {
		group: groupText, short: "text",
		summary: "The text stands in the answer. Upper and lower case, Unicode compatibility forms, Markdown, quotes, fences and line breaks do not matter.",
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
		summary: "The answer is the text. On both sides Markdown, fences, quotes around it, NFKC, case, white space and final punctuation do not matter.",
		example: "equals: red",
		args:    func() arguments { return &equalsCheck{} },
	},
	"exact": {
		group: groupText, short: "text",
		summary: "The answer is the text, byte for byte.",
		example: "exact: Red.",
		args:    func() arguments { return &exactCheck{} },
	},
	"expr": {
		group: groupCode, short: "that",
		summary: "An expression over the answer is true, or scores high enough. Where it cannot be decided, for a key that the answer does not have, the answer cannot be read.",
		example: `expr: len(points) == 2 && points[0].x < points[1].x`,
		source:  "the language is expr-lang.org",
		args:    func() arguments { return &exprCheck{} },
	},
	"golden": {
		group: groupText, bare: true,
		summary: "The answer equals (as `equals` compares) one that was accepted for this case in golden/<suite>.yaml, " +
			"or keeps to the tolerance that was accepted with it. It is stale when the prompt or an image has changed since.",
		example: "golden",
		args:    func() arguments { return &goldenCheck{} },
	},
	"json": {
		group: groupText, bare: true,
		summary: "The answer holds JSON: all of it, else the last fenced block, else the last object, or list, amid prose; it has the path, and what is there satisfies the JSON Schema. What stands inside broken JSON is none.",
		example: `json: {schema: {type: object, required: [color]}, path: "$.shapes[0]"}`,
		args:    func() arguments { return &jsonCheck{} },
	},
	"judge": {
		group: groupQuality, short: "rubric",
		summary: "Another backend grades the answer against a rubric. Its grade, its prompt and its answer are recorded. A judge that fails, or gives no grade, is an error, not a failure.",
		example: `judge: {rubric: The answer names every shape and adds none., backend: judge, min: 0.8}`,
		args:    func() arguments { return &judgeCheck{} },
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
	noneOf: {
		group: groupLogic, short: "checks",
		summary: "None of the checks holds, and each could be judged: an answer that is empty, was cut off or cannot be read proves no absence.",
		example: "none_of: [contains: square, contains: triangle]",
		args:    func() arguments { return &groupCheck{how: noneOf} },
	},
	"number": {
		group: groupAnswers, short: "value",
		summary: "The answer gives the number, in digits of any script or in English words: -5, 1,234, 3 million, twenty-one, ½. Parts of names (X5), list and page numbers are none; bounds, dates and powers cannot be read.",
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
	"prefers": {
		group: groupQuality, short: "answer",
		summary: "Of two images, the answer prefers this one: it names it, and not the other. The article A and what is denied name none.",
		example: "prefers: first",
		args:    func() arguments { return &prefersCheck{} },
	},
	"relaxed": {
		group: groupAnswers, short: "answer",
		summary: "The answer gives the number, give or take 5 %, or is the text.",
		example: "relaxed: {answer: 42, tolerance: 0.05}",
		source:  "with rule: vlmevalkit, google-research/pix2struct, metrics.py",
		args:    func() arguments { return &relaxedCheck{} },
	},
	"score": {
		group:   groupQuality,
		summary: "The rating in the answer (4, 4/5, \"four out of five\") is in a range, or near another one. One on another scale than `scale` cannot be read.",
		example: "score: {near: 4, within: 1, scale: [1, 5]}",
		args:    func() arguments { return &scoreCheck{} },
	},
	"similar": {
		group:   groupText,
		summary: "The answer is similar to a text, by words or by characters.",
		example: "similar: {to: a red circle and a blue square, metric: rouge_l, min: 0.7}",
		source:  "ROUGE-L and BLEU of salaniz/pycocoevalcap, on the words of UAX #29; with rule: coco, on its tokens",
		args:    func() arguments { return &similarCheck{} },
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
	"vqa": {
		group: groupAnswers, short: "answers",
		summary: "The answer agrees with annotators: VQA accuracy, min(1, others who said so / 3), after VQA's normalisation of both sides.",
		example: "vqa: {answers: [red, red, red, crimson, red, red, dark red, red, red, red], min: 0.6}",
		source:  "open-compass/VLMEvalKit, dataset/utils/vqa_eval.py",
		args:    func() arguments { return &vqaCheck{} },
	},
	"yes_no": {
		group: groupAnswers, short: "answer",
		summary: "The answer says yes, or no: by its first word, by a statement, or by the only one of the two words that answers (\"no border\" does not).",
		example: `yes_no: "yes"`,
		source:  "with rule: vlmevalkit, open-compass/VLMEvalKit, dataset/utils/yorn.py",
		args:    func() arguments { return &yesNoCheck{} },
	},
}

func names() []string { return slices.Sorted(maps.Keys(kinds)) }
