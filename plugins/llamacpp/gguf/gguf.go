// Package gguf reads the header of a GGUF model file: its keys and where its
// tensors lie, never their data. Start reading at [Open].
//
// llama.cpp ends the process on some damaged files; looking first turns those
// into one sentence. The format is described at
// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
package gguf

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

// File is what the header of a GGUF file says.
type File struct {
	Path    string
	Size    int64 // bytes
	Version uint32
	// Keys holds every key: bool, string, uint8 ... uint64, int8 ... int64,
	// float32, float64, or Array.
	Keys    map[string]any
	Tensors map[string]Tensor
}

// Array stands for an array value, whose elements are not kept.
type Array struct {
	Type Type // of the elements
	Len  uint64
}

// Tensor is where a tensor lies and how large it is.
type Tensor struct {
	Shape  []uint64 // GGUF order: the fastest changing dimension first
	Type   uint32   // a ggml_type
	Offset uint64   // from the start of the tensor data
}

// Open reads the header of a file and makes sure that all the tensor data it
// promises is there. Every error is a sentence that names the file.
func Open(path string) (*File, error) {
	f, err := regular.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such file", path)
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		return nil, err
	}
	file := &File{Path: path, Size: stat.Size()}
	if err := file.read(f); err != nil {
		return nil, fmt.Errorf("%s %w", path, err)
	}
	return file, nil
}

// Name is the base name of the file, for messages.
func (f *File) Name() string { return filepath.Base(f.Path) }

// String returns a string key, "" when it is missing or of another type.
func (f *File) String(key string) string {
	s, _ := f.Keys[key].(string)
	return s
}

// Uint returns a key of any unsigned or positive signed type; false when it is
// missing or something else.
func (f *File) Uint(key string) (uint64, bool) {
	switch v := f.Keys[key].(type) {
	case uint8:
		return uint64(v), true
	case uint16:
		return uint64(v), true
	case uint32:
		return uint64(v), true
	case uint64:
		return v, true
	case int32:
		return uint64(v), v >= 0
	case int64:
		return uint64(v), v >= 0
	}
	return 0, false
}

// Architecture is general.architecture: "llama", "qwen2vl", "clip".
func (f *File) Architecture() string { return f.String("general.architecture") }

// Parameters counts the elements of all tensors.
func (f *File) Parameters() uint64 {
	var n uint64
	for _, t := range f.Tensors {
		n += t.elements()
	}
	return n
}

func (t Tensor) elements() uint64 {
	n := uint64(1)
	for _, d := range t.Shape {
		n *= d
	}
	return n
}
