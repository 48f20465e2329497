package suite_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A quarantined case is skipped for Ginkgo, which knows nothing like it.
func TestQuarantinedIsSkipped(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/failing")); err != nil {
		t.Fatal(err)
	}
	until := time.Now().UTC().AddDate(0, 0, 7).Format(time.DateOnly)
	if err := os.WriteFile(filepath.Join(dir, "quarantine.yaml"), []byte("wrong/is-wrong: {until: "+until+", reason: flaky}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	here, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	project, err := filepath.Rel(here, dir)
	if err != nil {
		t.Fatal(err)
	}
	out, _ := again(t, project)
	if want := "3 Passed | 0 Failed | 0 Pending | 1 Skipped"; !strings.Contains(out, want) {
		t.Errorf("want %q in:\n%s", want, out)
	}
}
