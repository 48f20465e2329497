package embedcache

import (
	"os"
	"syscall"
	"testing"
)

// On a full disk nothing is cached, and nothing is left half written.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("cannot make a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	warnings := logged(t)
	d := OpenDisk(dir, 1<<20)
	small, large := embedding("small", 1000), embedding("large", 100_000)
	d.Put(small)
	d.Put(large)
	d.Put(embedding("another", 100_000))
	if d.Get(small.Key) == nil || d.Get(large.Key) != nil || warnings() != 1 {
		t.Errorf("cached small: %v, large: %v; %d warnings", d.Get(small.Key) != nil, d.Get(large.Key) != nil, warnings())
	}
	parts, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range parts {
		files, err := os.ReadDir(dir + "/" + part.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if info, err := f.Info(); err != nil || info.Size() < 4000 {
				t.Errorf("left behind: %s, %v", f.Name(), err)
			}
		}
	}
}
