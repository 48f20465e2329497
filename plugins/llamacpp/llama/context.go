//go:build llamacpp

package llama

/*
#include <math.h>
#include <stdlib.h>
#include "llama.h"

static bool vlmspec_stopped(void * flag) { return *(volatile int *) flag != 0; }

static ggml_abort_callback vlmspec_stop_callback(void) { return vlmspec_stopped; }

// the first of the highest entries; -1 when none compares, as with NaN.
static int vlmspec_likeliest(const float * logits, int n) {
    int at = -1;
    float top = -INFINITY;
    for (int i = 0; i < n; i++) {
        if (logits[i] > top) {
            top = logits[i];
            at = i;
        }
    }
    return at;
}

// log softmax of one entry; NaN when the logits are.
static double vlmspec_logprob(const float * logits, int n, int token) {
    float top = logits[0];
    for (int i = 1; i < n; i++) {
        top = logits[i] > top ? logits[i] : top;
    }
    double sum = 0;
    for (int i = 0; i < n; i++) {
        sum += expf(logits[i] - top);
    }
    return logits[token] - top - log(sum);
}
*/
import "C"

import (
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"unsafe"
)

// ErrStopped is what Run returns when [Context.Stop] cut it short.
var ErrStopped = errors.New("stopped")

// ContextOptions shape a Context.
type ContextOptions struct {
	Tokens         int // that all sequences hold together
	Sequences      int // concurrent conversations
	Batch          int // tokens computed in one batch
	Threads        int
	GPU            bool   // keep the KV cache on the GPU
	CacheType      string // of the KV cache: "" and "f16", "f32", "q8_0", "q4_0"
	FlashAttention string // "" and "auto", "on", "off"
	Grid           bool   // tiles have places in two dimensions
	NonCausal      bool   // the embeddings of a tile see each other both ways
}

// CacheTypes are the types a KV cache may have.
var CacheTypes = map[string]C.enum_ggml_type{
	"": C.GGML_TYPE_F16, "f16": C.GGML_TYPE_F16, "f32": C.GGML_TYPE_F32, "q8_0": C.GGML_TYPE_Q8_0, "q4_0": C.GGML_TYPE_Q4_0,
}

var flashAttention = map[string]C.enum_llama_flash_attn_type{
	"": C.LLAMA_FLASH_ATTN_TYPE_AUTO, "auto": C.LLAMA_FLASH_ATTN_TYPE_AUTO, "on": C.LLAMA_FLASH_ATTN_TYPE_ENABLED, "off": C.LLAMA_FLASH_ATTN_TYPE_DISABLED,
}

// Context is the memory of conversations: the KV cache, which all share,
// and the last logits. Fill a batch with AddToken, then Run it; tiles have
// batches of their own, see RunTiles.
type Context struct {
	c       *C.struct_llama_context
	model   *Model
	options ContextOptions
	batch   C.struct_llama_batch
	stop    *int32   // C memory, because llama.cpp reads it while it computes
	floats  *C.float // embeddings of a batch, C memory
	pos     *C.llama_pos
	width   int // floats of an embedding
}

// NewContext makes an empty context.
func NewContext(m *Model, o ContextOptions) (*Context, error) {
	stop := (*int32)(C.calloc(1, 4))
	params := C.llama_context_default_params()
	params.n_ctx = C.uint32_t(o.Tokens)
	params.n_batch = C.uint32_t(o.Batch)
	params.n_ubatch = C.uint32_t(o.Batch)
	params.n_seq_max = C.uint32_t(o.Sequences)
	params.kv_unified = true
	params.n_threads = C.int32_t(o.Threads)
	params.n_threads_batch = C.int32_t(o.Threads)
	params.offload_kqv = C.bool(o.GPU)
	params.op_offload = C.bool(o.GPU)
	params.type_k, params.type_v = CacheTypes[o.CacheType], CacheTypes[o.CacheType]
	params.flash_attn_type = flashAttention[o.FlashAttention]
	params.no_perf = true
	params.abort_callback = C.vlmspec_stop_callback()
	params.abort_callback_data = unsafe.Pointer(stop)
	forgetErrors()
	c := C.llama_init_from_model(m.c, params)
	if c == nil {
		C.free(unsafe.Pointer(stop))
		return nil, errors.New(cause())
	}
	o.Batch = int(C.llama_n_batch(c))
	width := int(C.llama_model_n_embd_inp(m.c))
	return &Context{
		c: c, model: m, options: o, batch: C.llama_batch_init(C.int32_t(o.Batch), 0, 1), stop: stop, width: width,
		floats: (*C.float)(C.malloc(C.size_t(4 * o.Batch * width))), pos: (*C.llama_pos)(C.malloc(C.size_t(4 * 4 * o.Batch))),
	}, nil
}

// Close frees the context.
func (c *Context) Close() {
	if cannotFree() {
		return
	}
	C.llama_batch_free(c.batch)
	C.llama_free(c.c)
	C.free(unsafe.Pointer(c.stop))
	C.free(unsafe.Pointer(c.floats))
	C.free(unsafe.Pointer(c.pos))
}

// SetThreads changes how many threads compute, from the next Run on.
func (c *Context) SetThreads(n int) { C.llama_set_n_threads(c.c, C.int32_t(n), C.int32_t(n)) }

// BatchSize is how many tokens or embeddings are computed in one batch.
func (c *Context) BatchSize() int { return c.options.Batch }

// Stop makes a running and every later Run fail with ErrStopped until Go. It may
// be called from any goroutine.
func (c *Context) Stop() { atomic.StoreInt32(c.stop, 1) }

// Go ends Stop.
func (c *Context) Go() { atomic.StoreInt32(c.stop, 0) }

// Reset forgets every sequence.
func (c *Context) Reset() { C.llama_memory_clear(C.llama_get_memory(c.c), false) }

// Cut makes a sequence forget everything from a position on. It reports false
// when the model can only forget a sequence as a whole, in which case it did.
func (c *Context) Cut(sequence, pos int) bool {
	memory, id := C.llama_get_memory(c.c), C.llama_seq_id(sequence)
	if C.llama_memory_seq_rm(memory, id, C.llama_pos(pos), -1) {
		return true
	}
	C.llama_memory_seq_rm(memory, id, -1, -1)
	return false
}

// Fork makes an empty sequence begin like another, up to a position. Nothing is
// copied: both share that part of the cache.
func (c *Context) Fork(from, to, pos int) {
	C.llama_memory_seq_cp(C.llama_get_memory(c.c), C.llama_seq_id(from), C.llama_seq_id(to), 0, C.llama_pos(pos))
}

// Clear empties the batch.
func (c *Context) Clear() { c.batch.n_tokens = 0 }

// Len is how many tokens are in the batch.
func (c *Context) Len() int { return int(c.batch.n_tokens) }

// AddToken puts a token into the batch, which must not be full. It returns the
// number of the output, for a Sampler, if output is set.
func (c *Context) AddToken(t Token, pos, sequence int, output bool) int {
	i, n := int(c.batch.n_tokens), c.options.Batch
	unsafe.Slice(c.batch.token, n)[i] = C.llama_token(t)
	unsafe.Slice(c.batch.pos, n)[i] = C.llama_pos(pos)
	unsafe.Slice(c.batch.n_seq_id, n)[i] = 1
	*unsafe.Slice(c.batch.seq_id, n)[i] = C.llama_seq_id(sequence)
	unsafe.Slice(c.batch.logits, n)[i] = 0
	if output {
		unsafe.Slice(c.batch.logits, n)[i] = 1
	}
	c.batch.n_tokens++
	return i
}

// Run computes the batch.
func (c *Context) Run() error {
	forgetErrors()
	return decoded(C.llama_decode(c.c, c.batch))
}

// Tile is embeddings to show at a position of a sequence.
type Tile struct {
	Embeddings    []float32
	Count         int
	Columns       int // of the grid of embeddings
	Pos, Sequence int
}

// RunTiles shows tiles, as many embeddings at once as a batch holds. Where the
// embeddings of a tile see each other both ways, those of one must fit a batch.
func (c *Context) RunTiles(tiles []Tile) error {
	if c.options.NonCausal {
		C.llama_set_causal_attn(c.c, false)
		defer C.llama_set_causal_attn(c.c, true)
	}
	for _, batch := range c.batches(tiles) {
		if err := c.runTiles(batch); err != nil {
			return err
		}
	}
	return nil
}

// stretch is a run of a tile's embeddings.
type stretch struct {
	Tile
	from, to int
}

// batches divides tiles; a tile is cut only where that is allowed.
func (c *Context) batches(tiles []Tile) [][]stretch {
	var all [][]stretch
	room := 0
	for _, t := range tiles {
		for from := 0; from < t.Count; {
			if room == 0 || c.options.NonCausal && room < t.Count {
				all, room = append(all, nil), c.options.Batch
			}
			n := min(t.Count-from, room)
			all[len(all)-1] = append(all[len(all)-1], stretch{t, from, from + n})
			from, room = from+n, room-n
		}
	}
	return all
}

func (c *Context) runTiles(batch []stretch) error {
	n := 0
	for _, s := range batch {
		n += s.to - s.from
	}
	floats := unsafe.Slice((*float32)(c.floats), n*c.width)
	pos := unsafe.Slice(c.pos, 4*n)
	counts, sequences, outputs := unsafe.Slice(c.batch.n_seq_id, n), unsafe.Slice(c.batch.seq_id, n), unsafe.Slice(c.batch.logits, n)
	i := 0
	for _, s := range batch {
		if len(s.Embeddings) != s.Count*c.width {
			return fmt.Errorf("%d numbers are not %d embeddings of %d", len(s.Embeddings), s.Count, c.width)
		}
		copy(floats[i*c.width:], s.Embeddings[s.from*c.width:s.to*c.width])
		for at := s.from; at < s.to; at++ {
			pos[i] = C.llama_pos(s.Pos + at)
			if c.options.Grid { // time, row, column, unused
				pos[i] = C.llama_pos(s.Pos)
				pos[i+n] = C.llama_pos(s.Pos + at/s.Columns)
				pos[i+2*n] = C.llama_pos(s.Pos + at%s.Columns)
				pos[i+3*n] = 0
			}
			counts[i], outputs[i] = 1, 0
			*sequences[i] = C.llama_seq_id(s.Sequence)
			i++
		}
	}
	forgetErrors()
	return decoded(C.llama_decode(c.c, C.struct_llama_batch{
		n_tokens: C.int32_t(n), embd: c.floats, pos: c.pos,
		n_seq_id: c.batch.n_seq_id, seq_id: c.batch.seq_id, logits: c.batch.logits,
	}))
}

// ErrFull is what Run returns when the context holds no more tokens.
var ErrFull = errors.New("the context is full")

func decoded(status C.int32_t) error {
	switch status {
	case 0:
		return nil
	case 1:
		return ErrFull
	case 2:
		return ErrStopped
	default:
		return fmt.Errorf("llama.cpp could not decode (%d): %s", int(status), cause())
	}
}

// Logits are the raw scores of every token of the vocabulary to come after an
// output. The slice is llama.cpp's own and holds until the next Run.
func (c *Context) Logits(output int) []float32 {
	return unsafe.Slice((*float32)(C.llama_get_logits_ith(c.c, C.int32_t(output))), c.vocabulary())
}

func (c *Context) vocabulary() int { return int(C.llama_vocab_n_tokens(c.model.vocab)) }

func (c *Context) likeliest(output int) (Token, float64) {
	logits, n := C.llama_get_logits_ith(c.c, C.int32_t(output)), C.int(c.vocabulary())
	t := C.vlmspec_likeliest(logits, n)
	if t < 0 {
		return 0, math.NaN()
	}
	return Token(t), float64(C.vlmspec_logprob(logits, n, t))
}

func (c *Context) logProb(output int, t Token) float64 {
	return float64(C.vlmspec_logprob(C.llama_get_logits_ith(c.c, C.int32_t(output)), C.int(c.vocabulary()), C.int(t)))
}
