package report

import (
	"bytes"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/runner/event"
	"github.com/vlmspec/vlmspec/runner/result"
)

// obeyed is what a terminal would obey: colours, a cleared screen, C1 controls,
// a title, text from right to left, invisible tags; and what a CI server would.
const obeyed = "::error::a ##[group] ##vso[task.complete] ##teamcity[a]\n \t::add-mask::b\nsection_start:1:a\r\x1b[0K\x1b[31m\x1b[2J\u009b2J\x1b]0;t\x07\u202eb\u2066\u200f\r\x08\U000e0041\x7f"

// holdsItself is for a field with more of its own kind, which would never end.
func holdsItself(v reflect.Value, field int) bool {
	t := v.Field(field).Type()
	return t.Kind() == reflect.Slice && t.Elem() == v.Type()
}

// fill puts a text into every string below v, and two elements into what is empty.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text)
	case reflect.Interface:
		v.Set(reflect.ValueOf(text))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && !holdsItself(v, i) {
				fill(v.Field(i), text)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), text)
		fill(v.Index(1), text)
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), text)
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, text)
		fill(value, text)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	}
}

// obeyedRun has the obeyed text in every field, but for one case of each outcome.
func obeyedRun() *result.Run {
	var run result.Run
	fill(reflect.ValueOf(&run).Elem(), obeyed)
	like := run.Cases[0]
	run.Cases = nil
	for _, o := range append([]result.Outcome{obeyed}, order...) {
		c := like
		c.Outcome = o
		run.Cases = append(run.Cases, c)
		c.Samples, c.Quarantine = nil, nil
		run.Cases = append(run.Cases, c)
	}
	gate := run.Gates[0]
	for _, o := range []result.Outcome{"", result.Passed, result.Failed, result.Skipped} {
		gate.Outcome = o
		run.Gates = append(run.Gates, gate)
	}
	run.Mistakes = nil
	run.Manifest.Started, run.Manifest.Ended = time.Unix(0, 0), time.Unix(9, 0)
	return &run
}

// Nothing that anybody named or a model said reaches a terminal as it is.
func TestNothingIsObeyed(t *testing.T) {
	t.Setenv("GITHUB_STEP_SUMMARY", "")
	t.Setenv("GITHUB_WORKSPACE", "/")
	whole, mistaken := obeyedRun(), &result.Run{Mistakes: make([]result.Mistake, 1)}
	fill(reflect.ValueOf(&mistaken.Mistakes).Elem(), obeyed)
	for _, f := range Formats() {
		for name, write := range variants(f) {
			for _, run := range []*result.Run{whole, mistaken} {
				var b bytes.Buffer
				if err := write(&b, run); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if name == "html" {
					continue // no terminal shows it; package web tests what a browser is given
				}
				if run == mistaken && slices.Contains([]string{"csv", "jsonl", "metrics"}, name) {
					continue // which are about cases
				}
				wantHarmless(t, name, b.String())
			}
		}
	}
}

// variants are all ways to write a format, by name.
func variants(f Format) map[string]func(io.Writer, *result.Run) error {
	all := map[string]func(io.Writer, *result.Run) error{f.Name: f.Write}
	for name, v := range f.Variants {
		all[f.Name+","+name] = v.Write
	}
	return all
}

// ours is what the live console itself sends to a terminal.
var ours = regexp.MustCompile("\x1b]8;;(file://[-A-Za-z0-9%._~:/;&$+,=@!*'()]*)?\x07|\x1b\\[[0-9]+A\x1b\\[J|\x1b\\[[0-9]+m")

func TestNothingIsObeyedLive(t *testing.T) {
	run := obeyedRun()
	for _, columns := range []int{0, 40} {
		var out, warnings bytes.Buffer
		c := NewConsole(&out, ConsoleOptions{Columns: columns, Color: true, Warnings: &warnings, From: obeyed})
		c.Event(event.RunStarted{Manifest: run.Manifest})
		sample := event.Sample{Case: obeyed, Suite: obeyed, Name: obeyed, Backend: obeyed}
		c.Event(event.SampleStarted{Sample: sample})
		c.Event(event.Warning{Message: obeyed, Backend: obeyed})
		for i := range run.Cases {
			c.Event(event.CaseJudged{Case: &run.Cases[i]})
		}
		c.Event(event.RunEnded{Manifest: run.Manifest})
		c.End([]string{obeyed})
		wantHarmless(t, "warnings", warnings.String())
		wantHarmless(t, "live", ours.ReplaceAllString(out.String(), ""))
	}
}

func wantHarmless(t *testing.T, name, text string) {
	t.Helper()
	if !strings.Contains(text, "31m") {
		t.Errorf("%s does not show what was in the fields: %.200q", name, text)
	}
	for line := range strings.Lines(text) {
		if i := strings.IndexAny(line, "\x1b\u009b\x07\u202e\u2066\u200f\r\x08\U000e0041\x7f"); i >= 0 {
			t.Errorf("%s: %.300q", name, line[max(0, i-100):])
			return
		}
		if name == "teamcity" {
			line = strings.TrimPrefix(line, "##teamcity[")
		}
		begins := strings.HasPrefix(strings.TrimLeft(line, " \t"), "::") && !ownCommand.MatchString(line)
		if name != "json" && begins || strings.Contains(line, "##[") || strings.Contains(line, "##vso[") || strings.Contains(line, "##teamcity[") {
			t.Errorf("%s speaks to the CI: %.300q", name, line)
			return
		}
	}
}

// ownCommand is what the github report itself says.
var ownCommand = regexp.MustCompile(`^::(error|warning|notice) (file=|title=)`)
