package imaging

import (
	"bytes"
	"encoding/binary"
)

const orientationTag = 0x0112

// orientation finds the EXIF orientation in the first bytes of an image file,
// 1 (upright) when there is none. It follows JPEG's APP1 segment (Exif 2.32,
// section 4.7.2), PNG's eXIf chunk and TIFF itself.
func orientation(head []byte) int {
	switch {
	case bytes.HasPrefix(head, []byte{0xFF, 0xD8}):
		return tiffOrientation(jpegExif(head[2:]))
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return tiffOrientation(pngExif(head[8:]))
	case bytes.HasPrefix(head, []byte("II*\x00")), bytes.HasPrefix(head, []byte("MM\x00*")):
		return tiffOrientation(head)
	}
	return 1
}

// jpegExif walks the segments before the picture: FF, marker, 2 bytes length.
func jpegExif(b []byte) []byte {
	for len(b) >= 4 && b[0] == 0xFF && b[1] != 0xDA {
		n := 2 + int(binary.BigEndian.Uint16(b[2:]))
		if n < 4 || n > len(b) {
			return nil
		}
		if body := b[4:n]; b[1] == 0xE1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return body[6:]
		}
		b = b[n:]
	}
	return nil
}

// pngExif walks the chunks: 4 bytes length, 4 bytes type, data, 4 bytes CRC.
func pngExif(b []byte) []byte {
	for len(b) >= 12 {
		n := binary.BigEndian.Uint32(b)
		if uint64(n)+12 > uint64(len(b)) {
			return nil
		}
		if string(b[4:8]) == "eXIf" {
			return b[8 : 8+n]
		}
		b = b[12+n:]
	}
	return nil
}

// tiffOrientation reads tag 274 from the first directory of a TIFF structure.
func tiffOrientation(b []byte) int {
	if len(b) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if b[0] == 'M' {
		order = binary.BigEndian
	}
	at := uint64(order.Uint32(b[4:]))
	if at+2 > uint64(len(b)) {
		return 1
	}
	entries := b[at+2:]
	for i := range int(order.Uint16(b[at:])) {
		if 12*(i+1) > len(entries) {
			break
		}
		e := entries[12*i:]
		if o := int(order.Uint16(e[8:])); order.Uint16(e) == orientationTag && o >= 1 && o <= 8 {
			return o
		}
	}
	return 1
}
