package spec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestBombsAreCheap: files made to grow end in an error at once.
func TestBombsAreCheap(t *testing.T) {
	grow := func(value func(name string) string) string {
		var b strings.Builder
		b.WriteString("suite: s\nvars:\n  v0: x\n")
		for i := range 12 {
			b.WriteString("  v" + string(rune('a'+i)) + ": " + value("${v"+map[bool]string{true: "0", false: string(rune('a' + i - 1))}[i == 0]+"}") + "\n")
		}
		return b.String() + "cases: [{name: a, prompt: '${vl}', expect: [{k: ${vl}}]}]\n"
	}
	tests := map[string]struct{ src, want string }{
		"text":   {grow(func(ref string) string { return "'" + strings.Repeat(ref, 100) + "'" }), "${...} makes more than 1048576 bytes or 10000 replacements here"},
		"lists":  {grow(func(ref string) string { return "[" + strings.Repeat(ref+", ", 99) + ref + "]" }), "refers to itself, or too deep within other variables"},
		"merges": {"a: &a {<<: *a}\n", "*a stands inside what it names"},
		"depth":  {strings.Repeat("[", 9000) + strings.Repeat("]", 9000), "nested more than 64 deep"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := project(t, oneBackend+"-- specs/a.yaml --\n"+test.src)
			start := time.Now()
			_, err := Load(p, nil)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%.300v", err)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestLargeFileIsRefusedUnread(t *testing.T) {
	p := project(t, oneBackend)
	path := filepath.Join(p.Dir, "specs", "a.yaml")
	if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(1 << 40); err != nil { // sparse: it takes no space
		t.Skip(err)
	}
	f.Close()
	if _, err := Load(p, nil); errorText(err) != "specs/a.yaml: cannot be read: it is larger than 32 MiB" {
		t.Error(err)
	}
	if _, err := Parse("a.yaml", make([]byte, maxFileBytes+1)); errorText(err) != "a.yaml: the file is larger than 32 MiB; split it into several files" {
		t.Error(err)
	}
	if _, err := Load(p, []string{p.Dir + "/specs/a.yaml/x"}); err == nil {
		t.Error("a file within a file was found")
	}
}
