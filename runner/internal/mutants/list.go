package main

// mutants survived every test once, and must not again.
var mutants = []mutant{
	{"cases come back unsorted by line", "runner/result/outcome.go", "cmp.Compare(a.Line, b.Line)", "0", "./runner/event"},
	{"a sample without a verdict passes", "runner/result/outcome.go", "worst := Unchecked", "worst := Passed", "./runner/result"},
	{"the cases of a matrix share their turns", "runner/spec/case.go", "c.Turns = slices.Clone(c.Turns)", "", "./runner/plan"},
	{"secrets stay behind pointers: judge, fault, stderr", "runner/secret/walk.go", "if !changed || v.Kind() == reflect.Interface {", "if true {", "./runner/secret"},
	{"gates are decided over an incomplete suite", "runner/gate/run.go", "case len(ran) != all:", "case false:", "./runner/gate"},
	{"history has no window", "runner/runs/history.go", "i >= 0 && len(latest) < limit", "i >= 0", "./runner/runs"},
	{"inputs of a case are listed twice", "runner/plan/inputs.go", "return again", "return again && false", "./runner/plan"},
	{"require rounds up what a float adds", "runner/spec/require.go", "const rounding = 1e-9", "const rounding = 0", "./runner/spec"},
	{"a point far outside is moved to the border", "runner/point/scale.go", "const overshoot = 0.05", "const overshoot = 0.5", "./runner/point"},
	{"JUnit lists reruns of quarantined cases", "runner/report/junitcase.go", "|| c.Outcome == result.XFailed || c.Outcome == result.Quarantined {", "|| c.Outcome == result.XFailed {", "./runner/report"},
	{"a file is surely the same though just written", "runner/watch/files/content.go", "old.looked.Sub(old.written) > dateStep", "true", "./runner/watch/files"},
	{"what was written since is not seen", "runner/watch/files/content.go", "!c.written.Before(t.Add(-10*time.Millisecond))", "c.written.After(t)", "./runner/watch/files"},
	{"a seed is shown where it has no effect", "runner/params.go", "p.Seed != 0 && p.Temperature != 0", "p.Seed != 0", "./runner"},
	{"overlays of passing checks are drawn", "runner/overlays.go", "v.Outcome == result.Failed && ", "", "./runner/cli"},
	{"a merge loses the comment below an entry", "runner/internal/yamledit/merge.go", "added.tail = their.tail", "_ = their.tail", "./runner/internal/yamledit"},
	{"an annotation leaves the workspace", "runner/report/github.go", "err != nil || !filepath.IsLocal(rel)", "err != nil", "./runner/report"},
	{"events of gates are lost", "runner/event/stream.go", "c.run.Gates = append(c.run.Gates, e.Gate)", "_ = e", "./runner/report"},
	{"an error hides a failure in the exit code", "runner/exitcode.go", "case *c == 0:", "default:", "./runner"},
	{"a missed metric passes in a Go test", "runner/suite/metrics.go", "if !g.Passing() {", "if false {", "./runner/suite"},
	{"answers pile up that nobody takes", "runner/infer/ahead.go", "a.untaken >= maxAhead &&", "false &&", "./runner/infer"},
	{"what a judge is asked has no time limit", "runner/infer/request.go", "if limit > 0 {", "if false {", "./runner/infer"},
}
