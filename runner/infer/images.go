package infer

import (
	"sync"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
)

// images remembers what image files are, never what is in them.
type images struct {
	mu   sync.Mutex
	seen map[string]*seen // by absolute path
}

type seen struct {
	once sync.Once
	img  sdk.Image
	err  error
}

func newImages() *images { return &images{seen: map[string]*seen{}} }

// look reads a file once: its header, and all of it for the digest.
func (m *images) look(path string) (sdk.Image, error) {
	m.mu.Lock()
	s := m.seen[path]
	if s == nil {
		s = &seen{}
		m.seen[path] = s
	}
	m.mu.Unlock()
	s.once.Do(func() { s.img, s.err = imaging.Look(path) })
	return s.img, s.err
}
