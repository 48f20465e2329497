package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/vlmspec/vlmspec/runner/result"
)

// The elements of JUnit XML as Jenkins' and Surefire's schemas have them:
// https://github.com/jenkinsci/xunit-plugin and
// https://maven.apache.org/surefire/maven-surefire-plugin/xsd/.
type (
	xmlRun struct {
		XMLName  xml.Name   `xml:"testsuites"`
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Errors   int        `xml:"errors,attr"`
		Time     string     `xml:"time,attr"`
		Suites   []xmlSuite `xml:"testsuite"`
	}
	xmlSuite struct {
		Name       string        `xml:"name,attr"`
		Tests      int           `xml:"tests,attr"`
		Failures   int           `xml:"failures,attr"`
		Errors     int           `xml:"errors,attr"`
		Skipped    int           `xml:"skipped,attr"`
		Time       string        `xml:"time,attr"`
		Timestamp  string        `xml:"timestamp,attr,omitempty"`
		Hostname   string        `xml:"hostname,attr,omitempty"`
		File       string        `xml:"file,attr"`
		Properties []xmlProperty `xml:"properties>property"`
		Cases      []xmlCase     `xml:"testcase"`
	}
	xmlProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	xmlCase struct {
		Name       string        `xml:"name,attr"`
		Class      string        `xml:"classname,attr"`
		File       string        `xml:"file,attr"`
		Line       int           `xml:"line,attr"`
		Time       string        `xml:"time,attr"`
		Properties []xmlProperty `xml:"properties>property"`
		Skipped    *xmlMessage   `xml:"skipped"`
		Failure    *xmlMessage   `xml:"failure"`
		Error      *xmlMessage   `xml:"error"`
		// Samples beside the one that Failure or Error shows.
		Reruns []xmlRerun `xml:",any"`
		Out    *xmlOutput `xml:"system-out"`
		Err    *xmlOutput `xml:"system-err"`
	}
	xmlOutput struct {
		Text string `xml:",cdata"`
	}
	xmlMessage struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",cdata"`
	}
	xmlRerun struct {
		XMLName xml.Name
		Message string    `xml:"message,attr"`
		Type    string    `xml:"type,attr"`
		Trace   xmlOutput `xml:"stackTrace"`
	}
)

func writeJUnit(w io.Writer, run *result.Run) error {
	d := junit{run: run, at: map[string]int{}, seconds: map[string]float64{}}
	for i := range run.Cases {
		c := &run.Cases[i]
		d.add(c.File, junitCase(run, c), c.Seconds)
	}
	for i := range run.Gates {
		d.add(run.Gates[i].File, junitGate(&run.Gates[i]), 0)
	}
	if why := unended(&run.Manifest); why != "" {
		d.add("vlmspec", junitUnended(why), 0)
	}
	total := 0.0
	for i := range d.doc.Suites {
		s := &d.doc.Suites[i]
		s.Time = xmlSeconds(d.seconds[s.File])
		total += d.seconds[s.File]
		d.doc.Tests += s.Tests
		d.doc.Failures += s.Failures
		d.doc.Errors += s.Errors
	}
	d.doc.Name, d.doc.Time = "vlmspec", xmlSeconds(total)
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
	doc     xmlRun
	at      map[string]int // by spec file: its place in doc.Suites
	seconds map[string]float64
}

// add puts a case into the suite of its spec file.
func (d *junit) add(file string, x xmlCase, seconds float64) {
	k, ok := d.at[file]
	if !ok {
		k = len(d.doc.Suites)
		d.at[file] = k
		m := &d.run.Manifest
		d.doc.Suites = append(d.doc.Suites, xmlSuite{
			Name: xmlText(file), File: xmlText(file), Hostname: xmlText(m.Host.Name), Timestamp: m.Started.UTC().Format("2006-01-02T15:04:05"),
			Properties: harmless([]xmlProperty{{"vlmspec.version", m.Version}, {"vlmspec.run", m.ID}}),
		})
	}
	s := &d.doc.Suites[k]
	s.Cases = append(s.Cases, x)
	s.Tests++
	s.Failures += present(x.Failure)
	s.Errors += present(x.Error)
	s.Skipped += present(x.Skipped)
	d.seconds[file] += seconds
}

// junitGate is a gate as a case of its own.
func junitGate(g *result.Gate) xmlCase {
	x := xmlCase{
		Name: xmlText("metrics/" + g.Name + "@" + g.Backend), Class: xmlText(g.Suite), File: xmlText(g.File), Line: g.Line, Time: xmlSeconds(0),
		Properties: []xmlProperty{{"backend", g.Backend}, {"outcome", string(g.Outcome)}, {"metric", g.Metric}, {"of", g.Of}, {"against", g.Against}, {"cases", strconv.Itoa(g.Cases)}},
		Out:        output(xmlText(gateLine(g) + "\n")),
	}
	if g.Value != nil {
		x.Properties = append(x.Properties, xmlProperty{"value", strconv.FormatFloat(*g.Value, 'f', -1, 64)})
	}
	message := &xmlMessage{Message: xmlText(g.Reason), Type: xmlText(string(g.Outcome)), Text: xmlText(gateLine(g))}
	x.Properties = harmless(x.Properties)
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

// harmless leaves out properties without a value, and what XML cannot hold.
func harmless(all []xmlProperty) []xmlProperty {
	for i := range all {
		all[i].Value = xmlText(all[i].Value)
	}
	return slices.DeleteFunc(all, func(p xmlProperty) bool { return p.Value == "" })
}

// junitUnended keeps a run that has not ended from passing: not all of its cases
// are there.
func junitUnended(why string) xmlCase {
	return xmlCase{Name: "run", Class: "vlmspec", Time: xmlSeconds(0), Error: &xmlMessage{Message: why, Type: string(result.Error)}}
}

func present(m *xmlMessage) int {
	if m == nil {
		return 0
	}
	return 1
}

func junitCase(run *result.Run, c *result.Case) xmlCase {
	x := xmlCase{
		Name: xmlText(strings.TrimPrefix(c.ID, c.Suite+"/")), Class: xmlText(c.Suite), File: xmlText(c.File), Line: c.Line,
		Time: xmlSeconds(c.Seconds), Properties: harmless(junitProperties(run, c)),
	}
	message := &xmlMessage{Message: xmlText(c.Reason), Type: xmlText(string(c.Outcome)), Text: xmlText("\n" + details(&run.Manifest, c) + "\n")}
	switch c.Outcome {
	case result.Passed:
	case result.Skipped:
		x.Skipped = &xmlMessage{Message: xmlText(c.Reason)}
	case result.XFailed:
		x.Skipped = &xmlMessage{Message: xmlText("failed as expected: " + c.XFail), Type: "xfail"}
	case result.Quarantined:
		x.Skipped = &xmlMessage{Message: xmlText(quarantineLine(c)), Type: "quarantine"}
	case result.Error:
		if s := decisive(c); s != nil && s.Error != nil {
			message.Type = xmlText(s.Error.Kind)
		}
		x.Error = message
	case result.Unchecked:
		if c.AllowUnchecked {
			x.Skipped = &xmlMessage{Message: xmlText(c.Reason), Type: "unchecked"}
		} else {
			x.Failure = message
		}
	default:
		x.Failure = message
	}
	x.Reruns = junitReruns(c)
	x.Out, x.Err = output(junitOut(c)), output(stderrOf(c))
	return x
}

func junitProperties(run *result.Run, c *result.Case) []xmlProperty {
	p := []xmlProperty{{"backend", c.Backend}, {"outcome", string(c.Outcome)}, {"score", strconv.FormatFloat(c.Score, 'f', -1, 64)}}
	if digest := run.Manifest.Backends[c.Backend].ModelDigest; digest != "" {
		p = append(p, xmlProperty{"model_digest", digest})
	}
	if s := decisive(c); s != nil {
		p = append(p, xmlProperty{"seed", strconv.FormatUint(uint64(s.Seed), 10)})
	}
	if len(c.Samples) > 1 {
		p = append(p, xmlProperty{"samples", strconv.Itoa(len(c.Samples))}, xmlProperty{"require", c.Require})
	}
	if q := c.Quarantine; q != nil {
		p = append(p, xmlProperty{"quarantine", quarantineState(q)})
	}
	if n := cachedSamples(c); n != "" {
		p = append(p, xmlProperty{"cached", n})
	}
	if n := c.Unread(); n > 0 {
		p = append(p, xmlProperty{"unread", strconv.Itoa(n)})
	}
	if c.CutOff > 0 {
		p = append(p, xmlProperty{"cut_off", strconv.Itoa(c.CutOff)})
	}
	if encodeCached(c) {
		p = append(p, xmlProperty{"encode", "cached"})
	}
	for _, l := range c.Labels {
		p = append(p, xmlProperty{"label", l})
	}
	return p
}

// junitReruns lists the samples that did not pass: flaky where the case
// passed all the same, else those after the first.
func junitReruns(c *result.Case) []xmlRerun {
	if len(c.Samples) < 2 || c.Outcome == result.XFailed || c.Outcome == result.Quarantined {
		return nil
	}
	kind, first := "rerun", decisive(c)
	if c.Outcome == result.Passed || c.Outcome == result.XPassed {
		kind, first = "flaky", nil
	}
	var out []xmlRerun
	for i := range c.Samples {
		s := &c.Samples[i]
		if s == first || s.Outcome == result.Passed {
			continue
		}
		r := xmlRerun{XMLName: xml.Name{Local: kind + "Failure"}, Type: xmlText(string(s.Outcome)), Message: fmt.Sprintf("sample %d, seed %d", s.Index+1, s.Seed)}
		if s.Error != nil {
			r.XMLName.Local, r.Type = kind+"Error", xmlText(s.Error.Kind)
		}
		var trace strings.Builder
		describeSample(&trace, s)
		r.Trace.Text = xmlText(trace.String())
		out = append(out, r)
	}
	return out
}

func output(s string) *xmlOutput {
	if s == "" {
		return nil
	}
	return &xmlOutput{s}
}

// junitOut holds the conversation of the telling sample, reasoning and all, and the images.
func junitOut(c *result.Case) string {
	var b strings.Builder
	if s := decisive(c); s != nil {
		for _, t := range s.Turns {
			fmt.Fprintf(&b, "prompt: %s\n", t.Prompt)
			if t.Reasoning != "" {
				fmt.Fprintf(&b, "reasoning: %s\n", t.Reasoning)
			}
			fmt.Fprintf(&b, "answer: %s\n", t.Answer)
		}
	}
	conversation := xmlText(b.String())
	b.Reset()
	seen := map[string]bool{}
	for _, path := range pictures(c) {
		if !seen[path] {
			seen[path] = true
			fmt.Fprintf(&b, "[[ATTACHMENT|%s]]\n", Visible(path))
		}
	}
	return conversation + b.String()
}

// pictures are the files to look at: the images, and what was drawn over them.
func pictures(c *result.Case) []string {
	var paths []string
	for _, img := range c.Images {
		paths = append(paths, img.Path)
	}
	if s := decisive(c); s != nil {
		for _, t := range s.Turns {
			for _, v := range t.Verdicts {
				if v.Overlay != nil && v.Overlay.Drawn != "" {
					paths = append(paths, v.Overlay.Drawn)
				}
			}
		}
	}
	return paths
}

func stderrOf(c *result.Case) string {
	var b strings.Builder
	for _, s := range c.Samples {
		if s.Error != nil && s.Error.Stderr != "" {
			b.WriteString(s.Error.Stderr + "\n")
		}
	}
	return xmlText(b.String())
}

// xmlText keeps what XML 1.0 can hold, and no attachment but our own.
func xmlText(s string) string {
	return strings.ReplaceAll(Visible(s), "[[ATTACHMENT", "[ [ATTACHMENT")
}

func xmlSeconds(s float64) string { return strconv.FormatFloat(s, 'f', 3, 64) }
