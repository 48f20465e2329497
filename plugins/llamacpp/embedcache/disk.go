package embedcache

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/vlmspec/vlmspec/internal/atomicfile"
	"github.com/vlmspec/vlmspec/internal/plainfile"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

// Disk keeps embeddings as files, named by key and checked when read. Several
// processes may use one folder concurrently. It never fails: what cannot be read is
// computed again, what cannot be written is not cached, and the first time it
// warns.
type Disk struct {
	dir    string
	budget int64 // bytes

	mu     sync.Mutex
	used   int64 // by all files when last looked, and what was written since
	warned bool
	broken bool // writing does not work
}

const (
	suffix    = ".embedding"
	temporary = "writing-"
)

// OpenDisk uses a folder, which is made when the first embedding is put, for at
// most so many bytes. It removes what processes left that died while writing.
func OpenDisk(dir string, bytes int64) *Disk {
	d := &Disk{dir: dir, budget: bytes}
	d.trim()
	return d
}

func (d *Disk) path(key Key) string {
	name := hex.EncodeToString(key[:])
	return filepath.Join(d.dir, name[:2], name+suffix)
}

// Get reads a embedding, nil when there is none or it is damaged.
func (d *Disk) Get(key Key) *Embedding {
	path := d.path(key)
	data, err := regular.Read(path, 1<<30)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		d.warn("cannot read the image cache (%v): images are encoded anew", err)
		return nil
	}
	p, err := unmarshal(key, data)
	if err != nil {
		d.warn("%s %v: it is dropped and the image encoded anew", path, err)
		_ = os.Remove(path)
		return nil
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // what was used last is dropped last
	return p
}

// Put writes a embedding.
func (d *Disk) Put(p *Embedding) {
	d.mu.Lock()
	broken := d.broken
	d.mu.Unlock()
	if broken {
		return
	}
	data, err := marshal(p)
	if err == nil && int64(len(data)) > d.budget {
		return
	}
	if err == nil {
		err = d.write(d.path(p.Key), data)
	}
	if err != nil {
		d.mu.Lock()
		d.broken = true
		d.mu.Unlock()
		d.warn("cannot write the image cache (%v): image embeddings are not cached for the next run", err)
		return
	}
	d.mu.Lock()
	d.used += int64(len(data))
	full := d.used > d.budget
	d.mu.Unlock()
	if full {
		d.trim()
	}
}

// write makes a file appear whole or not at all.
func (d *Disk) write(path string, data []byte) error {
	dir := filepath.Dir(path)
	if err := plainfile.Check(d.dir, path); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return atomicfile.WriteFile(path, data, atomicfile.Options{Mode: 0o600, Temp: fmt.Sprintf("%s%d-*", temporary, os.Getpid())})
}

type entry struct {
	path string
	size int64
	used time.Time
}

// trim removes the files that were not used for longest until nine tenths of the
// budget are kept, when it is exceeded, and those of writers that died.
func (d *Disk) trim() {
	all := d.entries()
	var total int64
	for _, e := range all {
		total += e.size
	}
	if total > d.budget {
		slices.SortFunc(all, func(a, b entry) int { return cmp.Or(a.used.Compare(b.used), strings.Compare(a.path, b.path)) })
		for _, e := range all {
			if total <= d.budget/10*9 {
				break
			}
			if os.Remove(e.path) == nil {
				total -= e.size
			}
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.used = total
}

// entries lists the embeddings, and removes what writers that died have left.
func (d *Disk) entries() []entry {
	var all []entry
	paths, _ := filepath.Glob(filepath.Join(d.dir, "*", "*"))
	for _, path := range paths {
		info, err := os.Stat(path)
		switch name := filepath.Base(path); {
		case err != nil: // another process was faster
		case strings.HasPrefix(name, temporary) && writerDied(name, info.ModTime()):
			_ = os.Remove(path)
		case strings.HasSuffix(name, suffix):
			all = append(all, entry{path, info.Size(), info.ModTime()})
		}
	}
	return all
}

// writerDied reports whether the process that was writing a file is gone; no
// embedding takes an hour to write.
func writerDied(name string, at time.Time) bool {
	var pid int
	if _, err := fmt.Sscanf(name, temporary+"%d-", &pid); err != nil || time.Since(at) > time.Hour {
		return true
	}
	process, err := os.FindProcess(pid)
	if err != nil {
		return true
	}
	err = process.Signal(syscall.Signal(0))
	return errors.Is(err, os.ErrProcessDone) || errors.Is(err, syscall.ESRCH)
}

func (d *Disk) warn(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.warned {
		d.warned = true
		slog.Warn(fmt.Sprintf(format, args...))
	}
}
