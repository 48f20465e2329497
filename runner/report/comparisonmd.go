package report

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/vlmspec/vlmspec/runner/compare"
)

// mostFlips is how many flips a comment of a merge request lists each way.
const mostFlips = 50

// WriteComparisonMarkdown writes a comparison for a merge request: one alert, and only
// sections that have something to say.
func WriteComparisonMarkdown(out io.Writer, c *compare.Comparison) error {
	w := bufio.NewWriter(out)
	alert := map[compare.Verdict]string{compare.Block: "CAUTION", compare.Warn: "WARNING", compare.Inconclusive: "NOTE", compare.Pass: "TIP"}
	fmt.Fprintf(w, "> [!%s]\n> **vlmspec compare: %s** %s\n\n", alert[c.Verdict], c.Verdict, markdownText(c.Reason))
	fmt.Fprintf(w, "- base: %s\n- candidate: %s\n", markdownText(sideText(&c.Base)), markdownText(sideText(&c.Candidate)))
	for _, n := range c.Notes {
		fmt.Fprintf(w, "- %s\n", markdownText(n))
	}
	suitesTable(w, c)
	for i := range c.Suites {
		s := &c.Suites[i]
		title := ""
		if len(c.Suites) > 1 {
			title = ": " + markdownText(s.Title())
		}
		flipsSection(w, s, true, "Lost", title)
		flipsSection(w, s, false, "Gained", title)
		labelsSection(w, s, title)
		figuresSection(w, s, title)
		leftSection(w, s, title)
	}
	return w.Flush()
}

func suitesTable(w io.Writer, c *compare.Comparison) {
	fmt.Fprintf(w, "\n| suite | verdict | base | candidate | change (%s %%) | p | cases, images |\n|---|---|---:|---:|---:|---:|---:|\n", trimmed(100*(1-c.Options.Alpha)))
	for i := range c.Suites {
		s := &c.Suites[i]
		if s.Test == nil {
			fmt.Fprintf(w, "| %s | %s | | | %s | | |\n", markdownText(s.Title()), s.Verdict, markdownText(s.Reason))
			continue
		}
		change := arrow(s.Test.Diff) + " " + signed(100*s.Test.Diff)
		if in := s.Test.Interval; in != nil {
			change += fmt.Sprintf(" (%s to %s)", signed(100*in.Low), signed(100*in.High))
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s | %d, %d |\n", markdownText(s.Title()), s.Verdict, percentOf(s.BaseShare), percentOf(s.Share), change, htmlText(pText(s.Test.Adjusted)), s.Cases, s.Images)
	}
}

func arrow(diff float64) string {
	switch {
	case diff < 0:
		return "▼"
	case diff > 0:
		return "▲"
	}
	return "="
}

func flipsSection(w io.Writer, s *compare.Suite, lost bool, what, title string) {
	n := 0
	for i := range s.Flips {
		f := &s.Flips[i]
		if f.Lost != lost {
			continue
		}
		if n++; n == 1 {
			fmt.Fprintf(w, "\n### %s%s\n\n", what, title)
		}
		if n <= mostFlips {
			markdownFlip(w, f)
		}
	}
	if n > mostFlips {
		fmt.Fprintf(w, "\n… and %d more.\n", n-mostFlips)
	}
}

func markdownFlip(w io.Writer, f *compare.Flip) {
	label := ""
	if f.Label != "" {
		label = htmlText(f.Label) + ": "
	}
	fmt.Fprintf(w, "<details><summary>%s<code>%s</code> %s</summary>\n\n", label, htmlText(placeOf(f.File, f.Line)), htmlText(f.Name))
	for _, img := range f.Images {
		fmt.Fprintf(w, "[%s](%s)\n", markdownText(img.Path), (&url.URL{Path: img.Path}).EscapedPath())
	}
	fmt.Fprintf(w, "\n%s\n", diffBlock(f.Base.Text, f.Now.Text))
	for _, said := range []struct{ what, text string }{{"expected", f.Now.Expected}, {"read in the base", f.Base.Actual}, {"read in the candidate", f.Now.Actual}, {"why", whyOf(f)}} {
		if said.text != "" {
			fmt.Fprintf(w, "- %s: %s\n", said.what, markdownText(said.text))
		}
	}
	fmt.Fprintf(w, "\n</details>\n")
}

// whyOf is why the run failed that did.
func whyOf(f *compare.Flip) string {
	if f.Lost {
		return f.Now.Reason
	}
	return f.Base.Reason
}

// diffBlock shows two answers as a diff, in a fence that they cannot end.
func diffBlock(was, now string) string {
	lines := func(sign, text string) string {
		return sign + " " + strings.ReplaceAll(strings.TrimRight(Visible(text), "\n"), "\n", "\n"+sign+" ")
	}
	fence := "```"
	for strings.Contains(was+now, fence) {
		fence += "`"
	}
	return fence + "diff\n" + lines("-", was) + "\n" + lines("+", now) + "\n" + fence
}

func labelsSection(w io.Writer, s *compare.Suite, title string) {
	begun := false
	for _, l := range s.Labels {
		if l.Lost+l.Gained == 0 {
			continue
		}
		if !begun {
			fmt.Fprintf(w, "\n### Labels%s\n\n| label | lost | gained | of | change |\n|---|---:|---:|---:|---:|\n", title)
			begun = true
		}
		fmt.Fprintf(w, "| %s | %d | %d | %d | %s %s |\n", markdownText(l.Label), l.Lost, l.Gained, l.Cases, arrow(l.Diff), signed(100*l.Diff))
	}
}

// figuresSection has the quantiles that differ.
func figuresSection(w io.Writer, s *compare.Suite, title string) {
	begun := false
	for i := range s.Figures {
		f := &s.Figures[i]
		if !f.Differ {
			continue
		}
		if !begun {
			fmt.Fprintf(w, "\n### Latency and tokens%s\n\n", title)
			begun = true
		}
		fmt.Fprintf(w, "- %s: %s\n", f.What, markdownText(figureText(f)))
	}
}

func leftSection(w io.Writer, s *compare.Suite, title string) {
	if len(s.Left) == 0 {
		return
	}
	fmt.Fprintf(w, "\n### Not compared%s\n\n", title)
	for i := range s.Left {
		fmt.Fprintf(w, "- %s\n", markdownText(leftText(&s.Left[i])))
	}
}
