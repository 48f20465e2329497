package check

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/reasoning"
	"github.com/vlmspec/vlmspec/runner/result"
)

// TestReading judges answers one by one: testdata/reading.jsonl has a check, an
// answer and whether it passes. What is not to pass may also be refused when the
// check is compiled, or be unread.
func TestReading(t *testing.T) {
	f, err := os.Open("testdata/reading.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	n := 0
	for ; lines.Scan(); n++ {
		var row struct {
			Expect json.RawMessage
			Answer string
			Want   string
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		v, refused := judgeEntry(t, string(row.Expect), row.Answer)
		switch {
		case refused != nil && row.Want == "passed" && !strings.Contains(refused.Error(), "option"):
			t.Errorf("line %d: %s: %v", n+1, row.Expect, refused)
		case refused == nil && (v.Outcome == result.Passed) != (row.Want == "passed"):
			t.Errorf("line %d: %s on %q: %s (%s), want %s", n+1, row.Expect, row.Answer, v.Outcome, v.Reason, row.Want)
		case v.Unread && !strings.HasPrefix(v.Reason, "cannot be read: "):
			t.Errorf("line %d: unread for the reason %q", n+1, v.Reason)
		case refused == nil && v.Outcome == result.Failed && v.Reason == "":
			t.Errorf("line %d: failed without a reason", n+1)
		}
	}
	if n < 1000 {
		t.Errorf("%d rows, expected more", n)
	}
}

func judgeEntry(t *testing.T, entry, answer string) (v result.Verdict, refused error) {
	t.Helper()
	c, err := compile(t, entry)
	if err != nil {
		return v, err
	}
	said := reasoning.Rule{}.Apart(sdk.Response{Text: answer})
	return c.Judge(context.Background(), Input{
		Answer: said.Answer, Reasoning: said.Reasoning, Unclosed: said.Unclosed, Images: []sdk.Image{{Width: 64, Height: 64}},
	}), nil
}
