package check

import (
	"context"
	"fmt"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// readings are answers that show how a kind of check reads. What it makes of them
// is found out by asking it, so that documentation cannot say what is not so.
type readings struct {
	entry   string   // YAML of the check that they are put to
	reads   []string // answers that it reads
	refuses []string // answers that cannot be read
	// ruled is the same check by the rule of a toolkit, and differs an answer that it
	// reads another way; "" where the kind has no rule.
	ruled, differs string
}

// Reading is what a check makes of an answer.
type Reading struct {
	Entry, Answer string
	Read          string // what is read, or why it cannot be
	Unread        bool
}

// shown are the readings of the kinds that read something out of a text.
var shown = map[string]readings{
	"boxes": {
		entry:   "boxes: {targets: [[0.1, 0.2, 0.4, 0.6]]}",
		reads:   []string{"[0.1, 0.2, 0.4, 0.6]", `{"x": "10%", "y": "20%", "width": "30%", "height": "40%"}`, "<loc0205><loc0102><loc0614><loc0410> cat"},
		refuses: []string{"[452, 118, 600, 300]", "[0.4, 0.6, 0.1, 0.2]", "in the upper left"},
	},
	"choice": {
		entry:   "choice: {options: [red, green, blue], answer: green}",
		reads:   []string{"The answer is **B**.", "It isn't red, it is green.", `{"answer": "(b) green"}`},
		refuses: []string{"A big object", "A or B", "It is not green."},
		ruled:   "choice: {options: [red, green, blue], answer: green, rule: vlmevalkit}",
		differs: "A big object",
	},
	"count": {
		entry:   "count: 1",
		reads:   []string{"There are none.", "[]", "(0.1, 0.2) and (0.3, 0.4)"},
		refuses: []string{"I cannot tell.", "(452, 118)", "(0.1, 0.2) (0.1, 0.2)"},
	},
	"json": {
		entry:   "json: {schema: {type: object}}",
		reads:   []string{"```json\n{\"n\": 1}\n```", `As in [1], it is {"n": 2}`, `First {"n": 1}, then {"n": 3}`},
		refuses: []string{`{"n": 1, "boxes": [{"x": 2}, {"x"`, `{'n': 1}`, "There are 3."},
	},
	"keypoints": {
		entry:   "keypoints: {targets: [[0.5, 0.25]], within: 0.1}",
		reads:   []string{"at (0.5, 0.25)", "x: 50%, y: 25%", `<point x="50.0" y="25.0" alt="cup">cup</point>`},
		refuses: []string{"(452, 118)", `{"point": [250, 500]}`, "left of the lamp"},
	},
	"number": {
		entry:   "number: 5",
		reads:   []string{"It is **-5** °C.", "There are twenty-one.", "3 red and 2 blue. Answer: 5"},
		refuses: []string{"more than 5", "between 3 and 5", "The BMW X5"},
		ruled:   "number: {value: 5, rule: mmmu}",
		differs: "The answer is between 3 and 5.",
	},
	"points_in": {
		entry:   "points_in: {box: [0, 0, 0.5, 1], format: qwen3-vl}",
		reads:   []string{`[{"point_2d": [452, 118], "label": "cup"}]`, "[452, 118]", "452, 118"},
		refuses: []string{"[1920, 1080]", "There are none.", "on the table"},
	},
	"prefers": {
		entry:   "prefers: first",
		reads:   []string{"**sdk.Image 2**", "Not the first one, the second.", "A is sharper."},
		refuses: []string{"Not the first one.", "A dog in a garden", "Both look good."},
		ruled:   "prefers: {answer: first, rule: depictqa}",
		differs: "The first one",
	},
	"relaxed": {
		entry:   "relaxed: 40",
		reads:   []string{"41", "The bar shows 39.5 %.", "forty"},
		refuses: []string{"between 30 and 40", "over 40", "I cannot tell."},
		ruled:   "relaxed: {answer: 40, rule: vlmevalkit}",
		differs: "The bar shows 39.5 %.",
	},
	"score": {
		entry:   "score: {min: 4, scale: [1, 5]}",
		reads:   []string{"four out of five", "On a scale of 1 to 5, I'd give it a 4.", "**3.5**/5"},
		refuses: []string{"4/10", "On a scale of 1 to 10: 4", "4 or 5"},
		ruled:   "score: {min: 4, rule: depictqa}",
		differs: "Rating: 4",
	},
	"yes_no": {
		entry:   `yes_no: "yes"`,
		reads:   []string{"**Yes**, there is no doubt.", `{"answer": false}`, "No. The sign says \"yes\"."},
		refuses: []string{"There is a circle with no border.", "Yes and no.", "Maybe."},
		ruled:   `yes_no: {answer: "yes", rule: vlmevalkit}`,
		differs: "There is a circle with no border.",
	},
}

// Readings shows how a kind of check reads: three answers and more that it reads,
// three and more that cannot be read. Empty for a kind that reads nothing out of a
// text.
func Readings(kind string) []Reading {
	r := shown[kind]
	var out []Reading
	for _, answer := range append(r.reads, r.refuses...) {
		out = append(out, readingOf(r.entry, answer))
	}
	return out
}

// Ruled shows one answer that a kind of check reads one way and a toolkit's rule
// another; empty for a kind that has no rule.
func Ruled(kind string) []Reading {
	r := shown[kind]
	if r.ruled == "" {
		return nil
	}
	return []Reading{readingOf(r.entry, r.differs), readingOf(r.ruled, r.differs)}
}

func readingOf(entry, answer string) Reading {
	v := judged(entry, answer)
	read := v.Actual
	if v.Unread {
		read = v.Reason
	}
	return Reading{Entry: entry, Answer: answer, Read: read, Unread: v.Unread}
}

// judged puts an answer to a check that is known to be well-formed.
func judged(entry, answer string) result.Verdict {
	n, err := spec.Parse("checks.yaml", []byte(entry))
	if err != nil {
		return broken("%v", err)
	}
	c, err := Compile(n, Env{})
	if err != nil {
		return broken("%v", err)
	}
	return c.Judge(context.Background(), Input{Answer: answer, Images: []sdk.Image{{Width: 640, Height: 480}}})
}

// writeReadings adds the tables of how a kind reads to its documentation.
func writeReadings(b *strings.Builder, kind string) {
	all := Readings(kind)
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(b, "\nHow `%s` reads:\n\n| answer | read |\n|---|---|\n", all[0].Entry)
	for _, r := range all {
		fmt.Fprintf(b, "| %s | %s |\n", codeCell(r.Answer), cell(r.Read))
	}
	if ruled := Ruled(kind); ruled != nil {
		fmt.Fprintf(b, "\nOf %s `%s` makes: %s. Without a rule: %s.\n", codeCell(ruled[0].Answer), ruled[1].Entry, cell(ruled[1].Read), cell(ruled[0].Read))
	}
}

// codeCell is a text as code in a table.
func codeCell(s string) string {
	return "`` " + cell(strings.ReplaceAll(s, "\n", "⏎")) + " ``"
}

func cell(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "\n", " "), "|", `\|`) }
