package main

import (
	"bufio"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// measurements are what benchmarks printed.
type measurements struct {
	cpu     string
	values  map[string]map[string]float64 // by benchmark without "Benchmark", then by unit
	skipped map[string]string             // why, by benchmark
}

var (
	cores   = regexp.MustCompile(`-\d+$`)
	begin   = regexp.MustCompile(`^Benchmark(\S+)$`)
	because = regexp.MustCompile(`^\s+\S+_test\.go:\d+: (.*)`)
)

// read understands the lines that `go test -v -bench` prints: the name of a
// benchmark, then its result, or why it was skipped.
func read(r io.Reader) (measurements, error) {
	m := measurements{values: map[string]map[string]float64{}, skipped: map[string]string{}}
	last := "" // begun
	in := bufio.NewScanner(r)
	for in.Scan() {
		line := in.Text()
		if found := begin.FindStringSubmatch(line); found != nil {
			last = found[1]
		} else if found := because.FindStringSubmatch(line); found != nil && last != "" {
			m.skipped[last], last = found[1], ""
		} else if cpu, ok := strings.CutPrefix(line, "cpu: "); ok {
			m.cpu = cpu
		} else if name, ok := strings.CutPrefix(line, "Benchmark"); ok {
			m.add(strings.Fields(name))
		}
	}
	return m, in.Err()
}

// add takes a name, a count of rounds, and pairs of number and unit.
func (m measurements) add(fields []string) {
	values := map[string]float64{}
	for i := 2; i+1 < len(fields); i += 2 {
		if value, err := strconv.ParseFloat(fields[i], 64); err == nil {
			values[fields[i+1]] = value
		}
	}
	if ns, ok := values["ns/op"]; ok {
		values["ms"] = ns / 1e6
	}
	if len(values) > 0 {
		m.values[cores.ReplaceAllString(fields[0], "")] = values
	}
}
