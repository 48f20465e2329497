package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/compare"
	"github.com/vlmspec/vlmspec/runner/internal/visible"
	"github.com/vlmspec/vlmspec/runner/internal/worddiff"
)

// ComparisonText says how a comparison is printed.
type ComparisonText struct {
	Columns int  // of the terminal; 0 breaks no lines
	Color   bool //
	Flips   int  // most flips that are shown of a suite, each way; below 0 all
}

// WriteComparison prints a comparison for people.
func WriteComparison(out io.Writer, c *compare.Comparison, o ComparisonText) error {
	w := &comparison{Writer: bufio.NewWriter(out), o: o, percent: 100 * (1 - c.Options.Alpha)}
	w.paragraph(w.verdict(c.Verdict) + "  " + Visible(c.Reason))
	fmt.Fprintln(w)
	w.side("base", &c.Base)
	w.side("candidate", &c.Candidate)
	for _, n := range c.Notes {
		w.row("note", Visible(n))
	}
	for i := range c.Suites {
		w.suite(&c.Suites[i], len(c.Suites) > 1)
	}
	return w.Flush()
}

// comparison prints a comparison.
type comparison struct {
	*bufio.Writer
	o       ComparisonText
	percent float64 // of the intervals
}

func (w *comparison) sgr(code, s string) string {
	if !w.o.Color {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (w *comparison) verdict(v compare.Verdict) string {
	code := map[compare.Verdict]string{compare.Pass: "1;32", compare.Block: "1;31"}[v]
	return w.sgr(cmp.Or(code, "1;33"), string(v))
}

// paragraph prints a text, wrapped to the terminal.
func (w *comparison) paragraph(text string) {
	if w.o.Columns > 0 {
		text = wrapped(text, w.o.Columns)
	}
	fmt.Fprintln(w, text)
}

// row prints a text behind its name.
func (w *comparison) row(name, text string) { w.column("", 12, name, text) }

// column prints a text, of several lines or too long for one, behind its name.
func (w *comparison) column(indent string, label int, name, text string) {
	if w.o.Columns > 0 {
		text = wrapped(text, max(20, w.o.Columns-label-len(indent)))
	}
	rest := "\n" + indent + strings.Repeat(" ", label)
	fmt.Fprintf(w, "%s%s%s\n", indent, w.sgr("2", fmt.Sprintf("%-*s", label, name)), strings.ReplaceAll(text, "\n", rest))
}

func (w *comparison) side(name string, s *compare.Side) { w.row(name, sideText(s)) }

// sideText is a run in a line.
func sideText(s *compare.Side) string {
	parts := []string{s.Run}
	for _, backend := range slices.Sorted(maps.Keys(s.Backends)) {
		b := s.Backends[backend]
		parts = append(parts, strings.TrimSpace(backend+": "+strings.Join(slices.DeleteFunc([]string{b.Model, short(b.ModelDigest)}, func(s string) bool { return s == "" }), " ")))
	}
	if s.Commit != "" {
		parts = append(parts, "commit "+short(s.Commit))
	}
	if s.State != "" {
		parts = append(parts, fmt.Sprintf("%s after %d of %s", s.State, s.Cases, cases(s.Of)))
	}
	return visible.Line(strings.Join(parts, ", "))
}

// short is the beginning of a digest or commit, with what stands behind a plus.
func short(digest string) string {
	head, tail, plus := strings.Cut(strings.TrimPrefix(digest, "sha256:"), "+")
	if head = head[:min(len(head), 12)]; plus {
		return head + "+" + tail
	}
	return head
}

// suite prints a suite; one of several has its own reason.
func (w *comparison) suite(s *compare.Suite, several bool) {
	fmt.Fprintf(w, "\n%s  %s\n", w.sgr("1", visible.Line(s.Title())), w.verdict(s.Verdict))
	if several {
		w.paragraph(Visible(s.Reason))
	}
	if t := s.Test; t != nil {
		w.row("passed", passedText(s))
		w.row("change", changeText(s, w.percent))
		w.row("flips", flipsText(s))
		w.row("beside", besideText(s))
	}
	if s.Scores != nil {
		w.row("score", scoreText(s.Scores))
	}
	if labels := labelsText(s); labels != "" {
		w.row("labels", Visible(labels))
	}
	for i := range s.Figures {
		w.row(figureName(&s.Figures[i]), figureText(&s.Figures[i]))
	}
	for _, l := range s.Left {
		w.row("left out", leftText(&l))
	}
	w.flips(s)
}

func passedText(s *compare.Suite) string {
	return fmt.Sprintf("%d of %d (%s) → %d (%s), over %s", s.Passed[0], s.Cases, percentOf(s.BaseShare), s.Passed[1], percentOf(s.Share), images(s.Images))
}

func changeText(s *compare.Suite, percent float64) string {
	t := s.Test
	text := fmt.Sprintf("%s points, %s; p %s by sign flips of the %s that %s", signed(100*t.Diff), intervalText(t.Interval, percent), pText(t.P), images(t.Differ), oneOrMany(t.Differ, "differs", "differ"))
	if t.Adjusted != t.P {
		text += fmt.Sprintf(", %s among all suites (Holm)", pText(t.Adjusted))
	}
	return text
}

func intervalText(i *compare.Interval, percent float64) string {
	if i == nil {
		return "without an interval, as all images differ alike"
	}
	return fmt.Sprintf("%s to %s at %s %%", signed(100*i.Low), signed(100*i.High), trimmed(percent))
}

func flipsText(s *compare.Suite) string {
	b := s.Beside
	return fmt.Sprintf("%d lost, %d gained; %d passed in both runs, %d in neither", b.Lost, b.Gained, b.Both, b.Neither)
}

func besideText(s *compare.Suite) string {
	b := s.Beside
	text := fmt.Sprintf("McNemar p %s (mid-p %s)", pText(b.McNemar), pText(b.McNemarMid))
	if n := b.Newcombe; n != nil {
		text += fmt.Sprintf(", Newcombe %s to %s", signed(100*n.Low), signed(100*n.High))
	}
	text += ", Cohen's h " + signedFine(b.CohensH)
	if b.CohensG != nil {
		text += ", g " + signedFine(*b.CohensG)
	}
	return text + "; every case for itself"
}

func scoreText(s *compare.Scores) string {
	text := fmt.Sprintf("%s → %s, %s", fine(s.Base), fine(s.Candidate), signedFine(s.Diff))
	if i := s.Interval; i != nil {
		text += fmt.Sprintf(" (%s to %s)", signedFine(i.Low), signedFine(i.High))
	}
	return text
}

// labelsText says which labels flipped, the worst first.
func labelsText(s *compare.Suite) string {
	const most = 8
	var parts []string
	for _, l := range s.Labels {
		if l.Lost+l.Gained == 0 {
			continue
		}
		if len(parts) == most {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, fmt.Sprintf("%s %s (%d lost, %d gained of %d)", l.Label, signed(100*l.Diff), l.Lost, l.Gained, l.Cases))
	}
	return strings.Join(parts, ", ")
}

func figureName(f *compare.Figure) string {
	if f.Quantile == 0.5 {
		return map[string]string{"latency": "latency", "output tokens": "tokens"}[f.What]
	}
	return ""
}

func figureText(f *compare.Figure) string {
	name := "median"
	if f.Quantile != 0.5 {
		name = fmt.Sprintf("p%.0f", 100*f.Quantile)
	}
	text := fmt.Sprintf("%s %s → %s", name, quantileText(f, &f.Base), quantileText(f, &f.Candidate))
	if f.Differ {
		text += ": " + map[bool]string{true: "more", false: "less"}[f.Candidate.Value > f.Base.Value]
	}
	return text
}

func quantileText(f *compare.Figure, q *compare.Quantile) string {
	show := func(x float64) string {
		if f.Unit == "s" {
			return seconds(x)
		}
		return trimmed(x)
	}
	end := func(x *float64) string {
		if x == nil {
			return "?"
		}
		return show(*x)
	}
	return fmt.Sprintf("%s (%s to %s, n %d)", show(q.Value), end(q.Low), end(q.High), q.Samples)
}

func leftText(l *compare.Left) string {
	text := fmt.Sprintf("%s %s", cases(len(l.Cases)), l.Why)
	if l.Counts {
		text += ", counted as errors"
	}
	return visible.Line(text + ": " + some(l.Cases, 5))
}

func some(names []string, most int) string {
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// flips prints the cases that passed in one run alone.
func (w *comparison) flips(s *compare.Suite) {
	for _, lost := range []bool{true, false} {
		shown, all, heading := 0, 0, ""
		for i := range s.Flips {
			f := &s.Flips[i]
			if f.Lost != lost {
				continue
			}
			if all++; w.o.Flips >= 0 && shown >= w.o.Flips {
				continue
			}
			if h := flipHeading(f); h != heading {
				fmt.Fprintf(w, "\n  %s\n", w.sgr("1", h))
				heading = h
			}
			shown++
			w.flip(f)
		}
		if all > shown {
			fmt.Fprintf(w, "  … and %d more; --flips -1 shows all\n", all-shown)
		}
	}
}

func flipHeading(f *compare.Flip) string {
	what := "gained"
	if f.Lost {
		what = "lost"
	}
	if f.Label != "" {
		what += ", " + visible.Line(f.Label)
	}
	return what
}

func (w *comparison) flip(f *compare.Flip) {
	var paths []string
	for _, img := range f.Images {
		paths = append(paths, img.Path)
	}
	fmt.Fprintf(w, "  %s  %s\n", placeOf(f.File, f.Line), visible.Line(f.Name))
	row := func(name, text string) {
		if text != "" {
			w.column("    ", 10, name, text)
		}
	}
	row("image", visible.Line(strings.Join(paths, ", ")))
	row("expected", Visible(cmp.Or(f.Now.Expected, f.Base.Expected)))
	old, changed := worddiff.Split(Visible(f.Base.Text), Visible(f.Now.Text))
	row("base", w.runs(old, "31", "[-", "-]")+w.read(&f.Base))
	row("candidate", w.runs(changed, "32", "{+", "+}")+w.read(&f.Now))
	if f.Lost {
		row("why", Visible(f.Now.Reason))
	} else {
		row("was", Visible(f.Base.Reason))
	}
}

// read is what was made of an answer: what a check read in it, how many samples passed.
func (w *comparison) read(a *compare.Answer) string {
	text := ""
	if a.Actual != "" && a.Actual != a.Text {
		text += "  → " + visible.Line(a.Actual)
	}
	if a.Samples > 1 {
		text += fmt.Sprintf("  (%d of %d samples passed)", a.Passed, a.Samples)
	}
	if a.Overlay != nil && a.Overlay.Drawn != "" {
		text += "  drawn: " + visible.Line(a.Overlay.Drawn)
	}
	return w.sgr("2", text)
}

// runs marks what only one of two texts has.
func (w *comparison) runs(runs []worddiff.Run, code, open, end string) string {
	var b strings.Builder
	for _, r := range runs {
		switch {
		case !r.Alone || r.Text == "":
			b.WriteString(r.Text)
		case w.o.Color:
			b.WriteString(w.sgr(code, r.Text))
		default:
			b.WriteString(open + r.Text + end)
		}
	}
	return b.String()
}
