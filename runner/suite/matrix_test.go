package suite_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/onsi/ginkgo/v2/types"
)

// matrix is a spec over three backends, of which the one called right says red.
const matrix = `suite: SUITE
backends: [BACKENDS]
cases:
  - {name: color, prompt: which, expect: [equals: red]}
  - name: turns
    turns:
      - {prompt: hello, expect: [equals: hello]}
      - {prompt: which, expect: [equals: red]}
  - name: row ${shade}
    rows: [{shade: red}]
    prompt: which
    expect: [equals: "${shade}"]
  - {name: not yet, xfail: reasons, prompt: which, expect: [equals: red]}
  - {name: in time, prompt: which, expect: [latency: {max: 60s}, equals: red]}
  - {name: accepted, prompt: which, expect: [golden]}
  - {name: own, backends: [wrong, right], prompt: which, expect: [equals: red]}
metrics:
  - accuracy: {min: 0.9}
  - mean: {of: equals}
`

// matrixProject writes suites over every order of the backends, and returns their
// folder, and the outcome that Ginkgo must have of each case.
func matrixProject(t *testing.T) (dir string, want map[string]types.SpecState) {
	t.Helper()
	dir, want = t.TempDir(), map[string]types.SpecState{}
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	project := "version: 1\ndefault_backend: right\nbackends:\n"
	for name, is := range map[string]string{"right": "red", "wrong": "green", "other": "blue"} {
		project += fmt.Sprintf("  %s: {plugin: fake, config: {is: %s, starts: \"${env:SUITE_STARTS}\"}}\n", name, is)
	}
	write("vlmspec.yaml", project)
	for _, order := range []string{"right, wrong, other", "right, other, wrong", "wrong, right, other", "wrong, other, right", "other, right, wrong", "other, wrong, right"} {
		suite := strings.ReplaceAll(order, ", ", "-")
		write("specs/"+suite+".yaml", strings.NewReplacer("SUITE", suite, "BACKENDS", order).Replace(matrix))
		write("golden/"+suite+".yaml", suite+"/accepted@right: {answers: [red]}\n")
		for _, name := range []string{"color", "turns", "row red", "in time", "accepted", "own"} {
			for backend, state := range map[string]types.SpecState{"right": types.SpecStatePassed, "wrong": types.SpecStateFailed, "other": types.SpecStateFailed} {
				if name != "own" || backend != "other" {
					want[suite+" "+name+" @"+backend] = state
				}
			}
		}
		want[suite+" not yet @right"] = types.SpecStateFailed // it passes, and must not
		want[suite+" not yet @wrong"], want[suite+" not yet @other"] = types.SpecStatePassed, types.SpecStatePassed
	}
	return dir, want
}

// Every backend of a matrix is judged by checks of its own, in any order, by go
// test and by ginkgo in several processes, and so are the metrics.
func TestMatrix(t *testing.T) {
	for how, run := range map[string]func(t *testing.T, project, report string) (string, error){
		"go test": func(t *testing.T, p, report string) (string, error) {
			return again(t, p, "-ginkgo.json-report="+report)
		},
		"ginkgo -p": func(t *testing.T, p, report string) (string, error) {
			return inParallel(t, p, "--json-report="+filepath.Base(report), "--output-dir="+filepath.Dir(report))
		},
		"in random order": func(t *testing.T, p, report string) (string, error) {
			return again(t, p, "-ginkgo.json-report="+report, "-ginkgo.randomize-all")
		},
	} {
		t.Run(how, func(t *testing.T) {
			dir, want := matrixProject(t)
			report := filepath.Join(t.TempDir(), "report.json")
			out, err := run(t, dir, report)
			if err == nil {
				t.Errorf("all is well:\n%s", out)
			}
			got, metrics := states(t, report)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			for suite := range suitesOf(want) {
				for backend, problem := range map[string]string{"wrong": "metric " + suite + " accuracy @wrong 0 (", "other": "metric " + suite + " accuracy @other 0 ("} {
					if !strings.Contains(metrics, problem) {
						t.Errorf("%s of %s is not missed: %s", suite, backend, metrics)
					}
				}
			}
			if strings.Contains(metrics, "@right") || strings.Contains(metrics, "mean") {
				t.Errorf("too much is missed: %s", metrics)
			}
		})
	}
}

// Where all is well but a metric, that is the failure.
func TestMissedGateFailsTheSuite(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"vlmspec.yaml": "version: 1\nbackends: {fake: {plugin: fake, config: {starts: \"${env:SUITE_STARTS}\"}}}\n",
		"a.yaml":       "suite: a\ncases:\n  - {name: one, prompt: red, expect: [{equals: red}]}\n  - {name: two, xfail: reasons, prompt: red, expect: [{equals: blue}]}\nmetrics: [{accuracy: {min: 0.9}}]\n",
	} {
		path := filepath.Join(dir, "specs", name)
		if name == "vlmspec.yaml" {
			path = filepath.Join(dir, name)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for how, run := range map[string]func(t *testing.T, project string, args ...string) (string, error){"go test": again, "ginkgo -p": inParallel} {
		out, err := run(t, dir)
		if want := "metric a accuracy 0.5"; err == nil || !strings.Contains(out, want) || !strings.Contains(out, "4 Passed | 0 Failed") {
			t.Errorf("%s: %v; want %q in:\n%s", how, err, want, out)
		}
	}
	// Of a part of a suite there is no metric, and what is tried again is judged once.
	if out, err := again(t, dir, "-ginkgo.focus=one"); err != nil {
		t.Errorf("%v:\n%s", err, out)
	}
	if out, err := again(t, "failing", "-ginkgo.flake-attempts=3"); err == nil || !strings.Contains(out, "1 Failed") {
		t.Errorf("%v:\n%s", err, out)
	}
}

func suitesOf(states map[string]types.SpecState) map[string]bool {
	all := map[string]bool{}
	for name := range maps.Keys(states) {
		suite, _, _ := strings.Cut(name, " ")
		all[suite] = true
	}
	return all
}

// states reads of a report of Ginkgo's how each case of a spec ended, and what the
// metrics failed with.
func states(t *testing.T, path string) (cases map[string]types.SpecState, metrics string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var reports []types.Report
	if err := json.Unmarshal(data, &reports); err != nil || len(reports) != 1 {
		t.Fatal(err, len(reports))
	}
	cases = map[string]types.SpecState{}
	for _, r := range reports[0].SpecReports {
		switch {
		case r.LeafNodeType == types.NodeTypeReportAfterSuite && r.State == types.SpecStateFailed:
			metrics += r.Failure.Message
		case r.LeafNodeType == types.NodeTypeIt && strings.HasSuffix(r.LeafNodeLocation.FileName, ".yaml"):
			cases[strings.Join(append(r.ContainerHierarchyTexts, r.LeafNodeText), " ")] = r.State
		}
	}
	return cases, metrics
}
