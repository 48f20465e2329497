package imaging

import (
	"bytes"
	"encoding/binary"
	"io"
)

const tagOrientation = 274

// exifOrientation reads an EXIF block: a TIFF structure, in some files behind the
// marker of JPEG. 1, upright, when it says nothing that can be understood.
func exifOrientation(block Source) int {
	var mark [6]byte
	if _, err := block.ReadAt(mark[:], 0); err != nil {
		return 1
	}
	if bytes.HasPrefix(mark[:], []byte("Exif\x00")) {
		block = part(block, int64(len(mark)), block.Size()-int64(len(mark)))
	}
	d, _ := readDirectory(block) // as far as it goes
	return d.orientation()
}

// part is n bytes of a source from an offset on, or as many as there are.
func part(r Source, offset, n int64) *io.SectionReader {
	return io.NewSectionReader(r, offset, max(min(n, r.Size()-offset), 0))
}

// directory is the first one of a TIFF structure (TIFF 6.0, section 2): the tags
// with whole numbers, and of each no more than the first few.
type directory map[uint16][]uint32

// maxValues of a tag are read, so that no count in a file asks for memory.
const maxValues = 8

// readDirectory reads one directory and follows no link, so a cycle is no matter.
func readDirectory(r Source) (directory, error) {
	var head [8]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return nil, err
	}
	order := binary.ByteOrder(binary.LittleEndian)
	switch string(head[:4]) {
	case "II*\x00":
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return nil, errNotTIFF
	}
	at := int64(order.Uint32(head[4:]))
	var count [2]byte
	if _, err := r.ReadAt(count[:], at); err != nil {
		return nil, err
	}
	entries := make([]byte, 12*int(order.Uint16(count[:])))
	n, err := r.ReadAt(entries, at+2)
	d := directory{}
	for e := entries[:n]; len(e) >= 12; e = e[12:] {
		if tag := order.Uint16(e); d[tag] == nil {
			d[tag] = valuesOf(r, order, e)
		}
	}
	if err == io.EOF && n == len(entries) { //nolint:errorlint // io.ReaderAt returns it bare
		err = nil
	}
	return d, err
}

// valuesOf reads an entry: tag, type, count and the values, or where they stand.
func valuesOf(r Source, order binary.ByteOrder, entry []byte) []uint32 {
	sizes := map[uint16]int{1: 1, 3: 2, 4: 4, 6: 1, 8: 2, 9: 4} // BYTE, SHORT, LONG, and signed
	size := sizes[order.Uint16(entry[2:])]
	count := int64(order.Uint32(entry[4:]))
	if size == 0 || count == 0 {
		return nil
	}
	raw := entry[8:12]
	if count*int64(size) > 4 {
		raw = make([]byte, min(count, maxValues)*int64(size))
		if _, err := r.ReadAt(raw, int64(order.Uint32(entry[8:]))); err != nil {
			return nil
		}
	}
	values := make([]uint32, min(count, maxValues))
	for i := range values {
		switch v := raw[i*size:]; size {
		case 1:
			values[i] = uint32(v[0])
		case 2:
			values[i] = uint32(order.Uint16(v))
		default:
			values[i] = order.Uint32(v)
		}
	}
	return values
}

// first is the first value of a tag, otherwise when there is none.
func (d directory) first(tag uint16, otherwise uint32) uint32 {
	if v := d[tag]; len(v) > 0 {
		return v[0]
	}
	return otherwise
}

func (d directory) orientation() int {
	if o := d.first(tagOrientation, 1); o >= 1 && o <= 8 {
		return int(o)
	}
	return 1
}
