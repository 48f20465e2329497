//go:build llamacpp

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
)

func TestEngineIsNamed(t *testing.T) {
	info, err := loaded(t).Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e := info.Engine
	if e.Name != "llama.cpp" || e.Version == "" || !strings.HasPrefix(e.Digest, "sha256:") {
		t.Errorf("got %+v", e)
	}
	for _, name := range []string{"llama", "mtmd"} { // a CUDA library brings libggml-base in any case
		found := false
		for _, path := range e.Files {
			found = found || strings.HasPrefix(filepath.Base(path), "lib"+name+".")
		}
		if found == llama.Embedded {
			t.Errorf("lib%s is listed: %v, of a llama.cpp that is part of the program: %v", name, found, llama.Embedded)
		}
	}
	if !strings.Contains(loaded(t).engine.salt, e.Digest) {
		t.Errorf("embeddings of one engine are taken for those of another: their key is made of %q", loaded(t).engine.salt)
	}
}

// What is inside a library counts, not what it says of itself.
func TestEngineThatWasReplaced(t *testing.T) {
	if os.Getenv("VLMSPEC_PRINT_ENGINE") != "" {
		digest, err := engineDigest()
		fmt.Println("engine:", digest, err)
		return
	}
	e, err := engineIdentity()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	copied := filepath.Join(folder, "program")
	same, other := digestIn(t, program, ""), ""
	if llama.Embedded {
		change(t, program, copied)
		other = digestIn(t, copied, "")
	} else {
		for _, path := range e.Files {
			change(t, path, filepath.Join(folder, filepath.Base(path)))
		}
		other = digestIn(t, program, folder)
	}
	if own, err := engineDigest(); err != nil || own != same || own == other || other == "" {
		t.Errorf("digests %s, once more %s, of a changed one %s; %v", own, same, other, err)
	}
}

// change copies a library or program with a byte more, which nothing looks at.
func change(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, append(data, 0), 0o700)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// digestIn is the engine's digest in a process of its own.
func digestIn(t *testing.T, program, libraries string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), program, "-test.run", "^TestEngineThatWasReplaced$")
	c.Env = append(os.Environ(), "VLMSPEC_PRINT_ENGINE=1")
	if libraries != "" {
		c.Env = append(c.Env, "LD_LIBRARY_PATH="+libraries, "DYLD_LIBRARY_PATH="+libraries)
	}
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "engine: "); ok {
			digest, problem, _ := strings.Cut(rest, " ")
			if problem != "<nil>" {
				t.Fatal(problem)
			}
			return digest
		}
	}
	t.Fatalf("no digest in %s", out)
	return ""
}
