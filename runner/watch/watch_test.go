package watch

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// saved does what it is told and returns what the watcher says has changed.
func saved(t *testing.T, w *Watcher, save func()) []string {
	t.Helper()
	save()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	changed, err := w.Wait(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for i := range changed {
		changed[i] = filepath.Base(changed[i])
	}
	return changed
}

func TestSavePatterns(t *testing.T) {
	dir := t.TempDir()
	spec, image, elsewhere := filepath.Join(dir, "specs", "a.yaml"), filepath.Join(dir, "images", "a.png"), filepath.Join(t.TempDir(), "target.png")
	link := filepath.Join(dir, "images", "link.png")
	for _, f := range []string{spec, image, elsewhere} {
		put(t, f, "one")
	}
	if err := os.Symlink(elsewhere, link); err != nil {
		t.Fatal(err)
	}
	w, err := New()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Set([]string{spec, image, link}, []string{filepath.Join(dir, "specs")}); err != nil {
		t.Fatal(err)
	}
	n := 0
	text := func() string { n++; return string(rune('a' + n)) }
	replace := func(path string) {
		put(t, path+".tmp", text())
		if err := os.Rename(path+".tmp", path); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name string
		save func()
		want []string
	}{
		{"written in place", func() { put(t, spec, text()) }, []string{"a.yaml"}},
		{"replaced, as VS Code and JetBrains do", func() { replace(image) }, []string{"a.png"}},
		{"moved away and written anew, as vim does", func() {
			if err := os.Rename(spec, spec+"~"); err != nil {
				t.Fatal(err)
			}
			put(t, spec, text())
		}, []string{"a.yaml"}},
		{"the target of a link", func() { put(t, elsewhere, text()) }, []string{"link.png"}},
		{"three saves in a burst", func() { put(t, spec, text()); replace(image); put(t, spec, text()) }, []string{"a.png", "a.yaml"}},
		{"touched and made readable before it is written", func() {
			_ = os.Chtimes(image, time.Now(), time.Now())
			_ = os.Chmod(image, 0o600)
			put(t, spec, text())
		}, []string{"a.yaml"}},
		{"a new spec", func() { put(t, filepath.Join(dir, "specs", "new.yaml"), text()) }, []string{"new.yaml"}},
		{"a new spec in a new folder", func() { put(t, filepath.Join(dir, "specs", "more", "b.yaml"), text()) }, []string{"b.yaml"}},
		{"a file that does not matter, then one that does", func() {
			put(t, filepath.Join(dir, "images", "other.png"), text())
			put(t, image, text())
		}, []string{"a.png"}},
		{"deleted", func() {
			if err := os.Remove(image); err != nil {
				t.Fatal(err)
			}
		}, []string{"a.png"}},
		{"back again", func() { put(t, image, text()) }, []string{"a.png"}},
	} {
		if got := saved(t, w, c.save); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	// A save that changes nothing is none.
	put(t, image, text())
	if got := saved(t, w, func() {}); !slices.Equal(got, []string{"a.png"}) {
		t.Errorf("got %v", got)
	}
	data, err := os.ReadFile(image)
	if err != nil {
		t.Fatal(err)
	}
	put(t, image, string(data))
	ctx, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
	defer cancel()
	if got, err := w.Wait(ctx); err == nil {
		t.Errorf("the same content is told: %v", got)
	}
}
