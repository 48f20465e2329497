// Package regular reads the files that a project names: regular files only, and
// no more of them than a limit. A named pipe or a device in place of a file would
// keep its reader waiting, or would never end. Start reading at [Open].
//
// All functions are safe for concurrent use. Their errors are *[fs.PathError],
// whose cause is a sentence for a person: "it is a named pipe, not a regular file".
package regular

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Open opens a regular file, or a link to one, for reading.
func Open(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil { // to open some devices is to use them
		if err := check(path, info); err != nil {
			return nil, err
		}
	}
	f, err := os.OpenFile(path, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil { // something else may have taken its place
		err = check(path, info)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Read reads a regular file of at most limit bytes, also one that grows meanwhile.
func Read(path string, limit int64) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > limit {
		return nil, tooLarge(path, limit)
	}
	var b bytes.Buffer
	b.Grow(int(info.Size()) + bytes.MinRead)
	if _, err := b.ReadFrom(io.LimitReader(f, limit+1)); err != nil {
		return nil, err
	}
	if int64(b.Len()) > limit {
		return nil, tooLarge(path, limit)
	}
	return b.Bytes(), nil
}

// Text is [Read] for text: a byte order mark is left out, and UTF-16 that begins
// with one becomes UTF-8. Other bytes are as in the file, valid or not.
func Text(path string, limit int64) ([]byte, error) {
	data, err := Read(path, limit)
	if err != nil {
		return nil, err
	}
	text, _, err := transform.Bytes(decoder(), data)
	return text, err
}

// UTF8 is what [Text] does to a file, for a stream.
func UTF8(r io.Reader) io.Reader { return transform.NewReader(r, decoder()) }

func decoder() transform.Transformer { return unicode.BOMOverride(transform.Nop) }

func check(path string, info fs.FileInfo) error {
	var what string
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		return problem(path, "it is a folder")
	case mode&fs.ModeNamedPipe != 0:
		what = "a named pipe"
	case mode&fs.ModeSocket != 0:
		what = "a socket"
	case mode&fs.ModeDevice != 0:
		what = "a device"
	case mode&fs.ModeSymlink != 0:
		what = "a link"
	default:
		what = "something else"
	}
	return problem(path, "it is "+what+", not a regular file")
}

func tooLarge(path string, limit int64) error {
	if limit < 1<<20 {
		return problem(path, fmt.Sprintf("it is larger than %d KiB", limit>>10))
	}
	return problem(path, fmt.Sprintf("it is larger than %d MiB", limit>>20))
}

func problem(path, what string) error {
	return &fs.PathError{Op: "open", Path: path, Err: errors.New(what)}
}
