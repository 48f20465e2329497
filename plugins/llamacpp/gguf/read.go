package gguf

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// Type is the type of a key's value.
type Type uint32

const (
	typeString Type = 8
	typeArray  Type = 9
)

// maxDims is GGML_MAX_DIMS; maxDepth bounds arrays of arrays.
const (
	maxDims   = 4
	maxDepth  = 4
	maxString = 16 << 20 // a chat template is some 10 KB
)

var errShort = errors.New("is cut off inside its header: copy or download it again")

// reader reads little-endian values; the first failure sticks, so that callers
// check once.
type reader struct {
	in   *bufio.Reader
	read int64
	size int64
	err  error
}

func (f *File) read(in io.Reader) error {
	r := &reader{in: bufio.NewReaderSize(in, 1<<20), size: f.Size}
	if err := f.checkMagic(r); err != nil {
		return err
	}
	tensors, keys := r.count(), r.count()
	f.Keys = make(map[string]any)
	for range keys {
		if r.err != nil {
			return r.err
		}
		key := r.text()
		f.Keys[key] = r.value(Type(r.u32()), 0)
	}
	f.Tensors = make(map[string]Tensor)
	for range tensors {
		if r.err != nil {
			return r.err
		}
		name := r.text()
		f.Tensors[name] = r.tensor()
	}
	if r.err != nil {
		return r.err
	}
	return f.checkExtent(uint64(r.read))
}

func (f *File) checkMagic(r *reader) error {
	magic := r.bytes(4)
	switch {
	case f.Size == 0:
		return errors.New("is empty (0 bytes); expected a GGUF file")
	case string(magic) != "GGUF":
		return fmt.Errorf("is not a GGUF file: it starts with %q", magic)
	}
	f.Version = r.u32()
	if r.err == nil && (f.Version < 2 || f.Version > 3) {
		return fmt.Errorf("is GGUF version %d (or of the other byte order); expected version 2 or 3: convert it again", f.Version)
	}
	return r.err
}

// checkExtent compares where each tensor ends with the size of the file.
func (f *File) checkExtent(header uint64) error {
	align := uint64(32)
	if a, ok := f.Uint("general.alignment"); ok && a > 0 && a < 1<<20 {
		align = a
	}
	start := (header + align - 1) / align * align
	if len(f.Tensors) == 0 {
		return nil
	}
	for name, t := range f.Tensors {
		size, err := t.bytes()
		if err != nil {
			return fmt.Errorf("is damaged: tensor %s %w", name, err)
		}
		if end := start + t.Offset + size; end > uint64(f.Size) || end < t.Offset {
			return fmt.Errorf("is truncated: tensor %s ends at byte %d but the file has %d: copy or download it again", name, end, f.Size)
		}
	}
	return nil
}

func (r *reader) bytes(n uint64) []byte {
	if r.err == nil && n > uint64(r.size-r.read) {
		r.err = errShort
	}
	if r.err != nil {
		return nil
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r.in, b); err != nil {
		r.err = fmt.Errorf("cannot be read: %w", err)
	}
	r.read += int64(n)
	return b
}

func (r *reader) skip(n uint64) {
	if r.err == nil && n > uint64(r.size-r.read) {
		r.err = errShort
	}
	if r.err != nil {
		return
	}
	if _, err := io.CopyN(io.Discard, r.in, int64(n)); err != nil {
		r.err = fmt.Errorf("cannot be read: %w", err)
	}
	r.read += int64(n)
}

func (r *reader) u32() uint32 {
	if b := r.bytes(4); r.err == nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *reader) u64() uint64 {
	if b := r.bytes(8); r.err == nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// count reads how many things follow; more than there are bytes is damage.
func (r *reader) count() uint64 {
	n := r.u64()
	if r.err == nil && n > uint64(r.size) {
		r.err = fmt.Errorf("is damaged: its header counts %d entries in %d bytes", n, r.size)
		return 0
	}
	return n
}

func (r *reader) text() string {
	n := r.u64()
	if r.err == nil && n > maxString {
		r.err = fmt.Errorf("is damaged: its header has a string of %d bytes", n)
	}
	return string(r.bytes(n))
}

func (r *reader) tensor() Tensor {
	dims := r.u32()
	if r.err == nil && dims > maxDims {
		r.err = fmt.Errorf("is damaged: a tensor has %d dimensions", dims)
		return Tensor{}
	}
	t := Tensor{Shape: make([]uint64, dims)}
	for i := range t.Shape {
		t.Shape[i] = r.u64()
	}
	t.Type, t.Offset = r.u32(), r.u64()
	return t
}

// widths are the sizes of the fixed-size value types, by type number.
var widths = map[Type]uint64{0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}

func (r *reader) value(t Type, depth int) any {
	switch width, fixed := widths[t]; {
	case t == typeString:
		return r.text()
	case t == typeArray && depth < maxDepth:
		return r.array(depth)
	case fixed:
		if b := r.bytes(width); r.err == nil {
			return number(t, b)
		}
	case r.err == nil:
		r.err = fmt.Errorf("is damaged: its header has a value of unknown type %d", t)
	}
	return nil
}

func (r *reader) array(depth int) Array {
	a := Array{Type: Type(r.u32()), Len: r.count()}
	if width, fixed := widths[a.Type]; fixed {
		if a.Len > math.MaxUint64/8 {
			r.err = errShort
			return a
		}
		r.skip(a.Len * width)
		return a
	}
	for i := uint64(0); i < a.Len && r.err == nil; i++ {
		if a.Type == typeString {
			r.skip(r.u64())
		} else {
			r.value(a.Type, depth+1)
		}
	}
	return a
}

func number(t Type, b []byte) any {
	le := binary.LittleEndian
	switch t {
	case 0:
		return b[0]
	case 1:
		return int8(b[0])
	case 2:
		return le.Uint16(b)
	case 3:
		return int16(le.Uint16(b))
	case 4:
		return le.Uint32(b)
	case 5:
		return int32(le.Uint32(b))
	case 6:
		return math.Float32frombits(le.Uint32(b))
	case 7:
		return b[0] != 0
	case 10:
		return le.Uint64(b)
	case 11:
		return int64(le.Uint64(b))
	default: // 12
		return math.Float64frombits(le.Uint64(b))
	}
}
