package main

import (
	"bytes"
	"os"
	"path"
	"strings"
	"testing"
)

func page(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile("../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// The drawing is that of the imports as they are.
func TestLayers(t *testing.T) {
	text := page(t)
	drawn, err := redraw(text, "../..")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, drawn) {
		t.Error("ARCHITECTURE.md has other layers than the imports make: run `make generate`")
	}
}

// Every package is in the table, itself or as part of its parent.
func TestTable(t *testing.T) {
	text := string(page(t))
	imports, err := packages("../..")
	if err != nil {
		t.Fatal(err)
	}
	for folder := range imports {
		listed := false
		for f := folder; f != "."; f = path.Dir(f) {
			listed = listed || strings.Contains(text, "\n| `"+f+"`") && (f == folder || f != "runner" && f != "plugins")
		}
		if !listed && !strings.HasPrefix(folder, "docs") && !strings.HasPrefix(folder, "fixtures") {
			t.Errorf("the table of ARCHITECTURE.md lacks %s", folder)
		}
	}
}

// The walls: nothing in runner imports what drives it, and no backend the runner.
func TestWalls(t *testing.T) {
	imports, err := packages("../..")
	if err != nil {
		t.Fatal(err)
	}
	for folder, all := range imports {
		for _, other := range all {
			below := func(parent, f string) bool { return f == parent || strings.HasPrefix(f, parent+"/") }
			if below("plugins", folder) && below("runner", other) || below("runner", folder) && folder != "runner/cli" && other == "runner/cli" {
				t.Errorf("%s imports %s", folder, other)
			}
		}
	}
}
