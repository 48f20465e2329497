package suite

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/onsi/ginkgo/v2"

	"github.com/vlmspec/vlmspec/runner/gate"
	"github.com/vlmspec/vlmspec/runner/report"
	"github.com/vlmspec/vlmspec/runner/result"
)

// judged carries a case from the process that has judged it to the one that looks
// at all of them.
type judged struct{ Case *result.Case }

// judgedEntry is the name of its report entry.
const judgedEntry = "vlmspec: judged case"

// String is what reports of Ginkgo's show of it.
func (j judged) String() string { return j.Case.ID + " " + string(j.Case.Outcome) }

// JudgeMetrics judges the metrics of the suites over the cases that were judged in
// all processes: for ReportAfterSuite, which it fails where a gate is missed. The
// metrics of a suite of which a part ran are left out.
func (s *Suite) JudgeMetrics(r ginkgo.Report) {
	if s.err != nil {
		return
	}
	run, err := judgedCases(r)
	if err != nil {
		ginkgo.Fail(err.Error())
	}
	run.Manifest.Suites = s.plan.Suites
	var missed []string
	for _, g := range gate.Run(run) {
		if !g.Passing() {
			missed = append(missed, fmt.Sprintf("%s: %s: %s", report.Gate(&g), g.Outcome, g.Reason))
		}
	}
	if len(missed) > 0 {
		ginkgo.Fail("metric " + strings.Join(missed, "\nmetric "))
	}
}

// judgedCases finds the cases in the report of all processes.
func judgedCases(r ginkgo.Report) (*result.Run, error) {
	var run result.Run
	known := map[string]bool{} // a case that Ginkgo has tried again is there twice
	for _, spec := range r.SpecReports {
		for _, entry := range spec.ReportEntries {
			if entry.Name != judgedEntry {
				continue
			}
			var j judged
			data, err := json.Marshal(entry.GetRawValue())
			if err == nil {
				err = json.Unmarshal(data, &j)
			}
			if err != nil || j.Case == nil {
				return nil, fmt.Errorf("the report has no case where one was judged: %w", err)
			}
			if !known[j.Case.ID] {
				run.Cases = append(run.Cases, *j.Case)
			}
			known[j.Case.ID] = true
		}
	}
	result.SortCases(run.Cases)
	return &run, nil
}
