package report

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// The elements of JUnit XML. Those that the schema of Jenkins' xunit plugin has
// are all that `junit,strict` writes; file, line and properties of a testcase
// come from GitLab, pytest and others who read them: docs/ci.md says who.
// https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
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
		Name       string         `xml:"name,attr"`
		Tests      int            `xml:"tests,attr"`
		Failures   int            `xml:"failures,attr"`
		Errors     int            `xml:"errors,attr"`
		Skipped    int            `xml:"skipped,attr"`
		Time       string         `xml:"time,attr"`
		Timestamp  string         `xml:"timestamp,attr,omitempty"`
		Hostname   string         `xml:"hostname,attr,omitempty"`
		File       string         `xml:"file,attr,omitempty"`
		Properties *xmlProperties `xml:"properties"`
		Cases      []xmlCase      `xml:"testcase"`
	}
	xmlProperties struct {
		All []xmlProperty `xml:"property"`
	}
	xmlProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	xmlCase struct {
		Name       string         `xml:"name,attr"`
		Class      string         `xml:"classname,attr"`
		File       string         `xml:"file,attr,omitempty"`
		Line       int            `xml:"line,attr,omitempty"`
		Time       string         `xml:"time,attr"`
		Properties *xmlProperties `xml:"properties"`
		Skipped    *xmlMessage    `xml:"skipped"`
		Failure    *xmlMessage    `xml:"failure"`
		Error      *xmlMessage    `xml:"error"`
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

// strict leaves out what the schema does not have.
func (x *xmlCase) strict() { x.File, x.Line, x.Properties = "", 0, nil }

func present(m *xmlMessage) int {
	if m == nil {
		return 0
	}
	return 1
}

func output(s string) *xmlOutput {
	if s == "" {
		return nil
	}
	return &xmlOutput{s}
}

// xmlText keeps what XML 1.0 can hold, and no attachment but our own.
func xmlText(s string) string {
	return strings.ReplaceAll(Visible(s), "[[ATTACHMENT", "[ [ATTACHMENT")
}

func xmlSeconds(s float64) string { return strconv.FormatFloat(s, 'f', 3, 64) }
