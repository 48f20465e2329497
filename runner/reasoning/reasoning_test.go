package reasoning_test

import (
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/reasoning"
)

func TestSplit(t *testing.T) {
	for name, test := range map[string]struct {
		text              string
		answer, reasoning string
	}{
		"none":                     {" A <b>red</b> [circle]. ", " A <b>red</b> [circle]. ", ""},
		"empty":                    {"", "", ""},
		"think":                    {"<think>Red? No.</think>\n\nblue\n", "blue", "Red? No."},
		"thinking":                 {"<thinking>Red?</thinking>blue", "blue", "Red?"},
		"reasoning, capitals":      {"<REASONING>Red?</REASONING> blue", "blue", "Red?"},
		"spaces in the tag":        {"< think >Red?</ think >blue", "blue", "Red?"},
		"Magistral":                {"[THINK]Red?[/THINK]blue", "blue", "Red?"},
		"Kimi":                     {"◁think▷Red?◁/think▷blue", "blue", "Red?"},
		"Gemma":                    {"<|channel>thought\nRed?<channel|>blue", "blue", "Red?"},
		"Command A":                {"<|START_THINKING|>Red?<|END_THINKING|>blue", "blue", "Red?"},
		"OpenThinker":              {"<|begin_of_thought|>Red?<|end_of_thought|>blue", "blue", "Red?"},
		"Seed":                     {"<seed:think>Red?</seed:think>blue", "blue", "Red?"},
		"nothing thought":          {"<think>\n\n</think>\n\nblue", "blue", ""},
		"opened by the template":   {"Red? No.\n</think>\nblue", "blue", "Red? No."},
		"opened twice":             {"<think>\n<think>Red?</think>blue", "blue", "Red?"},
		"thinks of its own tag":    {"<think>I must not write <think> twice. Red?</think>blue", "blue", "I must not write <think> twice. Red?"},
		"thinks of its end":        {"<think>I close with </think> later. Red?</think>blue", "blue", "I close with\nlater. Red?"},
		"thinks of another tag":    {"<think>The page says </reasoning>. Red?</think>blue", "blue", "The page says </reasoning>. Red?"},
		"thinks again":             {"<think>Red?</think>One of two.<think>No.</think>blue", "One of two.\nblue", "Red?\nNo."},
		"answers first":            {"blue<think>Was it?</think>", "blue", "Was it?"},
		"answers in a tag":         {"<think>A?</think><answer>B</answer>", "<answer>B</answer>", "A?"},
		"no answer":                {"<think>Red?</think>", "", "Red?"},
		"another tag":              {"<thinker>Red</thinker>", "<thinker>Red</thinker>", ""},
		"a tag without end":        {"<think Red", "<think Red", ""},
		"gpt-oss":                  {"<|channel|>analysis<|message|>Red?<|end|><|start|>assistant<|channel|>final<|message|>blue<|return|>", "blue", "Red?"},
		"gpt-oss, start token":     {"<|start|>assistant<|channel|>analysis<|message|>Red?<|end|><|start|>assistant<|channel|>final<|message|>blue", "blue", "Red?"},
		"gpt-oss, comments":        {"<|channel|>commentary<|message|>Wait.<|end|><|channel|>final <|constrain|>json<|message|>{}", "{}", "Wait."},
		"gpt-oss, plain message":   {"<|channel|>analysis<|message|>Red?<|end|><|start|>assistant<|message|>blue", "blue", "Red?"},
		"gpt-oss, plain text":      {"<|channel|>analysis<|message|>Red?<|end|>blue", "blue", "Red?"},
		"gpt-oss, tokens dropped":  {"analysisRed? No.assistantfinalblue", "blue", "Red? No."},
		"a word that begins alike": {"analysis of the picture: blue", "analysis of the picture: blue", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := reasoning.Rule{}.Split(test.text, false)
			if want := (reasoning.Parts{Answer: test.answer, Reasoning: test.reasoning}); got != want {
				t.Errorf("%q\n  is %+v\nwanted %+v", test.text, got, want)
			}
		})
	}
}

func TestUnclosed(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		cut  bool
	}{
		"cut off":                      {"<think>red or blue, hmm, maybe red", true},
		"just opened":                  {"<think>", false},
		"after some words":             {"Sure. <think>red or blue", false},
		"thinks again":                 {"<think>Red?</think>One of two.<think>maybe red", false},
		"another kind closes":          {"<think>Red?</thinking>red", false},
		"thinks of its tags, cut off":  {"<think>The tags are <think> and </think>. So red", true},
		"Kimi":                         {"◁think▷red", false},
		"gpt-oss":                      {"<|channel|>analysis<|message|>red", true},
		"gpt-oss, ends":                {"<|channel|>analysis<|message|>red<|end|>", false},
		"gpt-oss, header of an answer": {"<|channel|>analysis<|message|>red<|end|><|start|>assistant<|channel|>final", true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := (reasoning.Rule{}).Split(test.text, test.cut); !got.Unclosed || got.Answer != "" {
				t.Errorf("%q is %+v", test.text, got)
			}
		})
	}
}

func TestRules(t *testing.T) {
	for name, test := range map[string]struct {
		rule reasoning.Rule
		text string
		want reasoning.Parts
	}{
		"keep":              {reasoning.Rule{Keep: true}, "<think>Red?</think>blue", reasoning.Parts{Answer: "<think>Red?</think>blue"}},
		"own marks":         {reasoning.Rule{Open: "{{", Close: "}}"}, "{{<think>}}blue", reasoning.Parts{Answer: "blue", Reasoning: "<think>"}},
		"own, none":         {reasoning.Rule{Open: "{{", Close: "}}"}, "<think>blue", reasoning.Parts{Answer: "<think>blue"}},
		"own, not closed":   {reasoning.Rule{Open: "{{", Close: "}}"}, "{{blue", reasoning.Parts{Reasoning: "blue", Unclosed: true}},
		"own, alike":        {reasoning.Rule{Open: "##", Close: "###"}, "##red###blue", reasoning.Parts{Answer: "blue", Reasoning: "red"}},
		"close only":        {reasoning.Rule{Close: "</think>"}, "Red?</think>blue", reasoning.Parts{Answer: "blue", Reasoning: "Red?"}},
		"close only, twice": {reasoning.Rule{Close: "</think>"}, "Red? </think> is the tag.</think>blue", reasoning.Parts{Answer: "blue", Reasoning: "Red? </think> is the tag."}},
		"close only, none":  {reasoning.Rule{Close: "</think>"}, "Red or blue", reasoning.Parts{Reasoning: "Red or blue", Unclosed: true}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.rule.Split(test.text, false); got != test.want {
				t.Errorf("%q\n  is %+v\nwanted %+v", test.text, got, test.want)
			}
		})
	}
}

// FuzzSplit holds what is true of any text: nothing is invented, and what is no
// reasoning is left alone.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{"<think>a</think>b", "a</think>b", "<|channel|>final<|message|>a", "◁think▷", "analysisassistantfinal", "[THINK][/THINK]"} {
		f.Add(s, "", "", false)
	}
	f.Add("xaxbx", "x", "x", true)
	f.Fuzz(func(t *testing.T, text, open, end string, cut bool) {
		for _, rule := range []reasoning.Rule{{}, {Open: open, Close: end}, {Close: end}} {
			got := rule.Split(text, cut)
			if got.Unclosed && got.Answer != "" || len(got.Answer)+len(got.Reasoning) > len(text)+1 {
				t.Fatalf("%+v: %q is %+v", rule, text, got)
			}
			for part := range strings.SplitSeq(got.Answer, "\n") {
				if !strings.Contains(text, part) {
					t.Fatalf("%+v: %q is %+v", rule, text, got)
				}
			}
		}
	})
}

func BenchmarkSplit(b *testing.B) {
	for _, n := range []int{1 << 10, 10 << 10, 100 << 10, 1 << 20} {
		for name, unit := range map[string]string{"prose": "A red circle, and a blue square. ", "marks": "<think>a</think>b", "brackets": "<", "channels": "<|channel|>final<|message|>a"} {
			text := strings.Repeat(unit, n/len(unit))
			b.Run(name+"/"+sizeName(n), func(b *testing.B) {
				b.SetBytes(int64(n))
				for b.Loop() {
					reasoning.Rule{}.Split(text, false)
				}
			})
		}
	}
}

func sizeName(n int) string {
	if n >= 1<<20 {
		return "1MB"
	}
	return map[int]string{1 << 10: "1kB", 10 << 10: "10kB", 100 << 10: "100kB"}[n]
}
