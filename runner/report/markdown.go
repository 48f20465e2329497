package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/result"
)

// writeMarkdown writes a summary: counts, models, what is failing with its
// details folded away, files.
func writeMarkdown(out io.Writer, run *result.Run) error {
	w := bufio.NewWriter(out)
	m := &run.Manifest
	t := tallyOf(run)
	fmt.Fprintf(w, "## vlmspec: %s\n\n", cmp.Or(mistakes(run), counts(t.outcomes, plain)))
	for _, said := range run.Mistakes {
		fmt.Fprintf(w, "- %s\n", markdownText(mistakeLine(said)))
	}
	if run.Mistakes != nil {
		return w.Flush()
	}
	if how := ended(m, t); how != "" {
		fmt.Fprintf(w, "**Ended: %s.**\n\n", how)
	}
	if left := leftOut(m, t); left != "" {
		fmt.Fprintf(w, "**%s.**\n\n", left)
	}
	for _, name := range slices.Sorted(maps.Keys(m.Backends)) {
		b := m.Backends[name]
		fmt.Fprintf(w, "- %s: %s, %s, `%s`\n", markdownText(name), markdownText(b.Model), markdownText(b.Device), code(b.ModelDigest))
	}
	for _, said := range []string{t.warned(), t.unread(), t.cutOffs()} {
		if said != "" {
			fmt.Fprintf(w, "- %s\n", said)
		}
	}
	if cached := t.cachedAnswers(); cached != "" {
		fmt.Fprintf(w, "- cached: %s\n", cached)
	}
	if cost := t.cost(); cost != "" {
		fmt.Fprintf(w, "- cost: %s\n", markdownText(cost))
	}
	if encode := t.encodesSaved(); encode != "" {
		fmt.Fprintf(w, "- encode: %s\n", encode)
	}
	for _, s := range t.stability.Suites() {
		fmt.Fprintf(w, "- samples: %s\n", markdownText(stabilityLine(&s)))
	}
	if unused := m.UnusedGoldens; len(unused) > 0 {
		fmt.Fprintf(w, "- unused: %s; `vlmspec accept --prune` removes what no case uses\n", markdownText(goldens(unused)))
	}
	for i := range run.Gates {
		g := &run.Gates[i]
		fmt.Fprintf(w, "- %s: %s", markdownText(cmp.Or(string(g.Outcome), "metric")), markdownText(Gate(g)))
		if g.Reason != "" {
			fmt.Fprintf(w, ": %s", markdownText(g.Reason))
		}
		if labels := byLabel(g); labels != "" {
			fmt.Fprintf(w, " (by label: %s)", markdownText(labels))
		}
		fmt.Fprintln(w)
	}
	bad := failing(run)
	if len(bad) > 0 {
		fmt.Fprintf(w, "\n### Failing\n\n")
	}
	for _, c := range bad {
		fmt.Fprintf(w, "<details><summary>%s <code>%s</code> %s</summary>\n\n", htmlText(string(c.Outcome)), htmlText(place(c)), htmlText(title(c)))
		fmt.Fprintf(w, "%s\n", fenced(details(m, c)))
		foldReasoning(w, c)
		fmt.Fprintf(w, "\n</details>\n")
	}
	if q := t.inQuarantine(); len(q) > 0 {
		fmt.Fprintf(w, "\n### Quarantine\n\n")
		for _, c := range q {
			fmt.Fprintf(w, "- `%s` %s: %s\n", code(place(c)), markdownText(title(c)), markdownText(quarantineLine(c)))
		}
	}
	if backends := t.byBackend(plain); backends != nil {
		fmt.Fprintf(w, "\n| backend | outcome |\n|---|---|\n")
		for _, b := range backends {
			fmt.Fprintf(w, "| %s | %s |\n", markdownText(b[0]), b[1])
		}
	}
	fmt.Fprintf(w, "\n| spec | cases | outcome |\n|---|---:|---|\n")
	for _, f := range t.byFile() {
		fmt.Fprintf(w, "| %s | %d | %s |\n", markdownText(f.name), f.cases, counts(f.outcomes, plain))
	}
	return w.Flush()
}

// fenced puts a text into a code block that it cannot end.
func fenced(s string) string {
	fence := "```"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	return fence + "text\n" + Visible(s) + "\n" + fence
}

var htmlEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\n", " ")

func htmlText(s string) string { return htmlEscapes.Replace(Visible(s)) }

func markdownText(s string) string {
	var b strings.Builder
	for _, r := range htmlText(s) {
		if strings.ContainsRune("\\`*_[]|#@!", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func code(s string) string { return strings.ReplaceAll(oneLine(s, 200), "`", "'") }
