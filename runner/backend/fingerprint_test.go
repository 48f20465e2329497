package backend

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/cache"
	"github.com/vlmspec/vlmspec/runner/secret"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// program is a backend whose program has a digest.
type program struct{ sdk.Backend }

func (program) Program() (string, error) {
	sum := sha256.Sum256([]byte("program"))
	return hex.EncodeToString(sum[:]), nil
}

// stage is a project with a backend m and its files.
type stage struct {
	t   *testing.T
	dir string
	ids *Fingerprints
}

func newStage(t *testing.T) *stage {
	s := &stage{t: t, dir: t.TempDir()}
	t.Setenv("VLMSPEC_PLUGIN_PATH", filepath.Join(s.dir, "plugins"))
	s.write("plugins/vlmspec-backend-staged", "program", 0o755)
	s.write("m-00001-of-00002.gguf", "weights", 0o644)
	s.write("m-00002-of-00002.gguf", "further", 0o644)
	s.write("adapter.gguf", "adapter", 0o644)
	return s
}

func (s *stage) write(name, text string, mode os.FileMode) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		s.t.Fatal(err)
	}
}

// session begins a run, later by so much than the files were written.
func (s *stage) session(later time.Duration, config map[string]any) {
	s.t.Helper()
	store, err := cache.Open(filepath.Join(s.dir, "cache"), 1<<20)
	if err != nil {
		s.t.Fatal(err)
	}
	if config == nil {
		config = map[string]any{"model": "m-00001-of-00002.gguf", "image_cache_dir": "plugins", "lora": []any{map[string]any{"path": "adapter.gguf"}}}
	}
	p := &spec.Project{Dir: s.dir, Backends: map[string]spec.Backend{"m": {Name: "m", Plugin: "staged", Dir: s.dir, Config: config}}}
	s.ids = NewFingerprints(p, store, nil)
	s.ids.now = func() time.Time { return time.Now().Add(later) }
}

func (s *stage) end() {
	s.t.Helper()
	s.ids.Close(false)
	if err := s.ids.cache.Close(); err != nil {
		s.t.Fatal(err)
	}
}

var stagedInfo = sdk.Info{Name: "staged", Version: "1", ModelDigest: "sha256:1", Capabilities: sdk.Capabilities{MaxImages: 3}}

// learn is a run that starts the backend.
func (s *stage) record(later time.Duration) {
	s.session(later, nil)
	s.ids.Opening("m")
	s.ids.Record("m", program{}, stagedInfo)
	s.end()
}

func TestBackendIsRemembered(t *testing.T) {
	for name, later := range map[string]time.Duration{"by its stamps": time.Hour, "by content, right after it was written": 0} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.session(later, nil)
			if _, ok := s.ids.Lookup("m"); ok {
				t.Error("before it was started")
			}
			s.end()
			s.record(later)
			for range 2 {
				s.session(later, nil)
				id, ok := s.ids.Lookup("m")
				if !ok || id.Why != "" || id.Info.Capabilities.MaxImages != 3 || id.Digest != s.ids.Record("m", program{}, stagedInfo).Digest {
					t.Errorf("%v, %+v", ok, id)
				}
				s.end()
			}
		})
	}
}

// Nothing that has changed is taken for what it was, whatever its size and times.
func TestBackendIsAnother(t *testing.T) {
	for _, later := range []time.Duration{0, time.Hour} {
		for name, change := range map[string]func(*stage){
			"the model":      func(s *stage) { s.write("m-00001-of-00002.gguf", "WEIGHTS", 0o644) },
			"another part":   func(s *stage) { s.write("m-00002-of-00002.gguf", "FURTHER", 0o644) },
			"the adapter":    func(s *stage) { s.write("adapter.gguf", "ADAPTER", 0o644) },
			"the program":    func(s *stage) { s.write("plugins/vlmspec-backend-staged", "PROGRAM", 0o755) },
			"a further part": func(s *stage) { s.write("m-00003-of-00003.gguf", "more", 0o644) },
			"no model":       func(s *stage) { _ = os.Remove(filepath.Join(s.dir, "m-00001-of-00002.gguf")) },
			"its time is set back": func(s *stage) {
				path := filepath.Join(s.dir, "m-00001-of-00002.gguf")
				was, err := os.Stat(path)
				s.write("m-00001-of-00002.gguf", "WEIGHTS", 0o644)
				if err == nil {
					err = os.Chtimes(path, was.ModTime(), was.ModTime())
				}
				if err != nil {
					s.t.Fatal(err)
				}
			},
			"the environment":     func(s *stage) { s.t.Setenv("CUDA_VISIBLE_DEVICES", "1") },
			"a library beside it": func(s *stage) { s.write("plugins/libggml-cuda.so", "library", 0o644) },
			"it runs already":     func(s *stage) { s.t.Setenv("VLMSPEC_REATTACH_BACKENDS", `{"m": {"pid": 1}}`) },
		} {
			t.Run(name, func(t *testing.T) {
				s := newStage(t)
				s.record(later)
				change(s)
				s.session(later, nil)
				if id, ok := s.ids.Lookup("m"); ok {
					t.Errorf("record as %+v", id)
				}
			})
		}
	}
	t.Run("the config", func(t *testing.T) {
		s := newStage(t)
		s.record(0)
		s.session(0, map[string]any{"model": "m-00001-of-00002.gguf"})
		if _, ok := s.ids.Lookup("m"); ok {
			t.Error("record")
		}
	})
	t.Run("a folder in the config", func(t *testing.T) {
		s := newStage(t)
		config := map[string]any{"model": "plugins"}
		s.session(0, config)
		s.ids.Opening("m")
		s.ids.Record("m", program{}, stagedInfo)
		s.end()
		s.session(0, config)
		if _, ok := s.ids.Lookup("m"); ok {
			t.Error("record")
		}
	})
}

// enginedInfo is a backend whose engine is a library in a folder of its own.
func (s *stage) enginedInfo() sdk.Info {
	info := stagedInfo
	info.Engine = sdk.Engine{Name: "engine", Digest: "sha256:e", Files: []string{filepath.Join(s.dir, "lib", "libengine.so")}}
	return info
}

// An engine that was installed anew is another backend, though the program is the same.
func TestEngineIsAnother(t *testing.T) {
	for _, later := range []time.Duration{0, time.Hour} {
		for name, change := range map[string]func(*stage){
			"":          func(*stage) {},
			"another":   func(s *stage) { s.write("lib/libengine.so", "ENGINE", 0o755) },
			"not there": func(s *stage) { _ = os.Remove(filepath.Join(s.dir, "lib/libengine.so")) },
		} {
			s := newStage(t)
			s.write("lib/libengine.so", "engine", 0o755)
			s.session(later, nil)
			s.ids.Opening("m")
			s.ids.Record("m", program{}, s.enginedInfo())
			s.end()
			change(s)
			s.session(later, nil)
			if _, ok := s.ids.Lookup("m"); ok != (name == "") {
				t.Errorf("engine %q: known: %v", name, ok)
			}
			s.end()
		}
	}
	s := newStage(t)
	s.session(0, nil)
	one, other := s.enginedInfo(), s.enginedInfo()
	other.Engine.Digest = "sha256:f"
	if s.ids.Record("m", program{}, one).Digest == s.ids.Record("m", program{}, other).Digest {
		t.Error("answers of one engine are taken for those of another")
	}
	s.end()
}

// A file that only looks as if it had been written to is read, and then known.
func TestTouchedFile(t *testing.T) {
	s := newStage(t)
	s.record(time.Hour)
	now := time.Now()
	if err := os.Chtimes(filepath.Join(s.dir, "adapter.gguf"), now, now); err != nil {
		t.Fatal(err)
	}
	s.session(time.Hour, nil)
	if _, ok := s.ids.Lookup("m"); !ok {
		t.Error("not record")
	}
	s.end()
}

// A large file is not hashed: when it was touched, the backend has to say.
func TestLargeFile(t *testing.T) {
	s := newStage(t)
	path := filepath.Join(s.dir, "m-00002-of-00002.gguf")
	if err := os.Truncate(path, maxHashed+1); err != nil {
		t.Fatal(err)
	}
	s.record(time.Hour)
	s.session(time.Hour, nil)
	if _, ok := s.ids.Lookup("m"); !ok {
		t.Error("not record")
	}
	s.end()
	now := time.Now()
	if err := os.Chtimes(path, now, now); err != nil {
		t.Fatal(err)
	}
	s.session(time.Hour, nil)
	if _, ok := s.ids.Lookup("m"); ok {
		t.Error("record")
	}
	s.end()
}

// A file that changes while the backend starts is not known to be what it loaded.
func TestFileThatChangesAtTheStart(t *testing.T) {
	s := newStage(t)
	s.session(time.Hour, nil)
	s.ids.Opening("m")
	s.write("adapter.gguf", "ADAPTER", 0o644)
	s.ids.Record("m", program{}, stagedInfo)
	s.end()
	s.session(time.Hour, nil)
	if _, ok := s.ids.Lookup("m"); ok {
		t.Error("record")
	}
}

func TestWhoseAnswersAreNotCached(t *testing.T) {
	s := newStage(t)
	s.session(0, nil)
	if id := s.ids.Record("m", program{}, sdk.Info{Name: "staged"}); id.Why != "backend m gives no digest of its model, so that its answers are not cached" {
		t.Errorf("got %q", id.Why)
	}
	if id := s.ids.Record("m", nil, stagedInfo); id.Why != "the program of backend m is not known, so that its answers are not cached" {
		t.Errorf("got %q", id.Why)
	}
	s.end()
}

func TestStampSettles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	stamp, err := cache.StampOf(path)
	if now := time.Now(); err != nil || stamp.Settled(now) || !stamp.Settled(now.Add(3*time.Second)) {
		t.Errorf("%+v, %v", stamp, err)
	}
	if _, err := cache.StampOf(path + "x"); !os.IsNotExist(err) {
		t.Errorf("got %v", err)
	}
}

// What a server answers with may change while no file here does: it is asked in each
// run, but for one that asks nobody.
func TestModelBehindAServer(t *testing.T) {
	s := newStage(t)
	s.session(time.Hour, nil)
	s.ids.Opening("m")
	info := stagedInfo
	info.Remote = true
	s.ids.Record("m", program{}, info)
	s.end()
	for _, offline := range []bool{false, true} {
		s.session(time.Hour, nil)
		s.ids.Offline = offline
		if _, ok := s.ids.Lookup("m"); ok != offline {
			t.Errorf("offline %v: known %v", offline, ok)
		}
		s.end()
	}
}

// Another key is no other backend, and nothing is made of its value; what else comes
// from the environment counts.
func TestKeysCountByName(t *testing.T) {
	s := newStage(t)
	digest := func(name, value string) [32]byte {
		s.session(0, map[string]any{"key": value, "headers": map[string]any{"A": "Bearer " + value}})
		defer s.end()
		b := s.ids.project.Backends["m"]
		b.Secrets = []secret.Value{{Name: name, Text: value}}
		s.ids.project.Backends["m"] = b
		return s.ids.Record("m", program{}, stagedInfo).Digest
	}
	if digest("API_KEY", "sk-one-one") != digest("API_KEY", "sk-two-two") {
		t.Error("a new key is a new backend")
	}
	if digest("MODEL_DIR", "/models/one") == digest("MODEL_DIR", "/models/two") {
		t.Error("another value is the same backend")
	}
}
