package main

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
)

// probeModel is a GGUF file of a language model with one layer and random weights
// in q8_0, the type whose kernels differ most between processors.
func probeModel() []byte {
	const width, ff, words = 64, 128, probeWords
	w := ggufWriter{draw: rand.New(rand.NewPCG(1, 2))}
	w.text("general.architecture", "llama")
	w.text("general.name", "probe")
	w.text("tokenizer.ggml.model", "no_vocab")
	w.number("llama.vocab_size", words)
	w.number("llama.context_length", 256)
	w.number("llama.embedding_length", width)
	w.number("llama.block_count", 1)
	w.number("llama.feed_forward_length", ff)
	w.number("llama.attention.head_count", 2)
	w.float("llama.attention.layer_norm_rms_epsilon", 1e-5)
	w.matrix("token_embd.weight", width, words)
	w.ones("output_norm.weight", width)
	w.ones("blk.0.attn_norm.weight", width)
	w.ones("blk.0.ffn_norm.weight", width)
	for _, name := range []string{"q", "k", "v", "output"} {
		w.matrix("blk.0.attn_"+name+".weight", width, width)
	}
	w.matrix("blk.0.ffn_gate.weight", width, ff)
	w.matrix("blk.0.ffn_up.weight", width, ff)
	w.matrix("blk.0.ffn_down.weight", ff, width)
	return w.file()
}

// probeWords is how many tokens the vocabulary has.
const probeWords = 64

// ggufWriter gathers the parts of a GGUF file; see docs/gguf.md of ggml.
type ggufWriter struct {
	draw                *rand.Rand
	keys, infos, data   []byte
	keyCount, infoCount uint64
}

const (
	ggufUint32, ggufFloat32, ggufString = 4, 6, 8
	ggmlF32, ggmlQ8                     = 0, 8
	ggufAlignment                       = 32
)

func appendText(to []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint64(to, uint64(len(s))), s...)
}

func (w *ggufWriter) key(name string, kind uint32) {
	w.keyCount++
	w.keys = binary.LittleEndian.AppendUint32(appendText(w.keys, name), kind)
}

func (w *ggufWriter) text(name, value string) {
	w.key(name, ggufString)
	w.keys = appendText(w.keys, value)
}

func (w *ggufWriter) number(name string, value uint32) {
	w.key(name, ggufUint32)
	w.keys = binary.LittleEndian.AppendUint32(w.keys, value)
}

func (w *ggufWriter) float(name string, value float32) {
	w.key(name, ggufFloat32)
	w.keys = binary.LittleEndian.AppendUint32(w.keys, math.Float32bits(value))
}

func (w *ggufWriter) info(name string, kind uint32, shape ...uint64) {
	w.infoCount++
	w.infos = binary.LittleEndian.AppendUint32(appendText(w.infos, name), uint32(len(shape)))
	for _, n := range shape {
		w.infos = binary.LittleEndian.AppendUint64(w.infos, n)
	}
	w.infos = binary.LittleEndian.AppendUint32(w.infos, kind)
	w.infos = binary.LittleEndian.AppendUint64(w.infos, uint64(len(w.data)))
}

func (w *ggufWriter) ones(name string, n int) {
	w.info(name, ggmlF32, uint64(n))
	for range n {
		w.data = binary.LittleEndian.AppendUint32(w.data, math.Float32bits(1))
	}
	w.data = aligned(w.data)
}

// matrix is blocks of 32 numbers, each a scale in half precision and 32 signed bytes.
func (w *ggufWriter) matrix(name string, in, out int) {
	const block, scale = 32, 0x1419 // 0.001
	w.info(name, ggmlQ8, uint64(in), uint64(out))
	for range in * out / block {
		w.data = binary.LittleEndian.AppendUint16(w.data, scale)
		for range block {
			w.data = append(w.data, byte(w.draw.Uint32()))
		}
	}
	w.data = aligned(w.data)
}

func aligned(b []byte) []byte {
	for len(b)%ggufAlignment > 0 {
		b = append(b, 0)
	}
	return b
}

func (w *ggufWriter) file() []byte {
	out := binary.LittleEndian.AppendUint32([]byte("GGUF"), 3)
	out = binary.LittleEndian.AppendUint64(out, w.infoCount)
	out = binary.LittleEndian.AppendUint64(out, w.keyCount)
	out = append(append(out, w.keys...), w.infos...)
	return append(aligned(out), w.data...)
}
