package files

import (
	"hash/maphash"
	"io"
	"os"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

// content is what a file held when it was looked at. The zero content is no file.
type content struct {
	there   bool
	size    int64
	written time.Time
	looked  time.Time
	known   bool   // sum is set
	sum     uint64 // of this process
	fresh   bool   // it was not watched before the last Set
}

var seed = maphash.MakeSeed()

// Files above this size, such as models, are compared by size and date alone.
const maxRead = 64 << 20

// glance looks at a file without reading it.
func glance(path string) content {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return content{looked: time.Now(), known: true}
	}
	return content{there: true, size: info.Size(), written: info.ModTime(), looked: time.Now()}
}

// readContent reads a file, too, unless it is large.
func readContent(path string) content {
	c := glance(path)
	if !c.there || c.size > maxRead {
		c.known = true
		return c
	}
	f, err := regular.Open(path)
	if err != nil {
		c.known = true // nobody else can read it either
		return c
	}
	defer f.Close()
	var h maphash.Hash
	h.SetSeed(seed)
	if _, err := io.Copy(&h, f); err == nil {
		c.sum = h.Sum64()
	}
	c.known = true
	return c
}

// same reports whether a file still holds what it did. Where that was never
// read, its size and date decide.
func (c content) same(old content) bool {
	if c.there != old.there || c.size != old.size {
		return false
	}
	if !c.there {
		return true
	}
	if c.size > maxRead || !old.known {
		return c.written.Equal(old.written)
	}
	return c.sum == old.sum
}

// like reports whether size and date are the same.
func (c content) like(old content) bool {
	return c.there == old.there && c.size == old.size && c.written.Equal(old.written)
}

// dateStep is how long two writes may have the same date.
const dateStep = 2 * time.Second

// surely reports whether a file that is not read holds the same: one that was
// written just before it was read may have been written again since.
func (c content) surely(old content) bool {
	return c.like(old) && (!c.there || old.looked.Sub(old.written) > dateStep)
}

// writtenSince allows for the clock of files being a tick behind.
func (c content) writtenSince(t time.Time) bool {
	return c.there && !t.IsZero() && !c.written.Before(t.Add(-10*time.Millisecond))
}
