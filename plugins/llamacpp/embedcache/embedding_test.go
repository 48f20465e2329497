package embedcache

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

func embedding(name string, floats int) *Embedding {
	p := &Embedding{Key: sha256.Sum256([]byte(name)), Parts: []Part{{Tokens: []int32{7, 8}, Count: 2, Positions: 2}}}
	tile := Part{Embeddings: make([]float32, floats), Count: 1, Positions: 1, Columns: 1}
	for i := range tile.Embeddings {
		tile.Embeddings[i] = float32(i) / 3
	}
	p.Parts = append(p.Parts, tile)
	return p
}

// logged gathers what is warned about.
func logged(t *testing.T) func() int {
	t.Helper()
	var out bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&out, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return func() int { return strings.Count(out.String(), "level=WARN") }
}

func TestMemory(t *testing.T) {
	one := embedding("a", 1000)
	c := NewCache(2*one.bytes(), nil)
	for _, name := range []string{"a", "b"} {
		c.Put(embedding(name, 1000))
	}
	c.Get(one.Key) // used last
	c.Put(embedding("c", 1000))
	if c.Get(one.Key) == nil || c.Get(embedding("b", 1).Key) != nil {
		t.Error("the embedding that was not used for longest should be gone, and no other")
	}
	c.Put(embedding("huge", 100_000))
	if c.Get(one.Key) == nil {
		t.Error("a embedding above the budget pushed out others")
	}
}

func TestDisk(t *testing.T) {
	dir := t.TempDir()
	p := embedding("a", 1000)
	NewCache(0, OpenDisk(dir, 1<<20)).Store(p)
	got := NewCache(0, OpenDisk(dir, 1<<20)).Get(p.Key)
	if !reflect.DeepEqual(got, p) {
		t.Errorf("got %+v", got)
	}
	if OpenDisk(dir, 1<<20).Get(sha256.Sum256([]byte("other"))) != nil {
		t.Error("found a embedding never put")
	}
}

// Whatever happens to a file, the embedding is computed again and there is one warning.
func TestDamage(t *testing.T) {
	a, b := embedding("a", 1000), embedding("b", 10)
	for name, damage := range map[string]func(data []byte) []byte{
		"a flipped byte in the header":  func(d []byte) []byte { d[len(magic)+20] ^= 1; return d },
		"a flipped byte in the numbers": func(d []byte) []byte { d[len(d)/2] ^= 1; return d },
		"a flipped byte in the sum":     func(d []byte) []byte { d[len(d)-1] ^= 1; return d },
		"truncated":                     func(d []byte) []byte { return d[:len(d)-7] },
		"cut to the magic":              func(d []byte) []byte { return d[:len(magic)] },
		"empty":                         func([]byte) []byte { return nil },
		"another embedding":             func([]byte) []byte { data, _ := marshal(b); return data },
	} {
		t.Run(name, func(t *testing.T) {
			warnings := logged(t)
			d := OpenDisk(t.TempDir(), 1<<20)
			for range 2 {
				d.Put(a)
				data, err := os.ReadFile(d.path(a.Key))
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(d.path(a.Key), damage(data), 0o600); err != nil {
					t.Fatal(err)
				}
				if d.Get(a.Key) != nil {
					t.Error("a damaged embedding was used")
				}
				if _, err := os.Stat(d.path(a.Key)); err == nil {
					t.Error("a damaged file stays")
				}
			}
			if n := warnings(); n != 1 {
				t.Errorf("%d warnings", n)
			}
		})
	}
}

func TestNoPermission(t *testing.T) {
	warnings := logged(t)
	dir := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d := OpenDisk(filepath.Join(dir, "folder"), 1<<20)
	for _, name := range []string{"a", "b"} {
		d.Put(embedding(name, 10))
		if d.Get(embedding(name, 10).Key) != nil {
			t.Error("found a embedding that could not be written")
		}
	}
	if n := warnings(); n != 1 {
		t.Errorf("%d warnings", n)
	}
}

// Once writing has failed it is not tried again.
func TestWriteFails(t *testing.T) {
	warnings := logged(t)
	d := OpenDisk(t.TempDir(), 1<<20)
	inTheWay := filepath.Dir(d.path(embedding("a", 1).Key))
	if err := os.WriteFile(inTheWay, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d.Put(embedding("a", 10))
	d.Put(embedding("b", 10))
	if d.Get(embedding("b", 10).Key) != nil || warnings() != 1 {
		t.Error("writing was tried again, or not warned about once")
	}
}

func TestTrim(t *testing.T) {
	one := embedding("0", 1000)
	data, err := marshal(one)
	if err != nil {
		t.Fatal(err)
	}
	d := OpenDisk(t.TempDir(), int64(10*len(data)))
	for i := range 10 {
		p := embedding(fmt.Sprint(i), 1000)
		d.Put(p)
		at := time.Now().Add(time.Duration(i-100) * time.Minute)
		if err := os.Chtimes(d.path(p.Key), at, at); err != nil {
			t.Fatal(err)
		}
	}
	d.Get(embedding("0", 1).Key) // the oldest, but used now
	d.Put(embedding("10", 1000))
	var left []string
	for i := range 11 {
		if _, err := os.Stat(d.path(embedding(fmt.Sprint(i), 1).Key)); err == nil {
			left = append(left, fmt.Sprint(i))
		}
	}
	if got := strings.Join(left, " "); got != "0 3 4 5 6 7 8 9 10" {
		t.Errorf("left %s", got)
	}
}

func TestDeadWriters(t *testing.T) {
	dir := t.TempDir()
	dir = filepath.Join(dir, "ab")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	alive := filepath.Join(dir, fmt.Sprintf("%s%d-1", temporary, os.Getpid()))
	dead := filepath.Join(dir, temporary+"999999999-1")
	for _, path := range []string{alive, dead} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	OpenDisk(filepath.Dir(dir), 1)
	if _, err := os.Stat(alive); err != nil {
		t.Error("the file of a living writer is gone")
	}
	if _, err := os.Stat(dead); err == nil {
		t.Error("the file of a dead writer stays")
	}
}

// Processes that write and trim one folder concurrently never see anything but whole
// embeddings or none.
func TestConcurrentUse(t *testing.T) {
	warnings := logged(t)
	dir := t.TempDir()
	var writers sync.WaitGroup
	for w := range 4 {
		d := OpenDisk(dir, 40_000)
		writers.Go(func() {
			for i := range 100 {
				p := embedding(fmt.Sprint((i*7+w)%20), 1000)
				d.Put(p)
				if got := d.Get(p.Key); got != nil && !reflect.DeepEqual(got, p) {
					t.Error("another embedding came back")
				}
			}
		})
	}
	writers.Wait()
	if n := warnings(); n != 0 {
		t.Errorf("%d warnings", n)
	}
}

func FuzzUnmarshal(f *testing.F) {
	p := embedding("a", 3)
	data, err := marshal(p)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data[:len(data)-sha256.Size])
	f.Fuzz(func(_ *testing.T, body []byte) {
		sum := sha256.Sum256(body)
		_, _ = unmarshal(p.Key, append(bytes.Clone(body), sum[:]...)) // must not panic
	})
}
