package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/vlmspec/vlmspec/runner/internal/visible"
	"github.com/vlmspec/vlmspec/runner/result"
)

// writeMetrics writes figures of the run as text that GitLab's metrics reports and
// Prometheus read: https://docs.gitlab.com/ci/testing/metrics_reports/ and
// https://prometheus.io/docs/specs/om/open_metrics_spec/.
func writeMetrics(out io.Writer, run *result.Run) error {
	w := bufio.NewWriter(out)
	t := tallyOf(run)
	families := []metricFamily{
		{"vlmspec_cases", "cases by outcome and backend", caseCounts(t)},
		{"vlmspec_checks_warned", "checks that only warn and do not hold", []metricValue{{value: float64(t.warnings)}}},
		{"vlmspec_answers_unread", "answers that could not be read", []metricValue{{value: float64(t.unreadAnswers)}}},
		{"vlmspec_answers_cut_off", "answers that ended at their limit", []metricValue{{value: float64(t.cutOff)}}},
		{"vlmspec_cases_not_run", "selected cases without a result", []metricValue{{value: float64(max(0, run.Manifest.Selected-t.cases))}}},
		{"vlmspec_run_complete", "1 when the run has ended, 0 when it could not begin, was killed or is under way", []metricValue{{value: completeness(run)}}},
		{"vlmspec_case_seconds", "seconds of all samples of the cases of a suite", suiteSeconds(run)},
		{"vlmspec_metric", "metrics of suites", gateValues(run)},
	}
	for _, f := range families {
		f.write(w)
	}
	fmt.Fprintln(w, "# EOF")
	return w.Flush()
}

// metricFamily is a gauge with its values, each with other labels.
type metricFamily struct {
	name, help string
	values     []metricValue
}

type metricValue struct {
	labels []string // pairs of names and values
	value  float64
}

func (f metricFamily) write(w io.Writer) {
	if len(f.values) == 0 {
		return
	}
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s gauge\n", f.name, f.help, f.name)
	for _, v := range f.values {
		fmt.Fprintf(w, "%s%s %s\n", f.name, metricLabels(v.labels), strconv.FormatFloat(v.value, 'g', -1, 64))
	}
}

var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func metricLabels(pairs []string) string {
	var parts []string
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			parts = append(parts, fmt.Sprintf(`%s="%s"`, pairs[i], labelEscapes.Replace(visible.Line(pairs[i+1]))))
		}
	}
	if parts == nil {
		return ""
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func completeness(run *result.Run) float64 {
	if len(problems(run)) > 0 {
		return 0
	}
	return 1
}

func caseCounts(t *tally) (values []metricValue) {
	for _, backend := range slices.Sorted(maps.Keys(t.backends)) {
		for _, o := range order {
			if n := t.backends[backend][o]; n > 0 {
				values = append(values, metricValue{[]string{"backend", backend, "outcome", string(o)}, float64(n)})
			}
		}
	}
	return values
}

func suiteSeconds(run *result.Run) (values []metricValue) {
	seconds := map[string]float64{}
	for i := range run.Cases {
		seconds[run.Cases[i].Suite] += run.Cases[i].Seconds
	}
	for _, suite := range slices.Sorted(maps.Keys(seconds)) {
		values = append(values, metricValue{[]string{"suite", suite}, seconds[suite]})
	}
	return values
}

// gateValues are the metrics that have a value, each once.
func gateValues(run *result.Run) (values []metricValue) {
	seen := map[string]bool{}
	for i := range run.Gates {
		g := &run.Gates[i]
		labels := []string{"suite", g.Suite, "backend", g.Backend, "metric", g.Metric, "of", g.Of, "against", g.Against, "label", g.Label}
		if key := metricLabels(labels); g.Value != nil && !seen[key] {
			seen[key] = true
			values = append(values, metricValue{labels, *g.Value})
		}
	}
	slices.SortStableFunc(values, func(a, b metricValue) int { return cmp.Compare(metricLabels(a.labels), metricLabels(b.labels)) })
	return values
}
