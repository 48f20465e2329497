package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/vlmspec/vlmspec/runner/result"
)

// wellFormed checks a report by the name of its format.
var wellFormed = map[string]func(t *testing.T, text string){
	"json": isJSON, "ctrf": isJSON, "codequality": isJSON,
	"jsonl": func(t *testing.T, text string) {
		for line := range strings.Lines(text) {
			isJSON(t, line)
		}
	},
	"csv": func(t *testing.T, text string) {
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || len(rows) != 2 {
			t.Errorf("%d rows: %v", len(rows), err)
		}
	},
	"junit": func(t *testing.T, text string) {
		d := xml.NewDecoder(strings.NewReader(text))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				t.Error(err)
				return
			}
		}
	},
	"github":   commands("::error ", "::warning ", "::notice "),
	"teamcity": commands("##teamcity["),
	"tap": func(t *testing.T, text string) {
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "Bail out!") || strings.HasPrefix(line, "1..") && line != "1..2\n" {
				t.Errorf("the answer speaks TAP: %q", line)
			}
		}
	},
}

func isJSON(t *testing.T, text string) {
	if !json.Valid([]byte(text)) {
		t.Errorf("no JSON: %q", text)
	}
}

// commands is for reports of which every line is a command to a CI server.
func commands(begins ...string) func(*testing.T, string) {
	return func(t *testing.T, text string) {
		for line := range strings.Lines(text) {
			ours := false
			for _, begin := range begins {
				ours = ours || strings.HasPrefix(line, begin)
			}
			if !ours {
				t.Errorf("another line: %q", line)
			}
		}
	}
}

// Whatever a model says and whatever a file is called, every report is what readers of
// its format take, and holds nothing that a terminal obeys.
func FuzzReports(f *testing.F) {
	for _, said := range []string{
		"red", "", "a\nb\r\nc", "]]><x/>", "\x1b[31mred\x07\x00\u202e", "::error::x\n##teamcity[x]\nBail out!\n1..9\nnot ok 1", "\xff\xfe", "`````\n```", "=1+1,\"a\"\n'b';|", "</details><script>", strings.Repeat("long ", 5000), "\u2028\u2029\ufeff\ufffe",
	} {
		f.Add(said, said+".yaml")
		f.Add(said, "specs/a.yaml")
	}
	f.Fuzz(func(t *testing.T, said, path string) {
		t.Setenv("GITHUB_STEP_SUMMARY", "")
		run := anyRun(said, path)
		for _, format := range Formats() {
			var b bytes.Buffer
			if err := format.Write(&b, run); err != nil {
				t.Errorf("%s: %v", format.Name, err)
			}
			text := b.String()
			if check := wellFormed[format.Name]; check != nil {
				check(t, text)
			}
			if format.Name != "json" && format.Name != "jsonl" && !utf8.ValidString(text) {
				t.Errorf("%s is not valid UTF-8", format.Name)
			}
			if i := strings.IndexFunc(text, moves); i >= 0 {
				t.Errorf("%s has %q", format.Name, text[i:min(len(text), i+20)])
			}
		}
	})
}

// moves are characters that move a cursor or change what is seen.
func moves(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// anyRun has a text in every place that a model, a spec or a file name fills.
func anyRun(said, path string) *result.Run {
	started := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	verdict := result.Verdict{Kind: "equals", Outcome: result.Failed, Expected: said, Actual: said, Reason: said, Read: said, File: path, Line: 3}
	return &result.Run{
		Manifest: result.Manifest{ID: "r", Started: started, Ended: started.Add(time.Second), Args: []string{"run", path}, Project: path, Backends: map[string]result.Backend{"tiny": {Plugin: said, Model: said, Device: said}}},
		Cases: []result.Case{{
			ID: "s/a", Suite: said, Name: said, File: path, Line: 3, Backend: "tiny", Labels: []string{said}, Vars: map[string]string{said: said},
			Images: []result.Image{{Path: path, Width: 1, Height: 1}}, Outcome: result.Failed, Reason: said, Require: "all", Started: started, Seconds: 1,
			Samples: []result.Sample{{Outcome: result.Failed, Turns: []result.Turn{{Prompt: said, Answer: said, Reasoning: said, Finish: "stop", Verdicts: []result.Verdict{verdict}}}, Retries: []result.Fault{{Kind: "crashed", Message: said, Stderr: said}}}},
		}},
		Gates: []result.Gate{{Suite: said, File: path, Line: 2, Metric: "accuracy", Outcome: result.Failed, Reason: said}},
	}
}
