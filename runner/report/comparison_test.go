package report

import (
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/compare"
	"github.com/vlmspec/vlmspec/runner/result"
)

// hostileRun is a run whose one case says what a terminal or a browser would obey.
func hostileRun(answer string, outcome result.Outcome) *result.Run {
	c := result.Case{
		ID: "s/c", Suite: "s|<b>", Name: "c\x1b[2J", File: "s.yaml", Line: 3, Backend: "tiny", Outcome: outcome, Labels: []string{"a|b"},
		Images:  []result.Image{{Path: "im ages/a](x).png", SHA256: "1"}},
		Samples: []result.Sample{{Outcome: outcome, Turns: []result.Turn{{Answer: answer, Verdicts: []result.Verdict{{Kind: "equals", Outcome: outcome, Expected: "<i>", Reason: "@all"}}}}}},
	}
	return &result.Run{Manifest: result.Manifest{ID: "r", Suites: []result.Suite{{Name: c.Suite, Cases: map[string]int{"tiny": 1}}}}, Cases: []result.Case{c}}
}

func TestComparisonIsHarmless(t *testing.T) {
	c, err := compare.Runs(hostileRun("```\n<script>alert(1)</script>\x1b[31m", result.Passed), hostileRun("no\x1b]0;x\a````", result.Failed), compare.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	var text, markdown strings.Builder
	if err := WriteComparison(&text, c, ComparisonText{Flips: -1, Columns: 40}); err != nil {
		t.Fatal(err)
	}
	if err := WriteComparisonMarkdown(&markdown, c); err != nil {
		t.Fatal(err)
	}
	if s := text.String() + markdown.String(); strings.ContainsAny(s, "\x1b\a") {
		t.Errorf("control characters in\n%s", s)
	}
	for _, want := range []string{"lost, a|b", `c\x1b[2J`, "image     im ages/a](x).png", `candidate {+no\x1b]0;x\x07`, "base      ```[-\n              <script>", "why       equals: @all"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text has no %q:\n%s", want, &text)
		}
	}
	for _, want := range []string{"> [!NOTE]\n", `s\|&lt;b&gt;`, "\n`````diff\n- ```\n- <script>", "[im ages/a\\](x).png](im%20ages/a%5D%28x%29.png)", `equals: \@all`} {
		if !strings.Contains(markdown.String(), want) {
			t.Errorf("the Markdown has no %q:\n%s", want, &markdown)
		}
	}
}

// Text keeps to the terminal.
func TestComparisonWidth(t *testing.T) {
	c, err := compare.Runs(hostileRun("a", result.Passed), hostileRun("b", result.Passed), compare.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := WriteComparison(&out, c, ComparisonText{Columns: 80}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(out.String(), "\n") {
		if columns(line) > 80 {
			t.Errorf("%d columns: %s", columns(line), line)
		}
	}
}
