//go:build llamacpp

package llama

// #include <stdbool.h>
// double vlmspec_attention_seconds(bool fused, bool half, int width, int heads, int kv_heads, int queries, int keys, int threads);
import "C"

import "time"

// Attention is the shape of what attention computes in one layer.
type Attention struct {
	Width, Heads, KVHeads int  // numbers of a head; heads of queries, and of keys and values
	Queries, Keys         int  // tokens or patches
	Cache                 bool // keys and values come from a KV cache in half precision
}

// Time measures attention on the processor, fused into one operation or not; it is
// repeated for a twentieth of a second. ok is false where that can't be measured.
func (a Attention) Time(fused bool, threads int) (took time.Duration, ok bool) {
	if Init() != nil || a.Width <= 0 || a.Heads <= 0 || a.KVHeads <= 0 || a.Queries <= 0 || a.Keys <= 0 {
		return 0, false
	}
	s := float64(C.vlmspec_attention_seconds(C.bool(fused), C.bool(a.Cache),
		C.int(a.Width), C.int(a.Heads), C.int(a.KVHeads), C.int(a.Queries), C.int(a.Keys), C.int(threads)))
	return time.Duration(s * float64(time.Second)), s >= 0
}
