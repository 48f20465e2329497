package check

import (
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/result"
)

// Form is not content: what text checks ignore, and what they do not.
func TestForm(t *testing.T) {
	for _, r := range []struct {
		entry, answer string
		passes        bool
	}{
		{"equals: blue", "**blue**", true},
		{"equals: blue", "***blue***.", true},
		{"equals: blue", "_blue_", true},
		{"equals: blue", "`blue`", true},
		{"equals: blue", "```\nblue\n```", true},
		{"equals: blue", "```text\nblue\n```\n", true},
		{"equals: blue", "~~~\nblue\n~~~", true},
		{"equals: blue", "# blue", true},
		{"equals: blue", "“blue”", true},
		{"equals: blue", "‘blue’.", true},
		{"equals: blue", "«blue»", true},
		{"equals: blue", "「blue」", true},
		{"equals: blue", "„blue“", true},
		{"equals: blue", `\boxed{blue}`, true},
		{"equals: blue", `$\boxed{\text{blue}}$`, true},
		{"equals: blue", "<answer>blue</answer>", true},
		{"equals: blue", "\u200bblue\u200d\ufeff", true},
		{"equals: blue", "\u202dblue\u202c", true},
		{"equals: blue", " blue \r\n", true},
		{"equals: blue", "ｂｌｕｅ", true},
		{"equals: blue", "<b>Blue</b>!", true},
		{"equals: blue", "blue-ish", false},
		{"equals: blue", "~~blue~~ red", false},
		{"equals: blue", "\"blue\" and \"red\"", false},
		{"equals: blue", "b l u e", false},
		{"equals: a_b", "a_b", true},
		{"equals: a_b", "ab", false},
		{"equals: 2*3", "2*3", true},
		{"equals: t-shirt", "t‐shirt", true},
		{"equals: $5", "$5", true},
		{"equals: red circle", "red\u00a0circle", true},
		{"equals: red circle", "redcircle", false},
		{"equals: 'It''s'", "It’s", true},
		{"equals: Straße", "STRASSE", true},
		{"equals: .", "", false},
		{"equals: ''", "", true},
		{"equals: {text: '', not: true}", "red", true},
		{"exact: ''", "", true},
		{"exact: blue", "**blue**", false},
		{"matches: '^\\*\\*'", "**blue**", true},
		{"one_of: [red, blue]", "**Blue**", true},
		{"starts_with: A red", "**A  red** circle", true},
		{"starts_with: A red", "“A red” one", false},
		{"contains: red circle", "a **red**\n`circle`", true},
		{"contains: '**red**'", "a **red** one", true},
		{"contains: '**red**'", "a red one", false},
		{"contains: '```json'", "```json\n{}\n```", true},
		{"contains: {text: Red, case: true}", "**Red**", true},
		{"contains: {text: Red, case: true}", "**red**", false},
		{"contains: {text: red, words: true}", "**red**-ish", true},
		{"contains: {text: red, words: true}", "reddish colored", false},
		{"contains: {text: red, words: true}", "snake_red", false},
		{"contains: {text: 红色, words: true}", "一个红色的圆", true},
		{"contains: {text: cafe, words: true}", "cafés", false},
		{"contains_all: {texts: [red, blue], words: true}", "red, blue.", true},
		{"contains_any: {texts: [red, blue], words: true}", "bluered", false},
		{"length: {max: 3, unit: words}", "**It** is red.", true},
		{"length: {max: 2, unit: words}", "don't go", true},
		{"length: {min: 4, max: 4, unit: words}", "红色圆形", true},
		{"similar: {to: red circle, min: 1}", "**Red circle.**", true},
		{"similar: {to: red circle, metric: bleu, min: 1}", "red circle", true},
		{"similar: {to: red circle, metric: bleu, min: 0.5}", "blue square", false},
		{"similar: {to: red circle, metric: bleu, min: 0.5, rule: coco}", "red circle", false},
		{"similar: {to: a b c d e, metric: bleu, min: 0.999, rule: coco}", "a b c d e", true},
		{"similar: {to: cat, metric: anls, min: 0.9}", "d                    og", false},
		{"similar: {to: red, metric: levenshtein, min: 1}", "RED", true},
		{"relaxed: 40", "about 41 people", true},
		{"relaxed: 40", "43", false},
		{"relaxed: [red, blue]", "**Blue**", true},
		{"relaxed: 5%", "0.05", true},
		{"relaxed: 5%", "0.05%", false},
		{"relaxed: 5%", "5", true},
		{"relaxed: {answer: 1000, rule: vlmevalkit}", "1,000", false},
		{"relaxed: 1000", "1,000", true},
	} {
		v := mustCompile(t, r.entry).Judge(t.Context(), Input{Answer: r.answer})
		if (v.Outcome == result.Passed) != r.passes {
			t.Errorf("%s on %q: %s (%s)", r.entry, r.answer, v.Outcome, v.Reason)
		}
	}
}

// What cannot be read never passes, and says so; nor does `not` pass an answer
// that was cut off, is empty or declines.
func TestUnread(t *testing.T) {
	const refusal = "I'm sorry, but I can't help with that."
	absent := []string{
		"contains: {text: dog, not: true}", "contains_any: {texts: [dog, cat], not: true}", "equals: {text: dog, not: true}", "matches: {pattern: dog, not: true}",
		"number: {value: 3, not: true}", `yes_no: {answer: "yes", not: true}`, "choice: {options: [red, blue], answer: red, not: true}", "score: {min: 3, not: true}",
		"prefers: {answer: first, not: true}", "json: {schema: {type: object}, not: true}", "expr: {that: len(points) > 3, not: true}", "similar: {to: dog, min: 0.9, not: true}",
		"relaxed: {answer: 3, not: true}", "golden: {not: true}", "exact: {text: dog, not: true}", "vqa: {answers: [a, b, c], not: true}", "anls: {answers: dog, not: true}",
		"points_in: {box: [0, 0, 1, 1], not: true}", "starts_with: {text: dog, not: true}", "one_of: {texts: [dog], not: true}", "length: {max: 1, not: true}",
	}
	for _, entry := range absent {
		for _, in := range []Input{{Answer: refusal}, {Answer: "I cannot see the image."}, {Answer: "A cat is", Finish: "length"}, {Answer: "抱歉，我无法查看图片。"}} {
			in.Images = wide.Images
			if v := mustCompile(t, entry).Judge(t.Context(), in); v.Outcome != result.Failed || !v.Unread || v.Read != in.Answer {
				t.Errorf("%s on %q: %+v", entry, in.Answer, v)
			}
		}
	}
	for _, entry := range append(absent, "contains: dog", "number: 3", "golden", "json", "matches: '^$'", "command: [cat]", "count: 0", "expr: 'true'") {
		if entry == "length: {max: 1, not: true}" || entry == "exact: {text: dog, not: true}" {
			continue
		}
		for _, answer := range []string{"", " \n\t", "\u00a0"} {
			if v := mustCompile(t, entry).Judge(t.Context(), Input{Answer: answer, Images: wide.Images}); !v.Unread || v.Outcome != result.Failed {
				t.Errorf("%s on %q: %+v", entry, answer, v)
			}
		}
	}
	for _, entry := range []string{"contains: {text: ไทย, words: true}", "similar: {to: ภาษาไทย, min: 0.5}"} {
		if _, err := compile(t, entry); err == nil {
			t.Errorf("%s is taken", entry)
		}
	}
	for _, entry := range []string{"contains: {text: red, words: true}", "contains: {text: red, words: true, not: true}", "length: {max: 5, unit: words}", "similar: {to: red, min: 0.5}"} {
		for _, answer := range []string{"ภาษาไทย", "ພາສາ", "ភាសា", "မြန်မာ"} {
			if v := mustCompile(t, entry).Judge(t.Context(), Input{Answer: answer}); !v.Unread {
				t.Errorf("%s on %q: %+v", entry, answer, v)
			}
		}
	}
}

// Options that no answer could choose are refused with their place.
func TestOptionsRefused(t *testing.T) {
	for entry, want := range map[string]string{
		"choice:\n  options: [circle, square, '']\n  answer: circle":    "specs/a.yaml:2:29: option C is empty",
		"choice: {options: [B, A], answer: A}":                          "option A has the letter of option B for a text",
		"choice: {options: {A: point, B: b., C: x, D: c}, answer: A}":   "option D has the letter of option C for a text",
		"choice: {options: [red, Red., blue], answer: red}":             `the options A and B are both "red"`,
		"score: {min: 3, rescale: true}":                                "rescale needs the scale",
		"number: {value: 3, abs: 1, rule: mmmu}":                        "rule: mmmu goes with neither",
		"similar: {to: red, min: 0.5, metric: levenshtein, rule: coco}": "metric: levenshtein has no rule of coco",
		"choice: {options: [red, blue], answer: red, rule: vlmeval}":    "vlmevalkit",
	} {
		if _, err := compile(t, entry); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", entry, err, want)
		}
	}
	for _, entry := range []string{"choice: {options: [A, B, C], answer: B}", "choice: {options: [red, red, blue], answer: B}"} {
		if _, err := compile(t, entry); err != nil {
			t.Errorf("%s: %v", entry, err)
		}
	}
}

// By rule, checks read as the toolkits do, refusals of VLMEvalKit among them.
func TestRules(t *testing.T) {
	for _, r := range []struct {
		entry, answer string
		passes        bool
	}{
		{"choice: {options: [red, green], answer: red, rule: vlmevalkit}", "A big object", true},
		{"choice: {options: [red, green], answer: red, rule: vlmevalkit}", "a red one", true},
		{"choice: {options: [red, green], answer: red, rule: vlmevalkit}", "Cannot determine the answer", false},
		{"choice: {options: [red, green], answer: red, rule: vlmevalkit}", "b", false},
		{"choice: {options: [red, green], answer: green, rule: lmms_eval}", "(B)", true},
		{"choice: {options: [red, green], answer: green, rule: mmmu}", "(A) and (B)", true},
		{"choice: {options: [red, green], answer: green, rule: easi}", "<answer>B</answer>", true},
		{`yes_no: {answer: "no", rule: vlmevalkit}`, "There is a circle with no border", true},
		{`yes_no: {answer: "yes", rule: pope}`, "Maybe", true},
		{`yes_no: {answer: "no", rule: mme}`, "nothing", true},
		{`yes_no: {answer: "yes", rule: lmms_eval}`, " YES ", true},
		{`yes_no: {answer: "yes", rule: lmms_eval}`, "Yes.", false},
		{"score: {min: 4, rule: depictqa}", "4\nbecause", true},
		{"score: {min: 4, rule: depictqa}", "Rating: 4", false},
		{"prefers: {answer: first, rule: depictqa}", "Image A", true},
		{"prefers: {answer: first, rule: depictqa}", "A", false},
		{"number: {value: 5, rule: mmmu}", "between 3 and 5", true},
		{"relaxed: {answer: 40, rule: vlmevalkit}", "41", true},
		{"relaxed: {answer: -40, rule: smolvlm}", "7", true},
		{"similar: {to: cat, metric: anls, min: 0.9, rule: vlmevalkit}", "d                                         og", true},
	} {
		v := mustCompile(t, r.entry).Judge(t.Context(), Input{Answer: r.answer})
		if (v.Outcome == result.Passed) != r.passes {
			t.Errorf("%s on %q: %s (%s)", r.entry, r.answer, v.Outcome, v.Reason)
		}
	}
}
