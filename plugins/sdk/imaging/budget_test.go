package imaging

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// withBudget replaces the budget of the process until the test ends.
func withBudget(t *testing.T, size int64) *budget {
	b, before := newBudget(size), pixels
	pixels = func() (*budget, error) { return b, nil }
	t.Cleanup(func() { pixels = before })
	return b
}

// blackPNG is a file of black pixels, 8 bytes each once they are decoded.
func blackPNG(t *testing.T, side int) string {
	t.Helper()
	var pixels bytes.Buffer
	w := zlib.NewWriter(&pixels)
	row := make([]byte, 1+8*side)
	for range side {
		if _, err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "black.png")
	size := binary.BigEndian.AppendUint32(nil, uint32(side))
	b := []byte("\x89PNG\r\n\x1a\n")
	b = appendChunk(b, "IHDR", append(append(size, size...), 16, 6, 0, 0, 0))
	b = appendChunk(b, "IDAT", pixels.Bytes())
	if err := os.WriteFile(path, appendChunk(b, "IEND", nil), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func appendChunk(b []byte, name string, data []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
	start := len(b)
	b = append(append(b, name...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[start:]))
}

// Ten large images at the same time take no more memory than the budget.
func TestHeapStaysWithinTheBudget(t *testing.T) {
	const side = 900
	path := blackPNG(t, side)
	size := int64(22 << 20) // an image takes 9 MB
	withBudget(t, size)
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	var peak atomic.Uint64
	done := make(chan struct{})
	go func() {
		var now runtime.MemStats
		for {
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
				runtime.ReadMemStats(&now)
				peak.Store(max(peak.Load(), now.HeapAlloc))
			}
		}
	}()
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			d, err := DecodeAll(t.Context(), []*sdk.Image{{Path: path}})
			if err != nil {
				t.Error(err)
				return
			}
			defer d.Close()
			if len(d.Images) != 1 || d.Images[0].Width != side {
				t.Error("no picture")
			}
		})
	}
	all.Wait()
	close(done)
	took := int64(peak.Load()) - int64(before.HeapAlloc)
	t.Logf("at most %d MB more", took>>20)
	if took > size+8<<20 {
		t.Errorf("%d MB, with a budget of %d MB", took>>20, size>>20)
	}
}

// Requests of many images never wait for each other, and what is larger than the
// budget goes alone.
func TestNobodyWaitsForever(t *testing.T) {
	path := blackPNG(t, 300)
	for _, size := range []int64{1, 1 << 20, 3 << 20, 100 << 20} {
		b := withBudget(t, size)
		var all sync.WaitGroup
		for n := range 20 {
			all.Go(func() {
				images := make([]*sdk.Image, n%5+1)
				for i := range images {
					images[i] = &sdk.Image{Path: path}
				}
				d, err := DecodeAll(t.Context(), images)
				if err != nil || len(d.Images) != len(images) {
					t.Error(err)
					return
				}
				d.Close()
				d.Close() // as often as one likes
			})
		}
		all.Wait()
		if b.used != 0 || !b.room.TryAcquire(size) {
			t.Errorf("a budget of %d bytes: %d are still in use", size, b.used)
		}
	}
}

// Who waits can give up, and who fails gives back.
func TestBudgetIsGivenBack(t *testing.T) {
	path := blackPNG(t, 300)
	b := withBudget(t, 1<<20)
	held, err := DecodeAll(t.Context(), []*sdk.Image{{Path: path}})
	if err != nil {
		t.Fatal(err)
	}
	b.room.TryAcquire(b.size - b.used)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := DecodeFile(ctx, path); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting: %v", err)
	}
	held.Close()

	b = withBudget(t, 100<<20)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cut := data[:len(data)-40]
	if _, err := Decode(t.Context(), cut); err == nil {
		t.Error("a file that is cut off was decoded")
	}
	if _, err := DecodeAll(t.Context(), []*sdk.Image{{Bytes: data}, {Bytes: cut}}); err == nil {
		t.Error("a file that is cut off was decoded")
	}
	if b.used != 0 {
		t.Errorf("%d bytes are still in use", b.used)
	}
}

func TestBudgetSize(t *testing.T) {
	for _, tt := range []struct {
		env        string
		free, want int64
	}{
		{"", 8 << 30, 2 << 30},
		{"", 0, 2 << 30},
		{"", 1, 1},
		{"100", 8 << 30, 100 << 20},
		{"0", 1, 0},
		{"-1", 1, 0},
		{"2GiB", 1, 0},
		{"99999999999999", 1, 0},
	} {
		got, err := budgetSize(tt.env, tt.free)
		if got != tt.want || (err != nil) != (tt.want == 0) {
			t.Errorf("%q with %d free: %d, %v", tt.env, tt.free, got, err)
		}
	}
}
