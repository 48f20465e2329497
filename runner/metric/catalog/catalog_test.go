package catalog_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/metric/catalog"
)

type example struct {
	Metric string          `json:"metric"`
	Tier   string          `json:"tier"`
	Source string          `json:"source"`
	Inputs json.RawMessage `json:"inputs"`
	Value  any             `json:"value"`
	Note   string          `json:"note"`
	// Tolerance of a statistic; of the others it stands in the note.
	Tolerance float64 `json:"tolerance"`
}

// Each example's value was computed by the toolkit named in its source.
func examples(t testing.TB) []example {
	return slices.Concat(examplesIn(t, "testdata/metrics-inputs.jsonl"), examplesIn(t, "testdata/statistics.jsonl"))
}

func examplesIn(t testing.TB, file string) []example {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []example
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e example
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

func TestExamples(t *testing.T) {
	for _, e := range examples(t) {
		t.Run(e.Metric, func(t *testing.T) {
			m, ok := catalog.Lookup(e.Metric)
			if !ok {
				t.Fatal("not in the catalog")
			}
			v, err := m.Eval(e.Inputs)
			if refusal, ok := e.Value.(map[string]any); ok && refusal["error"] != nil {
				if err == nil {
					t.Fatalf("inputs %s: got %v, want them refused", e.Inputs, v)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if d := differ(decoded(t, v), e.Value, tolerance(e)); d != "" {
				t.Errorf("inputs %s: %s", e.Inputs, d)
			}
			if e.Tolerance > 0 {
				return // sources of statistics are libraries
			}
			if string(m.Tier) != e.Tier {
				t.Errorf("tier %s, want %s", m.Tier, e.Tier)
			}
			if repository, _, _ := strings.Cut(e.Source, "@"); !strings.HasPrefix(m.Source, repository) || m.Line == "" {
				t.Errorf("source %q and line %q: want the source in %s and a line", m.Source, m.Line, repository)
			}
		})
	}
}

func TestEveryMetricHasAnExample(t *testing.T) {
	has := map[string]bool{}
	for _, e := range examples(t) {
		has[e.Metric] = true
	}
	for i, m := range catalog.List() {
		if !has[m.ID] {
			t.Errorf("%s has none", m.ID)
		}
		if i > 0 && catalog.List()[i-1].ID >= m.ID {
			t.Errorf("%s is out of order or twice in the list", m.ID)
		}
	}
}

var toleranceRE = regexp.MustCompile(`tolerance (1e-[0-9]+)`)

func tolerance(e example) float64 {
	if e.Tolerance > 0 {
		return e.Tolerance
	}
	if m := toleranceRE.FindStringSubmatch(e.Note); m != nil {
		x, _ := strconv.ParseFloat(m[1], 64)
		return x
	}
	return 1e-9
}

func decoded(t testing.TB, v any) any {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// differ says where got is not want; numbers may differ by the tolerance, absolute or relative.
func differ(got, want any, tolerance float64) string {
	switch w := want.(type) {
	case float64:
		g, ok := got.(float64)
		if !ok || !(math.Abs(g-w) <= tolerance*max(1, math.Abs(w))) {
			return fmt.Sprintf("got %v, want %v", got, want)
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return fmt.Sprintf("got %v, want %v", got, want)
		}
		for i := range w {
			if d := differ(g[i], w[i], tolerance); d != "" {
				return fmt.Sprintf("[%d]: %s", i, d)
			}
		}
		return ""
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok || len(g) != len(w) {
			return fmt.Sprintf("got %v, want %v", got, want)
		}
		for k := range w {
			if d := differ(g[k], w[k], tolerance); d != "" {
				return k + ": " + d
			}
		}
		return ""
	}
	if !reflect.DeepEqual(got, want) {
		return fmt.Sprintf("got %#v, want %#v", got, want)
	}
	return ""
}

func TestEval(t *testing.T) {
	in := strings.Join([]string{
		`{"metric": "numeric.mean_relative_accuracy", "inputs": {"pred": 10, "target": 10}}`,
		``,
		`{"metric": "no.such", "inputs": {}}`,
		`{"metric": "stats.mean_stderr", "inputs": {"scores": [1]}}`,
		`not json`,
		`{"metric": "mcq.can_infer", "inputs": {"answer": 3, "choices": []}}`,
		`{"metric": "box.triml_parse", "inputs": {"text": "<b> & none"}}`,
	}, "\n")
	var out bytes.Buffer
	if err := catalog.Eval(strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSpace(out.String()), "\n")
	want := []string{`{"value":1}`, "{\"error\":\"unknown metric \\\"no.such\\\"; `vlmspec metrics list` lists them\"}", `{"value":null}`, `{"error":"read line: `, `{"error":"inputs: `, `{"value":null}`}
	if len(got) != len(want) {
		t.Fatalf("got %d lines: %s", len(got), out.String())
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("line %d: got %s, want %s", i, got[i], want[i])
		}
	}
}

// Whatever the inputs, an answer is one valid JSON value, without a crash.
func FuzzEval(f *testing.F) {
	for _, e := range examples(f) {
		b, err := json.Marshal(e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if bytes.ContainsAny(line, "\n\r") || len(line) > 10_000 {
			return
		}
		var out bytes.Buffer
		if err := catalog.Eval(bytes.NewReader(line), &out); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if out.Len() > 0 && !json.Valid(out.Bytes()) {
			t.Fatalf("%s: %s", line, out.Bytes())
		}
	})
}

func Example() {
	in := `{"metric": "anls.vlmevalkit", "inputs": {"answers": ["hello"], "prediction": "hallo"}}`
	if err := catalog.Eval(strings.NewReader(in), os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output: {"value":0.8}
}

// Every metric on its example, decoding and all.
func BenchmarkEval(b *testing.B) {
	for _, e := range examples(b) {
		m, ok := catalog.Lookup(e.Metric)
		if !ok {
			b.Fatal(e.Metric)
		}
		b.Run(e.Metric, func(b *testing.B) {
			for b.Loop() {
				if _, err := m.Eval(e.Inputs); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Whatever stands in the inputs, every metric gives the same again, and never NaN
// or an infinity: a value, null or an error.
func TestEveryMetricTakesAnything(t *testing.T) {
	texts := []string{"", " ", "\x00\x1b", "NaN", "inf", "-1e999", strings.Repeat("9", 400), "(0.1, 0.2", "[[1]]", "A", "yes no", "\u202e"}
	for _, e := range examples(t) {
		m, ok := catalog.Lookup(e.Metric)
		if !ok {
			t.Fatal(e.Metric)
		}
		for _, text := range texts {
			var inputs any
			if err := json.Unmarshal(e.Inputs, &inputs); err != nil {
				t.Fatal(err)
			}
			data, err := json.Marshal(replaced(inputs, text))
			if err != nil {
				t.Fatal(err)
			}
			first, err1 := m.Eval(data)
			again, err2 := m.Eval(data)
			if (err1 == nil) != (err2 == nil) {
				t.Fatalf("%s of %s: %v, then %v", e.Metric, data, err1, err2)
			}
			if err1 != nil {
				continue
			}
			one, err := json.Marshal(first) // refuses NaN and infinities
			two, _ := json.Marshal(again)
			if err != nil || !bytes.Equal(one, two) {
				t.Fatalf("%s of %s: %s, then %s (%v)", e.Metric, data, one, two, err)
			}
		}
	}
}

// replaced puts a text in place of every text in a value.
func replaced(v any, text string) any {
	switch v := v.(type) {
	case string:
		return text
	case []any:
		for i := range v {
			v[i] = replaced(v[i], text)
		}
	case map[string]any:
		for k := range v {
			v[k] = replaced(v[k], text)
		}
	}
	return v
}
