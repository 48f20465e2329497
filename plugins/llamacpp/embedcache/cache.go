package embedcache

import (
	"container/list"
	"sync"
)

// Cache keeps the embeddings used last, in memory and, when it has a Disk, there.
// It is safe for concurrent use.
type Cache struct {
	disk *Disk // may be nil

	mu           sync.Mutex
	budget, used int // bytes
	byKey        map[Key]*list.Element
	recent       *list.List // of *Embedding, the latest in front
}

// NewCache keeps at most so many bytes in memory; disk may be nil.
func NewCache(bytes int, disk *Disk) *Cache {
	return &Cache{budget: bytes, disk: disk, byKey: map[Key]*list.Element{}, recent: list.New()}
}

// Get returns a embedding that was put, nil when it is gone.
func (c *Cache) Get(key Key) *Embedding {
	if p := c.inMemory(key); p != nil || c.disk == nil {
		return p
	}
	p := c.disk.Get(key)
	if p != nil {
		c.remember(p)
	}
	return p
}

// Put keeps a embedding in memory. Store keeps it on disk too.
func (c *Cache) Put(p *Embedding) { c.remember(p) }

// Store writes a embedding to disk, which takes longer than Put.
func (c *Cache) Store(p *Embedding) {
	if c.disk != nil {
		c.disk.Put(p)
	}
}

func (c *Cache) inMemory(key Key) *Embedding {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		return nil
	}
	c.recent.MoveToFront(e)
	return e.Value.(*Embedding)
}

func (c *Cache) remember(p *Embedding) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byKey[p.Key]; ok || p.bytes() > c.budget {
		return
	}
	c.byKey[p.Key] = c.recent.PushFront(p)
	for c.used += p.bytes(); c.used > c.budget; {
		oldest := c.recent.Remove(c.recent.Back()).(*Embedding)
		delete(c.byKey, oldest.Key)
		c.used -= oldest.bytes()
	}
}
