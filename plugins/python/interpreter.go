package python

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// environments are the names of virtual environments in a project, as venv's
// documentation and uv have them.
var environments = []string{".venv", "venv"}

// interpreter finds the interpreter: the one that is named; that of a virtual
// environment beside the file or above it, up to the project's folder; that of
// the environment that is active; python3 on PATH.
func interpreter(named, file, dir string, getenv func(string) string) (Program, error) {
	if named != "" {
		return namedInterpreter(named, dir)
	}
	for _, folder := range folders(file, dir) {
		names := environments
		if own := getenv("UV_PROJECT_ENVIRONMENT"); own != "" {
			names = append([]string{own}, names...)
		}
		for _, name := range names {
			if path := ofEnvironment(absolute(name, folder)); path != "" {
				return Program{Interpreter: path, Origin: "the project's " + name}, nil
			}
		}
	}
	for _, variable := range []string{"VIRTUAL_ENV", "CONDA_PREFIX"} {
		if path := ofEnvironment(getenv(variable)); path != "" {
			return Program{Interpreter: path, Origin: variable}, nil
		}
	}
	for _, name := range []string{"python3", "python"} {
		if path, err := exec.LookPath(name); err == nil {
			return Program{Interpreter: absolute(path, "."), Origin: "PATH"}, nil
		}
	}
	return Program{}, fmt.Errorf("there is no Python: no %s in the project, no active environment, no python3 on PATH; name one with `python: PATH` in config%s",
		strings.Join(environments, " or "), uvHint(file, dir))
}

func namedInterpreter(named, dir string) (Program, error) {
	const origin = "`python` in config"
	path := absolute(named, dir)
	if inside := ofEnvironment(path); inside != "" { // the folder of an environment
		return Program{Interpreter: inside, Origin: origin}, nil
	}
	if !isPath(named) {
		path, err := exec.LookPath(named)
		if err != nil {
			return Program{}, fmt.Errorf("config: python is %q, and there is no such program on PATH", named)
		}
		return Program{Interpreter: absolute(path, "."), Origin: origin}, nil
	}
	if _, err := exec.LookPath(path); err != nil {
		return Program{}, fmt.Errorf("config: python is %q, and %s is no program that can be started", named, path)
	}
	return Program{Interpreter: path, Origin: origin}, nil
}

// ofEnvironment is the interpreter of a virtual environment, "" when a folder is none.
func ofEnvironment(folder string) string {
	if folder == "" {
		return ""
	}
	for _, path := range []string{filepath.Join(folder, "bin", "python"), filepath.Join(folder, "bin", "python3"), filepath.Join(folder, "Scripts", "python.exe")} {
		if isFile(path) {
			return path
		}
	}
	return ""
}

// folders are that of the file and those above it up to dir, which holds
// vlmspec.yaml; only dir where the file lies elsewhere.
func folders(file, dir string) []string {
	dir = absolute(dir, ".")
	if file == "" {
		return []string{dir}
	}
	var all []string
	for folder := filepath.Dir(file); ; folder = filepath.Dir(folder) {
		all = append(all, folder)
		if folder == dir {
			return all
		}
		if rel, err := filepath.Rel(dir, folder); err != nil || strings.HasPrefix(rel, "..") {
			return []string{filepath.Dir(file), dir}
		}
	}
}

// uvHint says what makes the environment of a uv project.
func uvHint(file, dir string) string {
	for _, folder := range folders(file, dir) {
		if isFile(filepath.Join(folder, "uv.lock")) {
			return "; `uv sync` makes the environment of " + filepath.Join(folder, "uv.lock")
		}
	}
	return ""
}
