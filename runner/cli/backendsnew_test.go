package cli

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The tests of a new backend in Go pass. It is laid over this module's folder, as
// it would need a release to be a module of its own.
func TestNewBackendInGo(t *testing.T) {
	files, err := backendFiles("my-model", false)
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	replace := map[string]string{}
	for _, f := range files {
		if filepath.Ext(f.path) == ".go" {
			path := filepath.Join(dir, f.path)
			if err := os.WriteFile(path, f.data, 0o600); err != nil {
				t.Fatal(err)
			}
			replace[filepath.Join(root, "scaffolded", f.path)] = path
		}
	}
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, data, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := filepath.Join(dir, "tests")
	build := exec.Command("go", "test", "-vet=off", "-overlay", overlay, "-c", "-o", tests, "./scaffolded")
	build.Dir = root
	for _, cmd := range []*exec.Cmd{build, exec.Command(tests)} {
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
}
