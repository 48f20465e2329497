package check

import (
	"context"
	"math"
	"testing"

	"github.com/vlmspec/vlmspec/runner/result"
)

func TestAnswers(t *testing.T) {
	judgeRows(t, []row{
		{name: "number", entry: "number: 3", answer: "3", outcome: passed, actual: "3"},
		{name: "number in words", entry: "number: 3", answer: "There are three.", outcome: passed},
		{name: "number wrong", entry: "number: 3", answer: "4", outcome: failed, reason: `read 4 in "4", expected 3`},
		{name: "number abs", entry: "number: {value: 0.2, abs: 0.1}", answer: "0.3", outcome: passed},
		{name: "number rel", entry: "number: {value: 200, rel: 0.05}", answer: "190", outcome: passed},
		{name: "number rel too far", entry: "number: {value: 200, rel: 0.05}", answer: "189", outcome: failed, reason: `read 189 in "189", expected 200 ± 10`},
		{name: "number missing", entry: "number: 3", answer: "many", outcome: failed, reason: `cannot be read: there is no number in it: "many"`},
		{
			name: "number ambiguous", entry: "number: 3", answer: "3 of 5", outcome: failed,
			reason: `cannot be read: there are 2 numbers in it (3, 5); say which one is meant with pick: first or pick: last: "3 of 5"`,
		},
		{name: "number twice", entry: "number: 3", answer: "three (3)", outcome: passed},
		{name: "number first", entry: "number: {value: 3, pick: first}", answer: "3 of 5", outcome: passed},
		{name: "number last", entry: "number: {value: 5, pick: last}", answer: "3 of 5", outcome: passed},
		{name: "not a number", entry: "number: {value: 3, not: true}", answer: "4", outcome: passed},
		{name: "yes", entry: `yes_no: "yes"`, answer: "Yes, there is.", outcome: passed},
		{name: "yes unquoted", entry: `yes_no: yes`, answer: "yes", outcome: passed},
		{name: "no", entry: `yes_no: no`, answer: "No.", outcome: passed},
		{name: "no as a bool", entry: `yes_no: false`, answer: "no", outcome: passed},
		{name: "yes for no", entry: `yes_no: no`, answer: "yes", outcome: failed, reason: `"yes" says yes, expected no`},
		{name: "neither", entry: `yes_no: no`, answer: "perhaps", outcome: failed, reason: `cannot be read: it says neither yes nor no: "perhaps"`},
		{name: "score max", entry: "score: {max: 2}", answer: "2", outcome: passed},
		{name: "score of five", entry: "score: {min: 4}", answer: "I rate it 4/5.", outcome: passed},
		{name: "score out of", entry: "score: {near: 4, within: 1}", answer: "4.5 out of 5", outcome: passed, score: 0.75, actual: "4.5"},
		{name: "score on a scale", entry: "score: {min: 3, max: 3}", answer: "On a scale of 1 to 5, I say 3", outcome: passed},
		{name: "score low", entry: "score: {min: 3}", answer: "2", outcome: failed, reason: `read in "2": 2, expected at least 3`},
		{name: "score far", entry: "score: {near: 4, within: 1}", answer: "2", outcome: failed},
		{name: "score outside", entry: "score: {min: 3, scale: [1, 5]}", answer: "9", outcome: failed, reason: `cannot be read: 9 is outside the scale of 1 to 5: "9"`},
		{name: "score missing", entry: "score: {min: 3}", answer: "good", outcome: failed, reason: `cannot be read: there is no number in it: "good"`},
	}, Input{})
}

func TestCost(t *testing.T) {
	judgeRows(t, []row{
		{name: "latency", entry: "latency: 2s", answer: "x", outcome: passed, actual: "1.5s"},
		{name: "latency late", entry: "latency: {max: 1s}", answer: "x", outcome: failed, reason: "the answer took 1.5s, allowed are 1s"},
		{name: "latency of a phase", entry: "latency: {max: 100ms, of: decode}", answer: "x", outcome: failed, reason: "decode took 500ms, allowed are 100ms"},
		{name: "tokens", entry: "tokens: {max: 4}", answer: "x", outcome: passed},
		{name: "tokens too many", entry: "tokens: {max: 2}", answer: "x", outcome: failed, reason: "there are 3 output tokens, expected at most 2"},
		{name: "tokens of the prompt", entry: "tokens: {max: 20, of: prompt}", answer: "x", outcome: failed, reason: "there are 21 prompt tokens, expected at most 20"},
		{name: "tokens of the image", entry: "tokens: {max: 16, min: 16, of: image}", answer: "x", outcome: passed},
	}, Input{Timings: result.Timings{Total: 1.5, Decode: 0.5}, Tokens: result.Tokens{Text: 5, Image: 16, Output: 3}})
}

func TestAnswerConstructors(t *testing.T) {
	in := Input{Answer: "yes, 4 at (0.3, 0.4)", Images: wide.Images}
	for name, c := range map[string]Check{
		"YesNo": YesNo(true), "KeypointNear": KeypointNear(0.3, 0.4, 0.05),
	} {
		if v := c.Judge(context.Background(), in); v.Outcome != passed {
			t.Errorf("%s: %+v", name, v)
		}
	}
	for name, c := range map[string]Check{"Number": Number(4, 0), "ScoreBetween": ScoreBetween(3, 5)} {
		if v := c.Judge(context.Background(), Input{Answer: "4"}); v.Outcome != passed {
			t.Errorf("%s: %+v", name, v)
		}
	}
	if v := Number(math.NaN(), 0).Judge(context.Background(), in); v.Outcome != result.Error {
		t.Errorf("a NaN is no error: %+v", v)
	}
}
