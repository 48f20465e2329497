//go:build llamacpp

package main

import (
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// The test binary is the backend program too, under its name.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == host.Prefix+"llamacpp" {
		main()
		return
	}
	os.Exit(m.Run())
}

// process starts the backend as a process of its own.
func process(t *testing.T, config map[string]any) *host.Backend {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, host.Prefix+"llamacpp")); err != nil {
		t.Fatal(err)
	}
	b, err := host.Open(t.Context(), host.Options{Name: "tiny", Plugin: "llamacpp", Config: config, Places: []host.Place{{Dir: dir}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// The process is killed at random moments during 200 requests. Each of them ends,
// in a true answer or in the error that says so; nothing stays behind; and the
// image embeddings that were cached are whole.
func TestKilled(t *testing.T) {
	sockets, images := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", sockets)
	config := tinyConfig(t)
	config["deterministic"], config["image_cache_disk_mb"], config["image_cache_dir"] = true, 16.0, images
	all := mixed(t, 200)
	want := answers(t, open(t, map[string]any{"deterministic": true}), all, 0)

	b := process(t, config)
	var ended, killed, crashed atomic.Int64
	requests := make(chan sdk.Request)
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for req := range requests {
				r, err := b.Generate(t.Context(), req, nil)
				switch {
				case err == nil && fingerprint(r) != want[req.ID]:
					t.Errorf("%s: got %s\nwant %s", req.ID, fingerprint(r), want[req.ID])
				case err != nil && sdk.KindOf(err) != sdk.Crashed:
					t.Errorf("%s: %v", req.ID, err)
				case err != nil:
					crashed.Add(1)
				}
				ended.Add(1)
			}
		})
	}
	draw := rand.New(rand.NewPCG(3, 4))
	next := 5
	for i, req := range all {
		requests <- req
		if i == next {
			if a, err := b.Attachment(); err == nil && syscall.Kill(a.PID, syscall.SIGKILL) == nil {
				killed.Add(1)
			}
			next += 5 + draw.IntN(20)
		}
	}
	close(requests)
	workers.Wait()
	if ended.Load() != 200 || killed.Load() < 5 || crashed.Load() == 0 {
		t.Errorf("%d requests ended, %d of them crashed, %d kills", ended.Load(), crashed.Load(), killed.Load())
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(sockets); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	cacheIsWhole(t, images, all, want)
}

// cacheIsWhole asks again with the image embeddings that were cached.
func cacheIsWhole(t *testing.T, dir string, all []sdk.Request, want map[string]string) {
	t.Helper()
	warnings := logged(t)
	b := open(t, map[string]any{"deterministic": true, "image_cache_disk_mb": 16.0, "image_cache_dir": dir})
	cached := 0
	for _, req := range all {
		r, err := b.Generate(t.Context(), req, nil)
		if err != nil || fingerprint(r) != want[req.ID] {
			t.Errorf("%s: %s, %v", req.ID, fingerprint(r), err)
		}
		cached += r.Usage.CachedImages
	}
	if cached == 0 || warnings() != "" {
		t.Errorf("%d images came from the cache; warnings: %s", cached, warnings())
	}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(e.Name(), "writing-") {
			t.Errorf("left behind: %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// logged gathers what is warned about.
func logged(t *testing.T) func() string {
	t.Helper()
	var mu sync.Mutex
	var out bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(writerFunc(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return out.Write(p)
	}), nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		return out.String()
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// Damaged files of the image cache are noticed, dropped and encoded anew, with
// one warning; and where none can be written the answers are the same.
func TestDamagedImageCache(t *testing.T) {
	all := mixed(t, 20)
	want := answers(t, open(t, map[string]any{"deterministic": true}), all, 0)
	fill := func(dir string) []string {
		b := open(t, map[string]any{"deterministic": true, "image_cache_disk_mb": 16.0, "image_cache_dir": dir})
		answers(t, b, all, 0)
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		b.engine = nil
		files, err := filepath.Glob(dir + "/*/*.embedding")
		if err != nil || len(files) < 5 {
			t.Fatal(files, err)
		}
		return files
	}
	for name, damage := range map[string]func(path string) error{
		"truncated": func(path string) error { return os.Truncate(path, 100) },
		"empty":     func(path string) error { return os.Truncate(path, 0) },
		"flipped": func(path string) error {
			data, err := os.ReadFile(path)
			data[len(data)/2] ^= 1
			return errors.Join(err, os.WriteFile(path, data, 0o600))
		},
		"a folder in its place": func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for _, path := range fill(dir) {
				if err := damage(path); err != nil {
					t.Fatal(err)
				}
			}
			warnings := logged(t)
			b := open(t, map[string]any{"deterministic": true, "image_cache_disk_mb": 16.0, "image_cache_dir": dir})
			for id, got := range answers(t, b, all, 0) {
				if got != want[id] {
					t.Errorf("%s: got %s\nwant %s", id, got, want[id])
				}
			}
			if got := warnings(); strings.Count(got, "level=WARN") != 1 {
				t.Errorf("expected one warning, got %q", got)
			}
		})
	}
}
