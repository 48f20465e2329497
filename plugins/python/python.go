// Package python starts backends that are written in Python: a file with a
// function that is decorated with vlmspec.backend, in the project's own
// environment. The package `vlmspec` for Python is in the folder of that name;
// it travels inside this program, so that the environment needs grpcio and
// protobuf only. Start reading at [Find].
package python

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Name is what `plugin` says in vlmspec.yaml.
const Name = "python"

// Program is how to start a backend.
type Program struct {
	Interpreter string // absolute
	Origin      string // where it was found, for people: "the project's .venv"
	Args        []string
}

// Find says how to start the backend that a config names; its paths are relative
// to the folder dir. Without a file in the config the program describes the
// plugin only. getenv is as of [os.Getenv]. An error is a sentence for a person.
func Find(config map[string]any, dir string, getenv func(string) string) (Program, error) {
	text := func(key string) (string, error) {
		s, ok := config[key].(string)
		if config[key] != nil && (!ok || s == "") {
			return "", fmt.Errorf("config: %s is %v; expected a text", key, config[key])
		}
		return s, nil
	}
	file, err1 := text("file")
	function, err2 := text("function")
	named, err3 := text("python")
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return Program{}, err
		}
	}
	if file != "" {
		file = absolute(file, dir)
	}
	p, err := interpreter(named, file, dir, getenv)
	if err != nil {
		return p, err
	}
	archive, err := install()
	if err != nil {
		return p, fmt.Errorf("put the package vlmspec for Python where an interpreter finds it: %w", err)
	}
	p.Args = []string{archive}
	if file != "" {
		p.Args = append(p.Args, file)
	}
	if file != "" && function != "" {
		p.Args = append(p.Args, "--function", function)
	}
	return p, nil
}

func absolute(path, dir string) string {
	path = filepath.FromSlash(path)
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// isPath tells a path from the name of a program.
func isPath(s string) bool { return strings.ContainsRune(filepath.ToSlash(s), '/') }

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
