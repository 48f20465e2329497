package table

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
)

// leastImage is how many characters of base64 are taken for an image.
const leastImage = 65

// Embedded returns the image that a text is, as base64 or as a data URI. The error
// says that a text means to be one and is not.
func Embedded(text string) (image []byte, ok bool, err error) {
	if head, body, isURI := strings.Cut(text, ","); isURI && strings.HasPrefix(head, "data:") {
		if !strings.HasPrefix(head, "data:image/") || !strings.HasSuffix(head, ";base64") {
			return nil, false, fmt.Errorf("%q is no image: write data:image/png;base64 and the data", shorten(head))
		}
		data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(body))
		if err != nil {
			return nil, false, fmt.Errorf("the data URI is damaged: %w", err)
		}
		return data, true, nil
	}
	if len(text) < leastImage || !beginsLikeImage(text) {
		return nil, false, nil
	}
	data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	switch {
	case err == nil:
		return data, looksLikeImage(data), nil
	case strings.HasPrefix(text, pngHead):
		return nil, false, fmt.Errorf("the image in base64 is damaged: %w", err)
	}
	return nil, false, nil // text that begins like one
}

// pngHead is how a PNG begins in base64; nobody writes a text like it.
const pngHead = "iVBORw0KGg"

// beginsLikeImage spares long texts the decoding. It is base64 of how the files
// begin that [Ending] knows.
func beginsLikeImage(text string) bool {
	for _, head := range []string{pngHead, "/9j/", "R0lGOD", "UklGR", "Qk", "SUkqA", "TU0AK", "AAAA"} {
		if strings.HasPrefix(text, head) {
			return true
		}
	}
	return false
}

func looksLikeImage(data []byte) bool { return Ending(data) != "" }

// Ending is how the name of a file with this image should end: ".png". It is ""
// when data begins like no image.
func Ending(data []byte) string {
	switch http.DetectContentType(data) {
	case "image/png":
		return ".png"
	case "image/jpeg":
		return ".jpg"
	case "image/gif":
		return ".gif"
	case "image/webp":
		return ".webp"
	case "image/bmp":
		if len(data) > 6 && int(binary.LittleEndian.Uint32(data[2:])) == len(data) {
			return ".bmp"
		}
	}
	switch {
	case bytes.HasPrefix(data, []byte("II*\x00")), bytes.HasPrefix(data, []byte("MM\x00*")):
		return ".tif"
	case len(data) > 12 && string(data[4:8]) == "ftyp":
		return ".heic"
	}
	return ""
}
