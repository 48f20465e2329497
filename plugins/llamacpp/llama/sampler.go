//go:build llamacpp

package llama

// #include "llama.h"
import "C"

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
}

// Sampler chooses tokens.
type Sampler struct{ c *C.struct_llama_sampler }

// NewSampler chains llama.cpp's samplers in the order its own programs use.
func NewSampler(o SamplerOptions) *Sampler {
	chain := C.llama_sampler_chain_init(C.llama_sampler_chain_default_params())
	add := func(s *C.struct_llama_sampler) { C.llama_sampler_chain_add(chain, s) }
	if o.RepeatPenalty != 0 && o.RepeatPenalty != 1 {
		add(C.llama_sampler_init_penalties(penaltyWindow, C.float(o.RepeatPenalty), 0, 0))
	}
	if o.Temperature == 0 {
		add(C.llama_sampler_init_greedy())
		return &Sampler{chain}
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
	return &Sampler{chain}
}

// Close frees the sampler.
func (s *Sampler) Close() { C.llama_sampler_free(s.c) }

// Accept tells a repeat penalty of a token that Sample did not choose.
func (s *Sampler) Accept(t Token) { C.llama_sampler_accept(s.c, C.llama_token(t)) }

// Sample chooses the token that comes next in c.
func (s *Sampler) Sample(c *Context) Token {
	return Token(C.llama_sampler_sample(s.c, c.c, -1))
}
