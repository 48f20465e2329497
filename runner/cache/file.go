package cache

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"iter"
	"math"
	"path/filepath"
	"strconv"

	"github.com/gofrs/flock"

	"github.com/vlmspec/vlmspec/internal/plainfile"
)

// fileName changes with the format.
const fileName = "records.v1"

// maxBytes is more than any cache is let grow to.
const maxBytes = 16 << 30

// A record is a line: its checksum (CRC-32C of the rest of the line), its key,
// the day it was last used, and its value, which has no line feed. Of the records
// of one key the last counts. So damage ends at a line feed, and empty lines are
// nothing.
type record struct {
	key   Key
	day   int
	value []byte
	line  []byte // as it stands in the file
}

const (
	sumChars  = 8
	keyChars  = 2 * len(Key{})
	valueFrom = sumChars + 1 + keyChars + 1 // where the day begins
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) (text [sumChars]byte) {
	var sum [4]byte
	binary.BigEndian.PutUint32(sum[:], crc32.Checksum(b, castagnoli))
	hex.Encode(text[:], sum[:])
	return text
}

func (r record) encode() []byte {
	line := make([]byte, sumChars, valueFrom+8+len(r.value))
	line = append(line, ' ')
	line = hex.AppendEncode(line, r.key[:])
	line = append(line, ' ')
	line = strconv.AppendInt(line, int64(r.day), 10)
	line = append(line, ' ')
	line = append(line, r.value...)
	sum := checksum(line[sumChars:])
	copy(line, sum[:])
	return append(line, '\n')
}

// decode reads a line without its line feed; ok is false when it is damaged.
func decode(line []byte) (r record, ok bool) {
	if len(line) < valueFrom || [sumChars]byte(line) != checksum(line[sumChars:]) {
		return r, false
	}
	if _, err := hex.Decode(r.key[:], line[sumChars+1:valueFrom-1]); err != nil {
		return r, false
	}
	day, value, found := bytes.Cut(line[valueFrom:], []byte(" "))
	n, err := strconv.ParseInt(string(day), 10, 32)
	r.day, r.value, r.line = int(n), value, line
	return r, found && err == nil
}

// valueOf is the value of a line that is whole.
func valueOf(line []byte) []byte {
	_, value, _ := bytes.Cut(line[valueFrom:], []byte(" "))
	return value
}

// records are those of a file, in its order, with where their lines begin; nil
// stands for one that is damaged.
func records(data []byte) iter.Seq2[int, *record] {
	return func(yield func(int, *record) bool) {
		for at := 0; at < len(data); {
			line, _, _ := bytes.Cut(data[at:], []byte("\n"))
			if r, ok := decode(line); ok && int64(len(line)) <= math.MaxUint32 {
				if !yield(at, &r) {
					return
				}
			} else if len(line) > 0 && !yield(at, nil) {
				return
			}
			at += len(line) + 1
		}
	}
}

// parse reads what it can of a file, in its order.
func parse(data []byte) (all []record) {
	for _, r := range records(data) {
		if r != nil {
			all = append(all, *r)
		}
	}
	return all
}

// locked runs f while no other process writes to the folder.
func locked(dir string, f func() error) error {
	l := flock.New(filepath.Join(dir, "lock"))
	if err := plainfile.Check(filepath.Dir(dir), l.Path()); err != nil {
		return err
	}
	if err := l.Lock(); err != nil {
		return fmt.Errorf("lock the cache: %w", err)
	}
	defer func() { _ = l.Close() }()
	return f()
}
