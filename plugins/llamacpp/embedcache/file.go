package embedcache

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
)

// A file is: magic; the length of the header, 4 bytes little-endian; the header,
// JSON; the embeddings of all tiles, float32 little-endian; SHA-256 of all that.
const magic = "vlmspec embedding 1\n"

type header struct {
	Key   []byte       `json:"key"`
	Parts []headerPart `json:"parts"`
}

type headerPart struct {
	Tokens    []int32 `json:"tokens,omitempty"`
	Floats    int     `json:"floats,omitempty"`
	Count     int     `json:"count"`
	Positions int     `json:"positions"`
	Columns   int     `json:"columns,omitempty"`
}

func marshal(p *Embedding) ([]byte, error) {
	h := header{Key: p.Key[:]}
	floats := 0
	for _, part := range p.Parts {
		h.Parts = append(h.Parts, headerPart{part.Tokens, len(part.Embeddings), part.Count, part.Positions, part.Columns})
		floats += len(part.Embeddings)
	}
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(magic)+4+len(text)+4*floats+sha256.Size)
	out = append(out, magic...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(text)))
	out = append(out, text...)
	for _, part := range p.Parts {
		for _, f := range part.Embeddings {
			out = binary.LittleEndian.AppendUint32(out, math.Float32bits(f))
		}
	}
	sum := sha256.Sum256(out)
	return append(out, sum[:]...), nil
}

var errDamaged = errors.New("is damaged")

func unmarshal(key Key, data []byte) (*Embedding, error) {
	if len(data) < len(magic)+4+sha256.Size || string(data[:len(magic)]) != magic {
		return nil, errDamaged
	}
	body := data[:len(data)-sha256.Size]
	if sum := sha256.Sum256(body); !bytes.Equal(sum[:], data[len(body):]) {
		return nil, errDamaged
	}
	body = body[len(magic):]
	n := int64(binary.LittleEndian.Uint32(body))
	if n > int64(len(body)-4) {
		return nil, errDamaged
	}
	var h header
	if err := json.Unmarshal(body[4:4+n], &h); err != nil || !bytes.Equal(h.Key, key[:]) {
		return nil, errDamaged
	}
	return h.embedding(key, body[4+n:])
}

func (h header) embedding(key Key, floats []byte) (*Embedding, error) {
	p := &Embedding{Key: key}
	for _, part := range h.Parts {
		if part.Floats < 0 || part.Floats > len(floats)/4 {
			return nil, errDamaged
		}
		var embeddings []float32
		if part.Floats > 0 {
			embeddings = make([]float32, part.Floats)
		}
		for i := range embeddings {
			embeddings[i] = math.Float32frombits(binary.LittleEndian.Uint32(floats[4*i:]))
		}
		floats = floats[4*part.Floats:]
		p.Parts = append(p.Parts, Part{part.Tokens, embeddings, part.Count, part.Positions, part.Columns})
	}
	return p, nil
}
