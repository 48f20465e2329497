package host

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/python"
)

// ofProject is the origin of a program in the project's own folder.
const ofProject = ".vlmspec/plugins"

// Beside is the origin of programs beside vlmspec.
const Beside = "beside vlmspec"

// Prefix begins the file name of every backend program.
const Prefix = "vlmspec-backend-"

// Place is a folder that backends are looked for in.
type Place struct {
	Dir    string
	Origin string // for people: "beside vlmspec", "PATH"
}

// Found is a backend program that was found.
type Found struct {
	Name   string // "llamacpp"
	Path   string
	Args   []string // that it is started with
	Origin string   // of its Place, or where an interpreter was found
	Unused string   // why it is not used, "" when it is
}

// Places lists where backends are looked for, first match first: beside the
// running program, in the project's .vlmspec/plugins, in $VLMSPEC_PLUGIN_PATH,
// on PATH. project may be "".
func Places(project string, getenv func(string) string) []Place {
	var places []Place
	if exe, err := os.Executable(); err == nil {
		if target, err := filepath.EvalSymlinks(exe); err == nil {
			exe = target
		}
		places = append(places, Place{filepath.Dir(exe), Beside})
	}
	if project != "" {
		places = append(places, Place{filepath.Join(project, ".vlmspec", "plugins"), ofProject})
	}
	for _, name := range []string{"VLMSPEC_PLUGIN_PATH", "PATH"} {
		for _, dir := range filepath.SplitList(getenv(name)) {
			if filepath.IsAbs(dir) { // a relative folder would depend on where vlmspec is started
				places = append(places, Place{dir, name})
			}
		}
	}
	return places
}

// Discover lists every backend program in the places, also those that are not
// used and why, in the order of their names and then of the places.
func Discover(places []Place) []Found {
	all := []Found{pythonWithout(places)}
	used := map[string]string{python.Name: "the plugin that is built in"}
	seen := map[string]bool{}
	for _, p := range places {
		if seen[p.Dir] {
			continue
		}
		seen[p.Dir] = true
		files, err := filepath.Glob(filepath.Join(escaped(p.Dir), Prefix+"*"))
		if err != nil {
			continue
		}
		for _, file := range files {
			f := Found{Name: nameOf(file), Path: file, Origin: p.Origin}
			f.Unused = unusable(file)
			if first, ok := used[f.Name]; ok && f.Unused == "" {
				f.Unused = "hidden by " + first
			}
			if f.Unused == "" {
				used[f.Name] = file
			}
			all = append(all, f)
		}
	}
	slices.SortStableFunc(all, func(a, b Found) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Find returns the program of a backend, or an error that says where it was
// looked for and what was found instead.
func Find(name string, places []Place) (Found, error) {
	var others []string
	for _, f := range Discover(places) {
		switch {
		case f.Name == name && f.Unused == "":
			return f, nil
		case f.Name == name:
			others = append(others, f.Path+" ("+f.Unused+")")
		case f.Unused == "":
			others = append(others, f.Name)
		}
	}
	return Found{}, &MissingError{Name: name, Found: others}
}

// MissingError says that there is no program for a backend.
type MissingError struct {
	Name  string
	Found []string // what there is
}

func (e *MissingError) Error() string {
	s := "there is no program " + Prefix + e.Name + " beside vlmspec, in .vlmspec/plugins, in $VLMSPEC_PLUGIN_PATH or on PATH"
	if len(e.Found) > 0 {
		s += "; found: " + strings.Join(e.Found, ", ")
	}
	if e.Name == "llamacpp" {
		return s + "; build it with `make llamacpp`"
	}
	return s + "; `vlmspec backends` lists what was found"
}

// pythonWithout is the plugin for backends in Python while there is no config.
func pythonWithout(places []Place) Found {
	dir := "."
	for _, p := range places {
		if p.Origin == ofProject {
			dir = filepath.Dir(filepath.Dir(p.Dir))
		}
	}
	f, err := findPython(nil, dir)
	if err != nil {
		f.Unused = err.Error()
	}
	return f
}

func findPython(config map[string]any, dir string) (Found, error) {
	p, err := python.Find(config, dir, os.Getenv)
	return Found{Name: python.Name, Path: p.Interpreter, Args: p.Args, Origin: "built in; Python of " + p.Origin}, err
}

// FindFor is [Find] for a plugin with a config, whose paths are relative to the
// folder dir: a Python file has the interpreter of its project.
func FindFor(plugin string, config map[string]any, dir string, places []Place) (Found, error) {
	if plugin == python.Name {
		return findPython(config, dir)
	}
	return Find(plugin, places)
}

// program finds the program of a backend.
func (o Options) program() (Found, error) {
	if o.Program != nil {
		return *o.Program, nil
	}
	return FindFor(o.Plugin, o.Config, o.Dir, o.Places)
}

func nameOf(file string) string {
	return strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), Prefix), ".exe")
}

// unusable says why a file cannot be started, "" when it can.
func unusable(file string) string {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return "cannot be opened"
	case info.IsDir():
		return "is a folder"
	case info.Mode()&0o111 == 0:
		return "is not executable; chmod +x makes it so"
	}
	return ""
}

// escaped keeps a folder's name from being taken for a pattern.
func escaped(dir string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}
