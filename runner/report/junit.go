package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"

	"github.com/vlmspec/vlmspec/runner/result"
)

func writeJUnit(w io.Writer, run *result.Run) error { return encodeJUnit(w, run, false) }

func writeStrictJUnit(w io.Writer, run *result.Run) error { return encodeJUnit(w, run, true) }

func encodeJUnit(w io.Writer, run *result.Run, strict bool) error {
	d := junit{run: run, strict: strict, at: map[string]int{}}
	d.addAll()
	d.total()
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(d.doc); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// junit is a document while it is made.
type junit struct {
	run     *result.Run
	strict  bool
	doc     xmlRun
	at      map[string]int // by spec file: its place in doc.Suites
	seconds []float64      // by place in doc.Suites
}

// addAll adds what was judged, and all that keeps the run from being whole: cases
// that it has not come to, mistakes, an end that never came.
func (d *junit) addAll() {
	run := d.run
	for i := range run.Cases {
		c := &run.Cases[i]
		d.add(c.File, junitCase(run, c), c.Seconds)
	}
	for i := range run.NotRun {
		d.add(run.NotRun[i].File, junitCase(run, &run.NotRun[i]), 0)
	}
	for i := range run.Gates {
		if run.Gates[i].Outcome == "" { // a value that nothing is asked of has not passed
			d.value(&run.Gates[i])
			continue
		}
		d.add(run.Gates[i].File, junitGate(&run.Gates[i]), 0)
	}
	places := map[string]int{}
	for _, m := range run.Mistakes {
		place := mistakePlace(m)
		places[place]++
		if n := places[place]; n > 1 {
			place = fmt.Sprintf("%s #%d", place, n)
		}
		d.add(m.File, junitMistake(m, place), 0)
	}
	if why := unended(&run.Manifest); why != "" {
		d.add("", junitUnended(why), 0)
	}
}

func (d *junit) total() {
	total := 0.0
	for k := range d.doc.Suites {
		s := &d.doc.Suites[k]
		s.Time = xmlSeconds(d.seconds[k])
		total += d.seconds[k]
		d.doc.Tests += s.Tests
		d.doc.Failures += s.Failures
		d.doc.Errors += s.Errors
	}
	d.doc.Name, d.doc.Time = "vlmspec", xmlSeconds(total)
}

// value puts a metric without a bound into the properties of a suite.
func (d *junit) value(g *result.Gate) {
	if g.Value != nil {
		s := &d.doc.Suites[d.suite(g.File)]
		s.Properties.All = append(s.Properties.All, properties([]xmlProperty{{"metric " + g.Name + "@" + g.Backend, strconv.FormatFloat(*g.Value, 'f', -1, 64)}}).All...)
	}
}

// suite is the place of a spec file's suite; "" is what belongs to none.
func (d *junit) suite(file string) int {
	k, ok := d.at[file]
	if !ok {
		k = len(d.doc.Suites)
		d.at[file] = k
		d.seconds = append(d.seconds, 0)
		m := &d.run.Manifest
		d.doc.Suites = append(d.doc.Suites, xmlSuite{
			Name: xmlText(cmp.Or(file, "vlmspec")), File: xmlText(file), Hostname: xmlText(m.Host.Name), Timestamp: m.Started.UTC().Format("2006-01-02T15:04:05"),
			Properties: properties([]xmlProperty{{"vlmspec.version", m.Version}, {"vlmspec.run", m.ID}}),
		})
	}
	return k
}

// add puts a case into the suite of its spec file.
func (d *junit) add(file string, x xmlCase, seconds float64) {
	if d.strict {
		x.strict()
	}
	k := d.suite(file)
	s := &d.doc.Suites[k]
	s.Cases = append(s.Cases, x)
	s.Tests++
	s.Failures += present(x.Failure)
	s.Errors += present(x.Error)
	s.Skipped += present(x.Skipped)
	d.seconds[k] += seconds
}

// junitGate is a gate as a case of its own.
func junitGate(g *result.Gate) xmlCase {
	x := xmlCase{
		Name: xmlText("metrics/" + g.Name + "@" + g.Backend), Class: xmlText(g.Suite), File: xmlText(g.File), Line: g.Line, Time: xmlSeconds(0),
		Out: output(xmlText(Gate(g) + "\n")),
	}
	about := []xmlProperty{{"backend", g.Backend}, {"outcome", string(g.Outcome)}, {"metric", g.Metric}, {"of", g.Of}, {"against", g.Against}, {"cases", strconv.Itoa(g.Cases)}}
	if g.Value != nil {
		about = append(about, xmlProperty{"value", strconv.FormatFloat(*g.Value, 'f', -1, 64)})
	}
	x.Properties = properties(about)
	message := &xmlMessage{Message: xmlText(g.Reason), Type: xmlText(string(g.Outcome)), Text: xmlText(Gate(g))}
	switch g.Outcome {
	case result.Passed, "":
	case result.Skipped:
		x.Skipped = &xmlMessage{Message: xmlText(g.Reason)}
	case result.Error:
		x.Error = message
	default:
		x.Failure = message
	}
	return x
}

// junitMistake is a mistake as a case of its own, called by its place.
func junitMistake(m result.Mistake, place string) xmlCase {
	return xmlCase{
		Name: xmlText(place), Class: "mistakes", File: xmlText(m.File), Line: m.Line, Time: xmlSeconds(0),
		Error: &xmlMessage{Message: xmlText(m.Message), Type: "mistake", Text: xmlText(mistakeLine(m))},
	}
}

// junitUnended keeps a run that has not ended from passing: not all of its cases
// are there.
func junitUnended(why string) xmlCase {
	return xmlCase{Name: "run", Class: "vlmspec", Time: xmlSeconds(0), Error: &xmlMessage{Message: why, Type: string(result.Error)}}
}
