// Command notices writes the notice of what the binaries of this project are linked
// from: every module with its licence, and the texts of the licences, each once. Run it
// with `make generate`.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// file is what is written.
const file = "THIRD_PARTY_NOTICES.md"

// builds are the binaries, on the systems that they are built for: what is linked
// differs between them.
var builds = []struct {
	goos, tags, main string
}{
	{"linux", "", "./cmd/vlmspec"},
	{"darwin", "", "./cmd/vlmspec"},
	{"windows", "", "./cmd/vlmspec"},
	{"linux", "", "./plugins/replay"},
	{"linux", "llamacpp", "./plugins/llamacpp"},
	{"darwin", "llamacpp", "./plugins/llamacpp"},
}

// module is one that is linked.
type module struct {
	Path, Version, Dir string
	files              map[string]bool // licence files, relative to Dir
}

func main() {
	log.SetFlags(0)
	modules, err := linked()
	if err != nil {
		log.Fatal("notices: ", err)
	}
	text, err := notice(modules)
	if err == nil {
		err = os.WriteFile(file, text, 0o644)
	}
	if err != nil {
		log.Fatal("notices: ", err)
	}
}

// linked lists the modules of all builds, by path.
func linked() (map[string]*module, error) {
	all := map[string]*module{}
	for _, b := range builds {
		list := exec.Command("go", "list", "-deps", "-tags", b.tags, "-json=Dir,Module", b.main)
		list.Env = append(os.Environ(), "GOOS="+b.goos, "GOARCH=amd64", "CGO_ENABLED=1")
		list.Stderr = os.Stderr
		out, err := list.Output()
		if err != nil {
			return nil, fmt.Errorf("list what %s is linked from: %w", b.main, err)
		}
		for d := json.NewDecoder(bytes.NewReader(out)); ; {
			var p struct {
				Dir    string
				Module *struct {
					module
					Main bool
				}
			}
			if err := d.Decode(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, err
			}
			if p.Module == nil || p.Module.Main { // the standard library, and this project
				continue
			}
			m := all[p.Module.Path]
			if m == nil {
				m = &p.Module.module
				m.files = map[string]bool{}
				all[m.Path] = m
			}
			if err := m.look(p.Dir); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// look notes the licences in the folder of a package and in those above it.
func (m *module) look(dir string) error {
	for ; len(dir) >= len(m.Dir); dir = filepath.Dir(dir) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if name := strings.ToUpper(e.Name()); !e.IsDir() && (strings.HasPrefix(name, "LICEN") || strings.HasPrefix(name, "COPYING") || strings.HasPrefix(name, "NOTICE")) {
				rel, err := filepath.Rel(m.Dir, filepath.Join(dir, e.Name()))
				if err != nil {
					return err
				}
				m.files[filepath.ToSlash(rel)] = true
			}
		}
	}
	return nil
}

// notice is the whole file.
func notice(modules map[string]*module) ([]byte, error) {
	var b, texts bytes.Buffer
	b.WriteString(head)
	numbers := map[string]int{} // of texts
	for _, path := range slices.Sorted(maps.Keys(modules)) {
		m := modules[path]
		if len(m.files) == 0 {
			return nil, fmt.Errorf("%s %s has no licence file", m.Path, m.Version)
		}
		var names, where []string
		for _, name := range slices.Sorted(maps.Keys(m.files)) {
			data, err := os.ReadFile(filepath.Join(m.Dir, filepath.FromSlash(name)))
			if err != nil {
				return nil, err
			}
			text := strings.TrimSpace(strings.ReplaceAll(string(data), "\r\n", "\n"))
			if numbers[text] == 0 {
				numbers[text] = len(numbers) + 1
				fmt.Fprintf(&texts, "\n## %d\n\n```text\n%s\n```\n", numbers[text], text)
			}
			if kind := kindOf(text); kind != "" && !slices.Contains(names, kind) {
				names = append(names, kind)
			}
			where = append(where, fmt.Sprintf("[%d](#%d)", numbers[text], numbers[text]))
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("the licence of %s %s is not known: %s", m.Path, m.Version, filepath.Join(m.Dir, slices.Sorted(maps.Keys(m.files))[0]))
		}
		fmt.Fprintf(&b, "| [%s](https://pkg.go.dev/%s@%s) | %s | %s | %s |\n", m.Path, m.Path, m.Version, m.Version, strings.Join(names, ", "), strings.Join(where, " "))
	}
	b.WriteString("\n# Texts\n")
	b.Write(texts.Bytes())
	return b.Bytes(), nil
}

const head = `<!-- Generated from the modules that are linked; do not edit: make generate. -->

# Third-party notices

The binaries of vlmspec hold code of the modules below. Modules under the Mozilla Public License 2.0 are used as they are published, unchanged; their source
is at the address of the module, and at ` + "`https://proxy.golang.org/MODULE/@v/VERSION.zip`" + `. The Go standard library, which is linked too, is under a BSD licence (https://go.dev/LICENSE).

| module | version | licence | text |
|---|---|---|---|
`

// kinds are licences by words that only they have, the more particular first.
var kinds = []struct{ name, words string }{
	{"MPL-2.0", "Mozilla Public License"},
	{"Apache-2.0", "Apache License"},
	{"GPL", "GNU GENERAL PUBLIC LICENSE"},
	{"LGPL", "GNU LESSER GENERAL PUBLIC LICENSE"},
	{"Unlicense", "This is free and unencumbered software"},
	{"ISC", "Permission to use, copy, modify, and/or distribute this software for any purpose"},
	{"ISC", "Permission to use, copy, modify, and distribute this software for any purpose"},
	{"BSD-3-Clause", "names of its contributors"},
	{"BSD-3-Clause", "names of contributors"},
	{"BSD-3-Clause", "may be used to endorse or promote"},
	{"BSD-2-Clause", "Redistributions in binary form"},
	{"MIT", "Permission is hereby granted, free of charge"},
	{"Zlib", "This software is provided 'as-is'"},
}

func kindOf(text string) string {
	flat := strings.Join(strings.Fields(text), " ")
	for _, k := range kinds {
		if strings.Contains(flat, k.words) {
			return k.name
		}
	}
	return ""
}
