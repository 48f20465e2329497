package imaging

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// Look makes an sdk.Image of a file, by its path: it reads the header, and all
// of the file for the digest, and keeps none of it.
func Look(path string) (sdk.Image, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return sdk.Image{}, openError(path, err)
	}
	info, err := InspectFile(path)
	if err != nil {
		return sdk.Image{}, err
	}
	f, err := os.Open(path)
	if err != nil {
		return sdk.Image{}, openError(path, err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return sdk.Image{}, &sdk.Error{Kind: sdk.InvalidRequest, Message: fmt.Sprintf("%s: it cannot be read", path), Err: err}
	}
	return sdk.Image{
		SHA256: hex.EncodeToString(h.Sum(nil)), MediaType: info.MediaType, Width: info.Width, Height: info.Height, Path: path,
	}, nil
}
