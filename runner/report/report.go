// Package report renders runs. Every format is made from a [result.Run] and
// nothing else, so that a report can be made again from a run directory. Start
// reading at [Formats]; each format has a file of its own. [Console] is the one
// that also follows a run as it goes.
//
// What a model said is untrusted: text.go takes away what a terminal, a CI
// system or a browser would obey.
package report

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/internal/atomicfile"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// Format is a kind of report.
type Format struct {
	Name    string // "junit"
	Summary string // for people
	Path    string // where it goes unless said otherwise, relative to the project; "" is standard output
	Most    int    // most cases in one file, 0 for no limit; what is over goes to NAME-2.EXT and so on
	Beside  bool   // written to standard output beside what people read there
	Write   func(w io.Writer, run *result.Run) error
}

// formats by name.
var formats = map[string]Format{
	"codequality": {Summary: "what is failing as GitLab's code quality report, on the lines of the specs", Path: "out/codequality.json", Write: writeCodeQuality},
	"console":     {Summary: "what `vlmspec run` prints", Write: writeConsole},
	"csv":         {Summary: "a row for every sample, for spreadsheets and notebooks", Path: "out/samples.csv", Write: writeCSV},
	"ctrf":        {Summary: "Common Test Report Format, JSON that tools of many CI servers read", Path: "out/ctrf.json", Write: writeCTRF},
	"github":      {Summary: "annotations on the lines of the specs, and a job summary, in GitHub Actions", Beside: true, Write: writeGitHub},
	"json":        {Summary: "the whole run: every case, sample, turn and verdict", Path: "out/run.json", Write: writeJSON},
	"jsonl":       {Summary: "a line of JSON for every sample, whole", Path: "out/samples.jsonl", Write: writeJSONL},
	"junit":       {Summary: "JUnit XML as Jenkins, GitLab, Azure and Buildkite read it", Path: "out/junit.xml", Most: 5000, Write: writeJUnit},
	"markdown":    {Summary: "a summary to paste into a merge request", Path: "out/report.md", Write: writeMarkdown},
	"metrics":     {Summary: "figures as GitLab's metrics report and Prometheus read them", Path: "out/metrics.txt", Write: writeMetrics},
	"tap":         {Summary: "Test Anything Protocol, version 14", Path: "out/report.tap", Write: writeTAP},
	"teamcity":    {Summary: "service messages, which TeamCity reads from the output", Beside: true, Write: writeTeamCity},
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

// Target is a report to write.
type Target struct {
	Format Format
	Path   string // "" is standard output
}

// OwnsStdout reports whether standard output belongs to the report.
func (t Target) OwnsStdout() bool { return t.Path == "" && !t.Format.Beside }

// ParseTarget reads KIND or KIND=PATH; "-" for a path is standard output. Paths
// that are left out are below dir.
func ParseTarget(s, dir string) (Target, error) {
	kind, path, given := strings.Cut(s, "=")
	f, ok := formats[kind]
	if !ok {
		return Target{}, fmt.Errorf("unknown report %q; %s", kind, spec.DidYouMean(kind, Names()))
	}
	f.Name = kind
	switch {
	case given && path == "":
		return Target{}, fmt.Errorf("report %q has no path after =; write %s=out/FILE, or %s=- for standard output", s, kind, kind)
	case path == "-":
		path = ""
	case !given && f.Path != "":
		path = filepath.Join(dir, filepath.FromSlash(f.Path))
	}
	return Target{f, path}, nil
}

// Write writes a report, to out where it has no path, and returns the files
// that it wrote. A file is whole or not there.
func (t Target) Write(out io.Writer, run *result.Run) ([]string, error) {
	if t.Path == "" {
		return nil, t.Format.Write(out, run)
	}
	var files []string
	for i, part := range split(run, t.Format.Most) {
		path := t.Path
		if i > 0 {
			ext := filepath.Ext(path)
			path = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(path, ext), i+1, ext)
		}
		if err := writeFile(path, func(w io.Writer) error { return t.Format.Write(w, part) }); err != nil {
			return files, fmt.Errorf("write the %s report: %w", t.Format.Name, err)
		}
		files = append(files, path)
	}
	return files, nil
}

func split(run *result.Run, limit int) []*result.Run {
	if limit <= 0 || len(run.Cases) <= limit {
		return []*result.Run{run}
	}
	var parts []*result.Run
	for some := range slices.Chunk(run.Cases, limit) {
		parts = append(parts, &result.Run{Manifest: run.Manifest, Cases: some})
	}
	parts[len(parts)-1].Gates = run.Gates
	return parts
}

// writeFile writes a file by way of another, so that a full disk leaves what was
// there. Devices and pipes are written to as they are.
func writeFile(path string, write func(io.Writer) error) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		if info.IsDir() {
			return fmt.Errorf("%s is a folder; give the name of a file", path)
		}
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return finish(f, write)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return atomicfile.Write(path, atomicfile.Options{}, func(f *os.File) error { return write(f) })
}

func finish(f *os.File, write func(io.Writer) error) error {
	err := write(f)
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}
