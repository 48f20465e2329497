//go:build llamacpp

package llama

/*
#include <math.h>
#include <stdlib.h>
#include "llama.h"

static bool vlmspec_stopped(void * flag) { return *(volatile int *) flag != 0; }

static ggml_abort_callback vlmspec_stop_callback(void) { return vlmspec_stopped; }

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
	"sync/atomic"
	"unsafe"
)

// ErrStopped is what a decode call returns when [Context.Stop] cut it short.
var ErrStopped = errors.New("stopped")

// ContextOptions shape a Context.
type ContextOptions struct {
	Tokens  int // prompt and answer together
	Batch   int // tokens computed at once
	Threads int
	GPU     bool // keep the attention cache on the GPU
}

// Context is a conversation's memory: the attention cache and the last logits.
type Context struct {
	c     *C.struct_llama_context
	model *Model
	batch C.struct_llama_batch
	size  int
	stop  *int32 // C memory, because llama.cpp reads it while it computes
}

// NewContext makes an empty context.
func NewContext(m *Model, o ContextOptions) (*Context, error) {
	stop := (*int32)(C.calloc(1, 4))
	params := C.llama_context_default_params()
	params.n_ctx = C.uint32_t(o.Tokens)
	params.n_batch = C.uint32_t(o.Batch)
	params.n_ubatch = C.uint32_t(o.Batch)
	params.n_threads = C.int32_t(o.Threads)
	params.n_threads_batch = C.int32_t(o.Threads)
	params.offload_kqv = C.bool(o.GPU)
	params.op_offload = C.bool(o.GPU)
	params.no_perf = true
	params.abort_callback = C.vlmspec_stop_callback()
	params.abort_callback_data = unsafe.Pointer(stop)
	forgetErrors()
	c := C.llama_init_from_model(m.c, params)
	if c == nil {
		C.free(unsafe.Pointer(stop))
		return nil, errors.New(cause())
	}
	size := int(C.llama_n_batch(c))
	return &Context{c: c, model: m, batch: C.llama_batch_init(C.int32_t(size), 0, 1), size: size, stop: stop}, nil
}

// Close frees the context.
func (c *Context) Close() {
	C.llama_batch_free(c.batch)
	C.llama_free(c.c)
	C.free(unsafe.Pointer(c.stop))
}

// BatchSize is the most tokens one call of Decode takes.
func (c *Context) BatchSize() int { return c.size }

// Stop makes a running and every later decode call return ErrStopped until
// Reset. It may be called from any goroutine.
func (c *Context) Stop() { atomic.StoreInt32(c.stop, 1) }

// Reset forgets everything, ready for another prompt.
func (c *Context) Reset() {
	atomic.StoreInt32(c.stop, 0)
	C.llama_memory_clear(C.llama_get_memory(c.c), false)
}

// Decode runs at most BatchSize tokens through the model, the first at position
// pos, and keeps the logits of the last.
func (c *Context) Decode(tokens []Token, pos int) error {
	if len(tokens) == 0 || len(tokens) > c.size {
		return fmt.Errorf("%d tokens do not fit a batch of %d", len(tokens), c.size)
	}
	n := len(tokens)
	c.batch.n_tokens = C.int32_t(n)
	positions := unsafe.Slice(c.batch.pos, n)
	counts := unsafe.Slice(c.batch.n_seq_id, n)
	sequences := unsafe.Slice(c.batch.seq_id, n)
	outputs := unsafe.Slice(c.batch.logits, n)
	for i, t := range tokens {
		unsafe.Slice(c.batch.token, n)[i] = C.llama_token(t)
		positions[i] = C.llama_pos(pos + i)
		counts[i] = 1
		*sequences[i] = 0
		outputs[i] = 0
	}
	outputs[n-1] = 1
	forgetErrors()
	return decoded(C.llama_decode(c.c, c.batch))
}

func decoded(status C.int32_t) error {
	switch status {
	case 0:
		return nil
	case 1:
		return errors.New("the context is full")
	case 2:
		return ErrStopped
	default:
		return fmt.Errorf("llama.cpp could not decode (%d): %s", int(status), cause())
	}
}

// Logits are the raw scores of every token of the vocabulary to come next. The
// slice is llama.cpp's own and holds until the next Decode.
func (c *Context) Logits() []float32 {
	n := int(C.llama_vocab_n_tokens(c.model.vocab))
	return unsafe.Slice((*float32)(C.llama_get_logits_ith(c.c, -1)), n)
}

// LogProb is the natural logarithm of the probability of t to come next, NaN
// when the model computed nonsense.
func (c *Context) LogProb(t Token) float64 {
	return float64(C.vlmspec_logprob(C.llama_get_logits_ith(c.c, -1), C.llama_vocab_n_tokens(c.model.vocab), C.int(t)))
}
