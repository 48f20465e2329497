// Command architecture draws the layers of the packages in ARCHITECTURE.md from
// their imports: each package imports only from lines above its own.
package main

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"log"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const module = "github.com/vlmspec/vlmspec/"

// What stands around the drawing in ARCHITECTURE.md.
const (
	before = "<!-- layers, by make generate -->\n```\n"
	after  = "```\n"
)

func main() {
	const file = "ARCHITECTURE.md"
	text, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	drawn, err := redraw(text, ".")
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(file, drawn, 0o644); err != nil {
		log.Fatal(err)
	}
}

// redraw puts the layers of a checkout into the text.
func redraw(text []byte, root string) ([]byte, error) {
	head, rest, ok := bytes.Cut(text, []byte(before))
	if !ok {
		return nil, fmt.Errorf("there is no line %q", strings.TrimSpace(before))
	}
	_, tail, ok := bytes.Cut(rest, []byte(after))
	if !ok {
		return nil, fmt.Errorf("the drawing has no end")
	}
	imports, err := packages(root)
	if err != nil {
		return nil, err
	}
	return slices.Concat(head, []byte(before), []byte(draw(imports)), []byte(after), tail), nil
}

// packages are the imports of every package of the module, within it, tests left
// out: by folder, slashes.
func packages(root string) (map[string][]string, error) {
	all := map[string][]string{}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		name := d.Name()
		switch {
		case err != nil:
			return err
		case d.IsDir() && (name == "testdata" || name == "build" || name == "bin" || strings.HasPrefix(name, ".") && file != root):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		folder := filepath.ToSlash(rel)
		if all[folder] == nil {
			all[folder] = []string{}
		}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if within, ok := strings.CutPrefix(imported, module); ok && !slices.Contains(all[folder], within) {
				all[folder] = append(all[folder], within)
			}
		}
		return nil
	})
	return all, err
}

// draw writes a line for each layer: those packages whose imports stand above.
func draw(imports map[string][]string) string {
	layer := map[string]int{}
	var find func(folder string) int
	find = func(folder string) int {
		if n, known := layer[folder]; known {
			return n
		}
		n := 0
		for _, other := range imports[folder] {
			n = max(n, find(other)+1)
		}
		layer[folder] = n
		return n
	}
	var lines [][]string
	for folder := range imports {
		n := find(folder)
		for len(lines) <= n {
			lines = append(lines, nil)
		}
		lines[n] = append(lines[n], folder)
	}
	var b strings.Builder
	for n, folders := range lines {
		slices.Sort(folders)
		fmt.Fprintf(&b, "%2d  %s\n", n, strings.Join(shortened(folders), "  "))
	}
	return b.String()
}

// shortened writes folders of one parent together: runner/{plan,report}.
func shortened(folders []string) []string {
	var out []string
	for i := 0; i < len(folders); {
		dir, k := path.Dir(folders[i]), i+1
		for k < len(folders) && path.Dir(folders[k]) == dir && dir != "." {
			k++
		}
		if k-i == 1 {
			out = append(out, folders[i])
		} else {
			var names []string
			for _, f := range folders[i:k] {
				names = append(names, path.Base(f))
			}
			out = append(out, dir+"/{"+strings.Join(names, ",")+"}")
		}
		i = k
	}
	return out
}
