// Command performance makes docs/performance.md of what `go test -bench` printed,
// and prints its table. `make bench` runs it. rows.go says what every number means.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"text/tabwriter"
)

func main() {
	out := flag.String("o", "docs/performance.md", "`file` to write")
	flag.Parse()
	measured, err := read(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, "read the benchmarks' output:", err)
		os.Exit(1)
	}
	where := place(measured.cpu)
	table(os.Stdout, where, measured)
	if err := os.WriteFile(*out, []byte(page(where, measured)), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// place says what the numbers were measured on, and of which commit.
func place(cpu string) string {
	commit := "unknown commit"
	if out, err := exec.Command("git", "describe", "--always", "--dirty", "--exclude", "*").Output(); err == nil {
		commit = "commit " + strings.TrimSpace(string(out))
	}
	if cpu == "" {
		cpu = "unknown processor"
	}
	return fmt.Sprintf("%s, %d cores, %s/%s, %s, %s", cpu, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), commit)
}

// table is the table for a terminal.
func table(w io.Writer, where string, m measurements) {
	fmt.Fprintf(w, "\n%s\n\n", where)
	columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintf(columns, "%s\t%s\t%s\n", r.name, r.value(m), r.verdict(m))
	}
	columns.Flush()
}

// page is the table for people who were not there.
func page(where string, m measurements) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Performance

Made by `+"`make bench`"+` on %s. Numbers of different machines, or of different moments on one, cannot be compared; so what matters
is a ratio of two things measured in turn in one run, and the median over several rounds.

| what | measured | target |
|---|---|---|
`, where)
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.name, r.value(m), r.verdict(m))
	}
	b.WriteString("\n## What is measured\n\n")
	for _, r := range rows {
		if r.what != "" {
			fmt.Fprintf(&b, "- **%s.** %s\n", r.name, r.what)
		}
	}
	b.WriteString(notes)
	return b.String()
}
