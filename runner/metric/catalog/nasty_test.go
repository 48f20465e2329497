package catalog_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/runner/metric/catalog"
)

// nasty are what patterns that backtrack take the square, or the cube, of.
var nasty = map[string]string{
	"digits": "1", "brackets": "[", "spaces": " ", "parentheses": "(", "lines": "\n", "letters": "a", "commas": "1,234,", "signs": "-",
	"tags": "<think>", "quotes": `"`, "words": "A b ", "points": "(0.1, 0.2), ", "mixed": "Answer: [1.5e3, (A) is\t{\"x\": \n",
}

// What takes linear time ends long before the limit at 100 kB, what takes the square of it does not.
const (
	nastyBytes = 100_000
	nastyLimit = 30 * time.Second
)

func TestNastyInputs(t *testing.T) {
	if testing.Short() {
		t.Skip("evaluates every metric on some hundred kilobytes")
	}
	seen := map[string]bool{}
	for _, e := range examples(t) {
		if seen[e.Metric] {
			continue
		}
		seen[e.Metric] = true
		m, _ := catalog.Lookup(e.Metric)
		for _, name := range slices.Sorted(maps.Keys(nasty)) {
			inputs := withTexts(t, e.Inputs, strings.Repeat(nasty[name], nastyBytes/len(nasty[name])))
			done := make(chan struct{})
			go func() {
				defer close(done)
				_, _ = m.Eval(inputs) // a value or an error, but soon
			}()
			select {
			case <-done:
			case <-time.After(nastyLimit):
				t.Errorf("%s takes more than %s on %d bytes of %s", m.ID, nastyLimit, nastyBytes, name)
			}
		}
	}
}

// withTexts puts a text in the place of the first text of some inputs, and its beginning in the place of the next ones.
func withTexts(t *testing.T, inputs json.RawMessage, text string) json.RawMessage {
	t.Helper()
	var v any
	if err := json.Unmarshal(inputs, &v); err != nil {
		t.Fatal(err)
	}
	texts := []string{text, text[:1000], text[1:1000]}
	out, err := json.Marshal(withNext(v, &texts))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func withNext(v any, texts *[]string) any {
	switch v := v.(type) {
	case string:
		if len(*texts) == 0 {
			return v
		}
		text := (*texts)[0]
		*texts = (*texts)[1:]
		return text
	case []any:
		for i := range v {
			v[i] = withNext(v[i], texts)
		}
	case map[string]any:
		for _, key := range slices.Backward(slices.Sorted(maps.Keys(v))) { // the prediction before the answers
			v[key] = withNext(v[key], texts)
		}
	}
	return v
}
