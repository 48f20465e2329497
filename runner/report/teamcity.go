package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/vlmspec/vlmspec/runner/internal/visible"
	"github.com/vlmspec/vlmspec/runner/result"
)

// writeTeamCity writes service messages, which TeamCity reads from the output of a
// build step: https://www.jetbrains.com/help/teamcity/service-messages.html.
func writeTeamCity(out io.Writer, run *result.Run) error {
	w := teamCity{bufio.NewWriter(out)}
	file := ""
	suite := func(next string) {
		if next == file {
			return
		}
		if file != "" {
			w.say("testSuiteFinished", "name", file)
		}
		if next != "" {
			w.say("testSuiteStarted", "name", next)
		}
		file = next
	}
	for _, c := range selected(run) {
		suite(orName(c.File))
		w.test(title(c), statusOf(c), why(c), func() string { return details(&run.Manifest, c) }, c.Seconds)
	}
	for i := range run.Gates {
		g := &run.Gates[i]
		suite(orName(g.File))
		w.test("metrics › "+g.Suite+" › "+g.Name+" @"+g.Backend, gateStatus(g), gateWhy(g), func() string { return Gate(g) }, 0)
		if g.Value != nil {
			w.say("buildStatisticValue", "key", g.Suite+"."+g.Name+"@"+g.Backend, "value", decimal(*g.Value))
		}
	}
	suite("")
	t := tallyOf(run)
	for _, said := range []string{leftOut(&run.Manifest, t), t.warned()} {
		if said != "" {
			w.say("message", "text", said, "status", "WARNING")
		}
	}
	for _, p := range problems(run) {
		w.say("buildProblem", "description", mistakeLine(p))
	}
	return w.Flush()
}

type teamCity struct{ *bufio.Writer }

func (w teamCity) test(name string, s status, reason string, detail func() string, seconds float64) {
	w.say("testStarted", "name", name, "captureStandardOutput", "false")
	switch s {
	case statusFailed:
		w.say("testFailed", "name", name, "message", reason, "details", detail())
	case statusSkipped, statusExpected:
		w.say("testIgnored", "name", name, "message", reason)
	}
	w.say("testFinished", "name", name, "duration", fmt.Sprint(int64(seconds*1000)))
}

// say writes a message with pairs of names and values.
func (w teamCity) say(message string, pairs ...string) {
	fmt.Fprintf(w, "##teamcity[%s", message)
	for i := 0; i+1 < len(pairs); i += 2 {
		fmt.Fprintf(w, " %s='%s'", pairs[i], teamCityText(pairs[i+1]))
	}
	fmt.Fprintln(w, "]")
}

var teamCityEscapes = strings.NewReplacer("|", "||", "'", "|'", "[", "|[", "]", "|]", "\n", "|n", "\r", "|r", "\u0085", "|x", "\u2028", "|l", "\u2029", "|p")

func teamCityText(s string) string { return teamCityEscapes.Replace(visible.Text(s)) }
