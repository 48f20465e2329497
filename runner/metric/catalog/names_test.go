package catalog_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/metric/catalog"
)

func evaluated(t *testing.T, line string) string {
	t.Helper()
	var out bytes.Buffer
	if err := catalog.Eval(strings.NewReader(line), &out); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(out.String())
}

func TestNames(t *testing.T) {
	for line, want := range map[string]string{
		`{"metric": "anls.vlmevalkit", "inputs": {"predicton": "a", "answers": ["a"]}}`:                    `{"error":"inputs: \"predicton\" is unknown, \"prediction\" is missing; the names are answers, prediction, threshold?"}`,
		`{"metric": "anls.vlmevalkit", "inputs": {"prediction": "a", "answers": ["a"]}}`:                   `{"value":1}`,
		`{"metric": "contains.zerobench", "inputs": {"pairs": [{"prediction": "{a}"}]}}`:                   `{"error":"inputs.pairs[0]: \"answer\" is missing; the names are prediction, answer"}`,
		`{"metric": "contains.zerobench", "inputs": {"pairs": [{"answer":"a","prediction":"{a}","n":1}]}}`: `{"value":1}`,
		`{"metric": "anls.vlmevalkit", "inputs": ["a"]}`:                                                   `{"error":"inputs: json: cannot unmarshal array into Go value of type catalog.golds"}`,
		`{"metric": "anls.vlmevalkit"}`:                                                                    `{"error":"inputs are missing: answers, prediction, threshold?"}`,
		`{"metric": "anls.vlmeval", "inputs": {}}`:                                                         "{\"error\":\"unknown metric \\\"anls.vlmeval\\\"; `vlmspec metrics list` lists them\"}",
	} {
		if got := evaluated(t, line); got != want {
			t.Errorf("%s\n   %s\nnot %s", line, got, want)
		}
	}
}

// A prediction whose id has no answer is left out, as DepictQA's scripts do.
func TestDepictQAByID(t *testing.T) {
	for line, want := range map[string]string{
		`{"metric": "depictqa.cal_acc_rating", "inputs": {"predictions": [{"id": 2, "text": "Image B"}, {"id": 9, "text": "Image A"}, {"id": 1, "text": "Image B"}], "answers": [{"id": "1", "answer": "Image A"}, {"id": "2", "answer": "Image B"}]}}`: `{"value":0.5}`,
		`{"metric": "depictqa.cal_acc_multi_distortion", "inputs": {"predictions": [{"id": "a", "text": "Blur and Noise"}], "answers": [{"id": "b", "text": "Blur"}, {"id": "a", "text": "Noise and Blur"}]}}`:                                          `{"value":1}`,
		`{"metric": "depictqa.cal_acc_rating_confidence", "inputs": {"predictions": [{"id": 9, "text": "A"}, {"id": 1, "text": "A"}], "answers": [{"id": 1, "text": "A"}], "confidence": [0, 0.4], "intervals": [0, 1]}}`:                               `{"value":{"average":1,"lines":["Confidence Interval [0,1], 1 Samples, Accuracy: 1.0","Average Accuracy: 1.0"]}}`,
		`{"metric": "depictqa.cal_acc_rating", "inputs": {"predictions": ["A"], "answers": ["A", "B"]}}`:                                                                                                                                                `{"error":"1 predictions for 2 answers, and no ids to match them by"}`,
		`{"metric": "depictqa.cal_acc_rating", "inputs": {"predictions": ["A"], "answers": [{"id": 1, "text": "A"}]}}`:                                                                                                                                  `{"error":"either both predictions and answers have ids, or neither"}`,
		`{"metric": "depictqa.cal_acc_rating", "inputs": {"predictions": [{"id": 3, "text": "A"}], "answers": [{"id": 1, "text": "A"}]}}`:                                                                                                               `{"value":null}`,
	} {
		if got := evaluated(t, line); got != want {
			t.Errorf("%s\n   %s\nnot %s", line, got, want)
		}
	}
}

func TestInputsAreListed(t *testing.T) {
	for _, m := range catalog.List() {
		if len(m.Inputs()) == 0 {
			t.Errorf("%s lists no inputs", m.ID)
		}
	}
	m, _ := catalog.Lookup("relaxed_accuracy.vlmevalkit")
	if got := m.Inputs(); len(got) != 3 || got[2] != (catalog.Input{Name: "max_relative_change", Type: "number", Optional: true}) {
		t.Errorf("%+v", got)
	}
}
