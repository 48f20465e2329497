package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/vlmspec/vlmspec/runner/compare"
	"github.com/vlmspec/vlmspec/runner/internal/visible"
)

// WriteRanking prints a ranking for people.
func WriteRanking(out io.Writer, r *compare.Ranking) error {
	w := bufio.NewWriter(out)
	fmt.Fprintf(w, "%s\nover %s on %s that all have; intervals at %s %%\n\n", Visible(r.Best()), cases(r.Cases), images(r.Images), trimmed(100*(1-r.Alpha)))
	widest := 0
	for i := range r.Ranked {
		widest = max(widest, columns(visible.Line(r.Ranked[i].Name)))
	}
	for i := range r.Ranked {
		e := &r.Ranked[i]
		fmt.Fprintf(w, "%3s  %s%s  %6s  %s  %s%s\n", rankText(r, i), visible.Line(e.Name), strings.Repeat(" ", widest-columns(visible.Line(e.Name))), percentOf(e.Share), bar(e), shareInterval(e), rankErrors(e))
	}
	if len(r.Curve) > 0 {
		fmt.Fprintf(w, "\nby step  %s\n", curveText(r))
	}
	pairsText(w, r)
	for i := range r.Left {
		fmt.Fprintf(w, "left out  %s\n", leftText(&r.Left[i]))
	}
	return w.Flush()
}

// rankText is the rank of an entry, with = where others share it.
func rankText(r *compare.Ranking, i int) string {
	for k := range r.Ranked {
		if k != i && r.Ranked[k].Rank == r.Ranked[i].Rank {
			return fmt.Sprintf("=%d", r.Ranked[i].Rank)
		}
	}
	return fmt.Sprint(r.Ranked[i].Rank)
}

// bar draws the interval on a scale from 0 to 100 %, with a mark at the share.
func bar(e *compare.Ranked) string {
	const width = 30
	cells := []rune(strings.Repeat("·", width+1))
	at := func(x float64) int { return int(x*width + 0.5) }
	if i := e.Interval; i != nil {
		for k := at(i.Low); k <= at(i.High); k++ {
			cells[k] = '─'
		}
	}
	cells[at(e.Share)] = '●'
	return string(cells)
}

func shareInterval(e *compare.Ranked) string {
	if e.Interval == nil {
		return ""
	}
	return fmt.Sprintf("%s to %s", trimmed(100*e.Interval.Low), trimmed(100*e.Interval.High))
}

func rankErrors(e *compare.Ranked) string {
	if e.Errors == 0 {
		return ""
	}
	return fmt.Sprintf("  (%s in error)", cases(e.Errors))
}

// curveText is the share of each step, with a spark line.
func curveText(r *compare.Ranking) string {
	const blocks = "▁▂▃▄▅▆▇█"
	low, high := 1.0, 0.0
	for _, i := range r.Curve {
		low, high = min(low, r.Ranked[i].Share), max(high, r.Ranked[i].Share)
	}
	var spark strings.Builder
	var parts []string
	for _, i := range r.Curve {
		level := 0
		if high > low {
			level = int((r.Ranked[i].Share - low) / (high - low) * 7)
		}
		spark.WriteRune([]rune(blocks)[level])
		parts = append(parts, fmt.Sprintf("%d: %s", *r.Ranked[i].Step, percentOf(r.Ranked[i].Share)))
	}
	return spark.String() + "  " + strings.Join(parts, ", ")
}

// pairsText lists the pairs that differ beyond chance.
func pairsText(w io.Writer, r *compare.Ranking) {
	const most = 20
	n := 0
	for i := range r.Pairs {
		p := &r.Pairs[i]
		if p.Adjusted > r.Alpha || p.Diff <= 0 {
			continue
		}
		if n++; n == 1 {
			fmt.Fprintln(w)
		}
		if n <= most {
			fmt.Fprintf(w, "%s > %s  %s points, p %s of %d pairs (Shaffer)\n", visible.Line(r.Ranked[p.A].Name), visible.Line(r.Ranked[p.B].Name), signed(100*p.Diff), pText(p.Adjusted), len(r.Pairs))
		}
	}
	if n > most {
		fmt.Fprintf(w, "… and %d more pairs that differ\n", n-most)
	}
}
