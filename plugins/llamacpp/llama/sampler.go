//go:build llamacpp

package llama

// #include <stdlib.h>
// #include "compat.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// penaltyWindow is how many of the last tokens a repeat penalty looks at, as in
// llama.cpp's own programs.
const penaltyWindow = 64

// SamplerOptions say how the next token is chosen. The zero value is greedy.
type SamplerOptions struct {
	Temperature   float64 // 0 is greedy
	TopK          int     // 0 is off
	TopP, MinP    float64 // 0 is off
	RepeatPenalty float64 // 0 and 1 are off
	Seed          uint32
	// Grammar is a GBNF grammar with the rule root that the answer must follow;
	// "" is none.
	Grammar string
}

// Sampler chooses tokens.
type Sampler struct {
	c         *C.struct_llama_sampler // nil for the likeliest token
	penalties *C.struct_llama_sampler // of c; may be nil
}

// NewSampler chains llama.cpp's samplers in the order its own programs use.
// A grammar that llama.cpp cannot parse is an error.
func NewSampler(m *Model, o SamplerOptions) (*Sampler, error) {
	penalty := o.RepeatPenalty != 0 && o.RepeatPenalty != 1
	if o.Temperature == 0 && !penalty && o.Grammar == "" {
		return &Sampler{}, nil
	}
	chain := C.llama_sampler_chain_init(C.llama_sampler_chain_default_params())
	add := func(s *C.struct_llama_sampler) { C.llama_sampler_chain_add(chain, s) }
	s := &Sampler{c: chain}
	if o.Grammar != "" {
		grammar, err := newGrammar(m, o.Grammar)
		if err != nil {
			C.llama_sampler_free(chain)
			return nil, err
		}
		add(grammar)
	}
	if penalty {
		s.penalties = C.vlmspec_penalties(m.vocab, penaltyWindow, C.float(o.RepeatPenalty))
		add(s.penalties)
	}
	if o.Temperature == 0 {
		add(C.llama_sampler_init_greedy())
		return s, nil
	}
	if o.TopK > 0 {
		add(C.llama_sampler_init_top_k(C.int32_t(o.TopK)))
	}
	if o.TopP > 0 && o.TopP < 1 {
		add(C.llama_sampler_init_top_p(C.float(o.TopP), 1))
	}
	if o.MinP > 0 {
		add(C.llama_sampler_init_min_p(C.float(o.MinP), 1))
	}
	add(C.llama_sampler_init_temp(C.float(o.Temperature)))
	seed := o.Seed
	if seed == C.LLAMA_DEFAULT_SEED { // llama.cpp's word for "draw one", which would not repeat
		seed--
	}
	add(C.llama_sampler_init_dist(C.uint32_t(seed)))
	return s, nil
}

func newGrammar(m *Model, text string) (*C.struct_llama_sampler, error) {
	grammar, root := C.CString(text), C.CString("root")
	defer C.free(unsafe.Pointer(grammar))
	defer C.free(unsafe.Pointer(root))
	forgetErrors()
	s := C.llama_sampler_init_grammar(m.vocab, grammar, root)
	if s == nil {
		return nil, fmt.Errorf("llama.cpp refuses the grammar: %s", cause())
	}
	return s, nil
}

// Close frees the sampler.
func (s *Sampler) Close() {
	if s.c != nil {
		C.llama_sampler_free(s.c)
	}
}

// Accept informs a repeat penalty of a token that Sample did not choose.
func (s *Sampler) Accept(t Token) {
	if s.penalties != nil {
		C.llama_sampler_accept(s.penalties, C.llama_token(t))
	}
}

// Sample chooses the token to come after an output of the last [Context.Run],
// and returns the natural logarithm of its probability before temperature,
// penalties and grammar; NaN when the model computed nonsense.
func (s *Sampler) Sample(c *Context, output int) (Token, float64) {
	if s.c == nil {
		return c.likeliest(output)
	}
	t := Token(C.llama_sampler_sample(s.c, c.c, C.int32_t(output)))
	return t, c.logProb(output, t)
}
