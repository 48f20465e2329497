package imaging

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

// Look makes an sdk.Image of a file, by its path: it reads the header, and all
// of the file for the digest, and keeps none of it.
func Look(path string) (sdk.Image, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return sdk.Image{}, openError(path, err)
	}
	f, err := open(path)
	if err != nil {
		return sdk.Image{}, err
	}
	defer f.Close()
	info, err := Inspect(f)
	if err != nil {
		return sdk.Image{}, named(path, err)
	}
	h := sha256.New()
	if _, err := io.Copy(h, stream(f)); err != nil {
		return sdk.Image{}, &sdk.Error{Kind: sdk.InvalidRequest, Message: fmt.Sprintf("%s: it cannot be read", path), Err: err}
	}
	return sdk.Image{
		SHA256: hex.EncodeToString(h.Sum(nil)), MediaType: info.MediaType, Width: info.Width, Height: info.Height, Path: path,
	}, nil
}

// maxBytes of a file are taken: a picture of MaxPixels without any compression.
const maxBytes = 1 << 30

// file is a Source that is to be closed.
type file struct {
	*io.SectionReader
	f *os.File
}

func (f file) Close() { _ = f.f.Close() }

// open opens a regular file: anything else might keep its reader waiting.
func open(path string) (file, error) {
	f, err := regular.Open(path)
	if err != nil {
		return file{}, openError(path, err)
	}
	info, err := f.Stat()
	if err == nil && info.Size() > maxBytes {
		err = fmt.Errorf("it has %d MiB; images of at most %d are taken", info.Size()>>20, maxBytes>>20)
	}
	if err != nil {
		_ = f.Close()
		return file{}, openError(path, err)
	}
	return file{io.NewSectionReader(f, 0, info.Size()), f}, nil
}

func openError(path string, err error) error {
	if os.IsNotExist(err) {
		return sdk.Errorf(sdk.InvalidRequest, "%s: there is no such file", path)
	}
	return &sdk.Error{Kind: sdk.InvalidRequest, Message: "open the image", Err: err}
}
