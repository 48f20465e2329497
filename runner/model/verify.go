package model

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

// Verify reads a file again and compares it with its record, which keeps what
// was found: a damaged file is not used, and pulled anew when it is asked for.
// The entry that comes back says what is so now; err is why that is not known.
func (s Store) Verify(ctx context.Context, e Entry) (Entry, error) {
	if e.State == Partial || e.Unrecorded {
		return e, nil
	}
	unlock, err := s.tryLock(e.Path)
	if err != nil {
		return e, fmt.Errorf("verify %s: %w", e.Reference, err)
	}
	defer unlock()
	sum, n, err := sumOf(ctx, e.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist), err != nil && ctx.Err() != nil:
		return e, err
	case err != nil:
		e.Damaged = "it cannot be read: " + cause(err)
	case n != e.Size:
		e.Damaged = fmt.Sprintf("it has %d bytes, and %d were pulled", n, e.Size)
	case sum != e.SHA256:
		e.Damaged = fmt.Sprintf("its SHA-256 is %s, and that of the file pulled %s", sum, e.SHA256)
	default:
		e.Damaged, e.State, e.Verified = "", Whole, time.Now().UTC().Truncate(time.Second)
	}
	if e.Damaged != "" {
		e.State = Damaged
	}
	if err := writeJSON(e.Path+recordSuffix, e.Record); err != nil {
		return e, fmt.Errorf("keep what was found of %s: %w", e.Reference, err)
	}
	return e, nil
}

// sumOf is the SHA-256 of a file in hex, and its size.
func sumOf(ctx context.Context, path string) (string, int64, error) {
	f, err := regular.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	buf := make([]byte, 1<<20)
	var n int64
	for ctx.Err() == nil {
		k, err := f.Read(buf)
		h.Write(buf[:k])
		n += int64(k)
		if errors.Is(err, io.EOF) {
			return hex.EncodeToString(h.Sum(nil)), n, nil
		} else if err != nil {
			return "", n, err
		}
	}
	return "", n, ctx.Err()
}

// cause is the reason of a file error without its path.
func cause(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}
