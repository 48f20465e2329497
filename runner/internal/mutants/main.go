// Command mutants breaks one line at a time, from a fixed list, and expects a test
// to fail: a test that survives its mutant is none. Nothing is written to the
// checkout; Go compiles an overlay.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	only := ""
	if len(os.Args) > 1 {
		only = os.Args[1]
	}
	survived := 0
	for _, m := range mutants {
		if !strings.Contains(m.what, only) {
			continue
		}
		verdict := "killed"
		if err := m.try(); err != nil {
			survived++
			verdict = err.Error()
		}
		fmt.Printf("%-60s %s\n", m.what, verdict)
	}
	if survived > 0 {
		fmt.Printf("%d mutants survived\n", survived)
		os.Exit(1)
	}
}

// mutant is a line of a file and what it becomes.
type mutant struct {
	what     string
	file     string
	old, new string
	tests    string // packages whose tests must notice
}

// try returns an error when the tests pass, or the line is not there any more.
func (m mutant) try() error {
	text, err := os.ReadFile(m.file)
	if err != nil {
		return err
	}
	if n := strings.Count(string(text), m.old); n != 1 {
		return fmt.Errorf("OUT OF DATE: %s has %q %d times", m.file, m.old, n)
	}
	dir, err := os.MkdirTemp("", "mutant")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	overlay, err := m.overlay(dir, strings.Replace(string(text), m.old, m.new, 1))
	if err != nil {
		return err
	}
	out, err := exec.Command("go", "test", "-overlay", overlay, m.tests).CombinedOutput()
	switch {
	case err == nil:
		return fmt.Errorf("SURVIVED %s", m.tests)
	case strings.Contains(string(out), "[build failed]"):
		return fmt.Errorf("DOES NOT COMPILE: %s", out)
	}
	return nil
}

// overlay writes what `go build -overlay` reads.
func (m mutant) overlay(dir, text string) (string, error) {
	broken := filepath.Join(dir, filepath.Base(m.file))
	if err := os.WriteFile(broken, []byte(text), 0o644); err != nil {
		return "", err
	}
	original, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	data, err := json.Marshal(map[string]map[string]string{"Replace": {original: broken}})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, data, 0o644)
}
