package infer

import (
	"crypto/sha256"
	"encoding/json"
	"sync"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
	"github.com/vlmspec/vlmspec/runner/cache"
)

// images remembers what image files are, never what is in them.
type images struct {
	cache *cache.Store // between runs; may be nil
	mu    sync.Mutex
	seen  map[string]*seen // by absolute path
}

type seen struct {
	once sync.Once
	img  sdk.Image
	err  error
}

func newImages(c *cache.Store) *images { return &images{cache: c, seen: map[string]*seen{}} }

// look reads a file once: its header, and all of it for the digest.
func (m *images) look(path string) (sdk.Image, error) {
	m.mu.Lock()
	s := m.seen[path]
	if s == nil {
		s = &seen{}
		m.seen[path] = s
	}
	m.mu.Unlock()
	s.once.Do(func() { s.img, s.err = m.lookup(path) })
	return s.img, s.err
}

// lookedAt is a record: an image, and the file when it was read.
type lookedAt struct {
	Stamp cache.Stamp `json:"stamp"`
	Image sdk.Image   `json:"image"`
}

func imageKey(path string) cache.Key { return sha256.Sum256([]byte("image 2\x00" + path)) }

// lookup does not read a file that has not changed since an earlier run.
func (m *images) lookup(path string) (sdk.Image, error) {
	if m.cache == nil {
		return imaging.Look(path)
	}
	key := imageKey(path)
	now := time.Now()
	stamp, err := cache.StampOf(path)
	if value, ok := m.cache.Get(key); ok && err == nil {
		var was lookedAt
		if json.Unmarshal(value, &was) == nil && was.Stamp == stamp {
			was.Image.Path = path
			return was.Image, nil
		}
	}
	img, err := imaging.Look(path)
	if err == nil && stamp.Settled(now) {
		nameless := img
		nameless.Path = "" // the key is made of it, and nobody else need read it
		if value, err := json.Marshal(lookedAt{stamp, nameless}); err == nil {
			m.cache.Put(key, value)
		}
	}
	return img, err
}
