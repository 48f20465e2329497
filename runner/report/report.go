// Package report renders runs. Every format is made from a [result.Run] and
// nothing else, so that a report can be made again from a run directory. Start
// reading at [Formats]; each format has a file of its own, and target.go says where it goes. [Console] is the one
// that also follows a run as it goes.
//
// What a model said is untrusted: text.go takes away what a terminal, a CI
// system or a browser would obey.
package report

import (
	"io"
	"maps"
	"slices"

	"github.com/vlmspec/vlmspec/runner/result"
)

// Format is a kind of report.
type Format struct {
	Name    string // "junit"
	Summary string // for people
	Path    string // where it goes unless said otherwise, relative to the project; "" is standard output
	Beside  bool   // written to standard output beside what people read there
	Write   func(w io.Writer, run *result.Run) error
	// Variants are other ways to write it, by the option that chooses one.
	Variants map[string]Variant
	// Splits says that the cases may go into several files, with the option max.
	Splits bool
	// WriteTarget is instead of Write where a report needs to know where it goes, or
	// what lies around the run; it returns what it has written beside it.
	WriteTarget func(w io.Writer, run *result.Run, t *Target) (beside []string, err error)
}

// Variant is another way to write a format.
type Variant struct {
	Summary string
	Write   func(w io.Writer, run *result.Run) error
}

// formats by name.
var formats = map[string]Format{
	"codequality": {Summary: "what is failing as GitLab's code quality report, on the lines of the specs", Path: "out/codequality.json", Write: writeCodeQuality},
	"console":     {Summary: "what `vlmspec run` prints", Write: writeConsole},
	"csv":         {Summary: "a row for every sample, for spreadsheets and notebooks", Path: "out/samples.csv", Write: writeCSV},
	"ctrf":        {Summary: "Common Test Report Format, JSON that tools of many CI servers read", Path: "out/ctrf.json", Write: writeCTRF},
	"github":      {Summary: "annotations on the lines of the specs, and a job summary, in GitHub Actions", Beside: true, Write: writeGitHub},
	"html":        {Summary: "a page to look at a run with: images, overlays, gauges; opens from disk", Path: "out/report.html", Write: writeHTMLAlone, WriteTarget: writeHTML},
	"json":        {Summary: "the whole run: every case, sample, turn and verdict", Path: "out/run.json", Write: writeJSON},
	"jsonl":       {Summary: "a line of JSON for every sample, whole", Path: "out/samples.jsonl", Write: writeJSONL},
	"junit": {
		Summary: "JUnit XML as Jenkins, GitLab, Azure and Buildkite read it", Path: "out/junit.xml", Write: writeJUnit, Splits: true,
		Variants: map[string]Variant{"strict": {"only what the schema of Jenkins' xunit plugin has", writeStrictJUnit}},
	},
	"markdown": {Summary: "a summary to paste into a merge request", Path: "out/report.md", Write: writeMarkdown},
	"metrics":  {Summary: "figures as GitLab's metrics report and Prometheus read them", Path: "out/metrics.txt", Write: writeMetrics},
	"tap":      {Summary: "Test Anything Protocol, version 14", Path: "out/report.tap", Write: writeTAP},
	"teamcity": {Summary: "service messages, which TeamCity reads from the output", Beside: true, Write: writeTeamCity},
}

// Formats lists the formats by name.
func Formats() []Format {
	var all []Format
	for _, name := range Names() {
		f := formats[name]
		f.Name = name
		all = append(all, f)
	}
	return all
}

// Names lists the names of the formats.
func Names() []string { return slices.Sorted(maps.Keys(formats)) }
