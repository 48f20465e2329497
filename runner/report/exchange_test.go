package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/runner/result"
)

// ctrfFields are the fields that the format's schema allows, by object; no other
// may be there. A star marks those that must be.
var ctrfFields = map[string]string{
	"":                          "reportFormat* specVersion* reportId runId timestamp generatedBy extra results*",
	"results":                   "tool* summary* tests* environment extra",
	"results.tool":              "name* version extra",
	"results.summary":           "tests* passed* failed* skipped* pending* other* flaky suites start* stop* duration extra",
	"results.tests":             "id testId executionId name* status* duration* start stop suite message trace snippet ai line rawStatus tags labels type filePath retries retryAttempts flaky stdout stderr threadId browser device screenshot attachments parameters steps insights extra",
	"results.environment":       "reportName appName appVersion osPlatform osRelease osVersion buildId buildName buildNumber buildUrl repositoryName repositoryUrl commit branchName testEnvironment healthy extra",
	"results.tests.attachments": "attachmentId name* contentType* path* extra",
}

func TestCTRFKeepsToItsSchema(t *testing.T) {
	for name, run := range map[string]*result.Run{"example": example(), "empty": {}} {
		var b bytes.Buffer
		if err := writeCTRF(&b, run); err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		wantFields(t, "", doc)
		results := doc["results"].(map[string]any)
		summary := results["summary"].(map[string]any)
		sum := 0.0
		for _, key := range []string{"passed", "failed", "skipped", "pending", "other"} {
			sum += summary[key].(float64)
		}
		if tests := results["tests"].([]any); float64(len(tests)) != summary["tests"] || sum != summary["tests"] {
			t.Errorf("%s: %d tests, summary %v", name, len(tests), summary)
		}
	}
}

func wantFields(t *testing.T, at string, object map[string]any) {
	t.Helper()
	allowed := ctrfFields[at]
	for field := range strings.FieldsSeq(allowed) {
		if name, must := strings.CutSuffix(field, "*"); must && object[name] == nil {
			t.Errorf("%q lacks %s", at, name)
		}
	}
	for name, value := range object {
		if !strings.Contains(" "+strings.ReplaceAll(allowed, "*", "")+" ", " "+name+" ") {
			t.Errorf("%q has %s, which the schema does not allow", at, name)
		}
		below := strings.TrimPrefix(at+"."+name, ".")
		if ctrfFields[below] == "" {
			continue
		}
		switch v := value.(type) {
		case map[string]any:
			wantFields(t, below, v)
		case []any:
			for _, e := range v {
				wantFields(t, below, e.(map[string]any))
			}
		}
	}
}

// What is failing fails in every format, and a run without an end passes in none.
func TestNoFormatHidesAFailure(t *testing.T) {
	marks := map[string]*regexp.Regexp{
		"ctrf": regexp.MustCompile(`"status": "failed"`), "tap": regexp.MustCompile(`(?m)^not ok [^#]*$|^Bail out!`),
		"teamcity": regexp.MustCompile(`(?m)^##teamcity\[(testFailed|buildProblem) `), "codequality": regexp.MustCompile(`"severity": "(major|minor|blocker)"`),
		"junit": regexp.MustCompile(`<(failure|error)`), "metrics": regexp.MustCompile(`outcome="(failed|unstable|error|stale|xpassed|unchecked)"|vlmspec_run_complete 0`),
	}
	ended := time.Unix(9, 0)
	count := func(name string, run *result.Run) int {
		var b bytes.Buffer
		if err := formats[name].Write(&b, run); err != nil {
			t.Fatal(err)
		}
		return len(marks[name].FindAll(b.Bytes(), -1))
	}
	for name := range marks {
		for _, o := range order {
			run := &result.Run{Manifest: result.Manifest{Started: time.Unix(1, 0), Ended: ended}, Cases: []result.Case{{ID: "s/c", Name: "c", Suite: "s", File: "s.yaml", Line: 2, Outcome: o, Reason: "no", Backend: "tiny"}}}
			if failing := !run.Cases[0].Passing(); (count(name, run) > 0) != failing {
				t.Errorf("%s: a case that is %s: failing %t", name, o, !failing)
			}
		}
		if count(name, &result.Run{Manifest: result.Manifest{Started: time.Unix(1, 0)}}) == 0 {
			t.Errorf("%s: a run that was killed passes", name)
		}
		mistaken := &result.Run{Manifest: result.Manifest{Started: time.Unix(1, 0), Ended: ended}, Mistakes: []result.Mistake{{Message: "unknown backend"}}}
		if count(name, mistaken) == 0 {
			t.Errorf("%s: a run that could not begin passes", name)
		}
	}
}

func TestCSVReadsBack(t *testing.T) {
	run := example()
	var b bytes.Buffer
	if err := writeCSV(&b, run); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	samples := 0
	for _, c := range run.Cases {
		samples += max(len(c.Samples), 1)
	}
	if len(rows) != samples+1 || len(rows[0]) != len(csvHead) {
		t.Errorf("%d rows of %d cells for %d samples", len(rows), len(rows[0]), samples)
	}
	for in, want := range map[string]string{"=1+1": "'=1+1", "-5": "-5", "-x": "'-x", "+1e3": "+1e3", "@a": "'@a", "a=b": "a=b", "": ""} {
		if got := noFormula(in); got != want {
			t.Errorf("noFormula(%q) = %q", in, got)
		}
	}
}

func TestTAPDirectivesAreOurs(t *testing.T) {
	run := example()
	run.Cases = run.Cases[1:2]
	run.Cases[0].Name = "is wrong # TODO later\nok 9 - no"
	var b bytes.Buffer
	if err := writeTAP(&b, run); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `not ok 1 - a › is wrong \# TODO later⏎ok 9 - no`+"\n") {
		t.Errorf("actual:\n%s", b.String())
	}
}
