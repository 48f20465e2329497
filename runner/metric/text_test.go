package metric_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/metric"
)

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9 }

func repeated(s string, n int) []string { return slices.Repeat([]string{s}, n) }

// GT-Vision-Lab/VQA vqaEval.py and its copy in VLMEvalKit differ in the period rule alone.
func TestNormalizeVQA(t *testing.T) {
	for _, tc := range []struct{ name, in, vlmevalkit, official string }{
		{"article and period", "The cat.", "cat", "cat"},
		{"period behind a digit", "5.", "5.", "5"},
		{"abbreviation", "U.S.A.", "usa", "usa"},
		{"decimal", ".5 and 3.5", ".5 and 3.5", ".5 and 3.5"},
		{"one thousands comma glues every mark", "1,000-2,000", "10002000", "10002000"},
		{"mark without spaces becomes one", "black-white", "black white", "black white"},
		{"number words stop at ten", "ten eleven", "10 eleven", "10 eleven"},
		{"contraction", "dont its", "don't its", "don't its"},
		{"only an article", "the", "", ""},
		{"at most 32 periods go", strings.Repeat("a.", 33), strings.Repeat("a", 33) + ".", strings.Repeat("a", 33) + "."},
	} {
		if got := metric.NormalizeVQA(tc.in); got != tc.vlmevalkit {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.vlmevalkit)
		}
		if got := metric.NormalizeVQAOfficial(tc.in); got != tc.official {
			t.Errorf("%s, official: %q, want %q", tc.name, got, tc.official)
		}
	}
	if got := metric.NormalizeM4C("John's 1,000-2,000?"); got != "john 's 1000 2000" {
		t.Errorf("M4C: %q", got)
	}
	if got := metric.NormalizeVizWiz("dont hadn'tve"); got != "don`t hadn`t`ve" {
		t.Errorf("VizWiz: %q", got)
	}
}

func TestVQASoft(t *testing.T) {
	for k, want := range []float64{0, .3, .6, .9, 1, 1} { // k of 10 annotators agree
		golds := append(repeated("no", 10-k), repeated("yes", k)...)
		if got, err := metric.VQASoftVLMEvalKit("yes", golds); err != nil || !near(got, want) {
			t.Errorf("%d matches: %v, %v, want %v", k, got, err, want)
		}
	}
	same := repeated("yes", 10)
	if got, _ := metric.VQASoftOfficial("Yes.", same); got != 0 {
		t.Errorf("official, unanimous golds are not normalised: %v, want 0", got)
	}
	if got, _ := metric.VQASoftVLMEvalKit("Yes.", same); got != 1 {
		t.Errorf("VLMEvalKit: %v, want 1", got)
	}
	if _, err := metric.VQASoftVLMEvalKit("x", nil); !errors.Is(err, metric.ErrUndefined) {
		t.Errorf("no golds: %v", err)
	}
	if _, err := metric.VQASoftM4C("x", []string{"x"}); err == nil {
		t.Error("TextVQA with one gold: want an error")
	}
}

func TestANLS(t *testing.T) {
	for _, tc := range []struct {
		name, prediction, gold string
		want                   float64
	}{
		{"equal but for case and space", " HELLO  ", "hello", 1},
		{"one edit", "hallo", "hello", .8},
		{"exactly the threshold stays", "ab", "ax", .5},
		{"below the threshold", "abc", "xyz", 0},
		{"padding makes an error cheaper", "hallo     ", "hello", .9},
		{"both empty", "", "", 1},
	} {
		if got, err := metric.ANLS(tc.prediction, []string{tc.gold}, metric.ANLSThreshold); err != nil || !near(got, tc.want) {
			t.Errorf("%s: %v, %v, want %v", tc.name, got, err, tc.want)
		}
	}
	if got, _ := metric.ANLSSmolVLM("ab", []string{"ax"}, metric.ANLSThreshold); got != 0 {
		t.Errorf("SmolVLM's threshold is strict: %v", got)
	}
	if _, err := metric.ANLSSTVQA("", []string{""}); err == nil {
		t.Error("ST-VQA of two empty texts: want an error")
	}
}

func TestRelaxed(t *testing.T) {
	for _, tc := range []struct {
		prediction, gold string
		want             bool
	}{
		{"105", "100", true},
		{"105.1", "100", false},
		{"0.63", "0.6", false},
		{"5%", "0.05", true},
		{"5%", "5", false},
		{"0.0", "0", false},
		{"France", "france", true},
		{"1,000", "1000", false},
		{"nan", "nan", false},
		{"-95", "-100", true},
	} {
		if got := metric.RelaxedCorrect(tc.prediction, tc.gold, metric.RelaxedTolerance); got != tc.want {
			t.Errorf("%q against %q: %v, want %v", tc.prediction, tc.gold, got, tc.want)
		}
	}
}

var animals = metric.Choices{"A": "cat", "B": "dog", "C": "bird", "D": "fish"}

// open-compass/VLMEvalKit, matching_util.py.
func TestChoice(t *testing.T) {
	for _, tc := range []struct{ name, answer, want string }{
		{"letter", "B", "B"},
		{"in brackets", "The answer is (B).", "B"},
		{"article", "A dog", "A"},
		{"two letters", "(B) or (C)", ""},
		{"text", "it is a bird", "C"},
		{"answer is, inside a word", "Well the answer is dog", "D"},
		{"letter far from the end", "B because it barks and wags its tail at me", ""},
		{"refusal", "Cannot determine the answer", metric.Refused},
		{"failed request", "Failed to obtain answer via API B", ""},
		{"lone Z", "Z", metric.Refused},
		{"nothing", "", ""},
	} {
		got, ok := metric.Choice(tc.answer, animals)
		if !ok {
			got = ""
		}
		if got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestYesNo(t *testing.T) {
	for in, want := range map[string]string{"Yes.": "Yes", "no, it is not": "No", "yes and no": "Unknown", "It is not": "Unknown", "Yes.No": "Unknown"} {
		if got := metric.YesNo(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
	var c metric.Confusion
	for _, r := range [][2]string{{"yes", "yes"}, {"yes", "no"}, {"no", "yes"}, {"no", "no"}, {"yes", "?"}, {"no", "?"}} {
		c.Add(r[0], r[1])
	}
	if c.Total() != 6 || !near(c.Precision(), .5) || !near(c.Recall(), 1./3) || !near(c.F1(), .4) || !near(c.Accuracy(), 1./3) ||
		!near(c.YesRatio(), 1./3) || !near(c.UnknownRate(), 1./3) {
		t.Errorf("%+v: %v %v %v %v", c, c.Precision(), c.Recall(), c.F1(), c.Accuracy())
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"The cat's 1,000.", "answer is **B**", "<answer>B</answer>", "İ ΟΔΟΣ ß", "first B second A third C fourth D", "1,234 5e7"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 2000 {
			return
		}
		for _, norm := range []func(string) string{metric.NormalizeVQA, metric.NormalizeM4C, metric.NormalizeVizWiz, metric.NormalizeVQAMolmo} {
			if out := norm(s); strings.Contains(out, "  ") || strings.HasPrefix(out, " ") || strings.HasSuffix(out, " ") {
				t.Fatalf("%q normalises to %q", s, out)
			}
		}
		if l, ok := metric.Choice(s, animals); ok && l != metric.Refused && animals[l] == "" {
			t.Fatalf("%q reads as %q", s, l)
		}
		if l, ok := metric.ChoiceMMMU(s, animals); ok && animals[l] == "" {
			t.Fatalf("%q reads as %q in MMMU", s, l)
		}
		if l := metric.ChoiceLMMS(s, []string{"A", "B"}); !strings.Contains("AB", l) {
			t.Fatalf("%q reads as %q in lmms-eval", s, l)
		}
		metric.ChoiceEASI(s, nil)
		metric.ChoiceSequence(s)
		metric.MMMUParse(s)
		if v, err := metric.ANLS(s, []string{"a cat"}, .5); err != nil || !(v == 0 || v >= .5 && v <= 1) {
			t.Fatalf("ANLS of %q: %v, %v", s, v, err)
		}
		if metric.Levenshtein(s, s) != 0 || metric.Levenshtein(s, "ab") != metric.Levenshtein("ab", s) {
			t.Fatalf("edit distance of %q", s)
		}
	})
}

func BenchmarkNormalizeVQA(b *testing.B) {
	for b.Loop() {
		metric.NormalizeVQA("The man's dont-know answer is (about) 1.5, maybe two.")
	}
}

func BenchmarkChoice(b *testing.B) {
	for b.Loop() {
		metric.Choice("Looking at the picture, the correct answer is **B**.", animals)
	}
}

func BenchmarkChoiceEASI(b *testing.B) {
	for b.Loop() {
		metric.ChoiceEASI("<think>maybe A</think>\nThe answer is B.", nil)
	}
}

func BenchmarkANLS(b *testing.B) {
	for b.Loop() {
		_, _ = metric.ANLS("the quick brown fox", []string{"the quack brown fax", "a dog"}, .5)
	}
}
