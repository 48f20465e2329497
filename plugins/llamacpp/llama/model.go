//go:build llamacpp

package llama

// #include <stdlib.h>
// #include "compat.h"
import "C"

import (
	"errors"
	"math"
	"unsafe"
)

// Token is an index into the model's vocabulary.
type Token = int32

// Model is the weights and the vocabulary of a language model.
type Model struct {
	c     *C.struct_llama_model
	vocab *C.struct_llama_vocab
}

// LoadModel reads a GGUF file. gpuLayers is how many layers go to the GPUs; any
// number above the model's counts as all. gpus are indices into [Devices] of
// those that may be used, nil for all.
func LoadModel(path string, gpuLayers int, gpus []int) (*Model, error) {
	if err := Init(); err != nil {
		return nil, err
	}
	params := C.llama_model_default_params()
	params.n_gpu_layers = C.int32_t(min(gpuLayers, math.MaxInt16))
	if gpus != nil {
		list := (*C.ggml_backend_dev_t)(C.calloc(C.size_t(len(gpus)+1), C.size_t(unsafe.Sizeof(uintptr(0)))))
		defer C.free(unsafe.Pointer(list))
		for i, gpu := range gpus {
			unsafe.Slice(list, len(gpus))[i] = C.ggml_backend_dev_get(C.size_t(gpu))
		}
		params.devices = list
	}
	cpath := C.CString(path)
	defer C.free(unsafe.Pointer(cpath))
	forgetErrors()
	c := C.llama_model_load_from_file(cpath, params)
	if c == nil {
		return nil, errors.New(cause())
	}
	return &Model{c: c, vocab: C.llama_model_get_vocab(c)}, nil
}

// Close frees the model.
func (m *Model) Close() {
	if !cannotFree() { // contexts still use it
		C.llama_model_free(m.c)
	}
}

// Layers is how many of the model's layers a GPU can take: all blocks and the output.
func (m *Model) Layers() int { return int(C.llama_model_n_layer(m.c)) + 1 }

// TrainedContext is how many tokens the model was trained to look back on.
func (m *Model) TrainedContext() int { return int(C.llama_model_n_ctx_train(m.c)) }

// Parameters counts the model's weights.
func (m *Model) Parameters() uint64 { return uint64(C.llama_model_n_params(m.c)) }

// Description is a line like "llama 1B Q8_0".
func (m *Model) Description() string {
	buf := make([]byte, 256)
	n := C.llama_model_desc(m.c, (*C.char)(unsafe.Pointer(&buf[0])), C.size_t(len(buf)))
	return string(buf[:min(max(int(n), 0), len(buf)-1)])
}

// ChatTemplate is the model's own Jinja template, "" when it has none.
func (m *Model) ChatTemplate() string {
	return C.GoString(C.llama_model_chat_template(m.c, nil))
}

// AddBOS reports whether prompts of this model begin with [Model.BOS].
func (m *Model) AddBOS() bool { return bool(C.llama_vocab_get_add_bos(m.vocab)) }

// BOS is the token a text begins with, -1 when there is none.
func (m *Model) BOS() Token { return Token(C.llama_vocab_bos(m.vocab)) }

// EOS is the token a text ends with, -1 when there is none.
func (m *Model) EOS() Token { return Token(C.llama_vocab_eos(m.vocab)) }

// EndsAnswer reports whether a token ends the model's turn.
func (m *Model) EndsAnswer(t Token) bool {
	return bool(C.llama_vocab_is_eog(m.vocab, C.llama_token(t)))
}

// Tokenize splits text into tokens, without BOS or EOS. Control tokens written
// out in the text are parsed as such only when special is set, which is never
// right for text a user wrote.
func (m *Model) Tokenize(text string, special bool) []Token {
	if text == "" {
		return nil
	}
	// A token is at least one byte, but a tokeniser may put a space in front.
	tokens := make([]Token, len(text)+8)
	ctext := (*C.char)(unsafe.Pointer(unsafe.StringData(text)))
	n := C.llama_tokenize(m.vocab, ctext, C.int32_t(len(text)), (*C.llama_token)(&tokens[0]), C.int32_t(len(tokens)), false, C.bool(special))
	if n < 0 {
		tokens = make([]Token, -n)
		n = C.llama_tokenize(m.vocab, ctext, C.int32_t(len(text)), (*C.llama_token)(&tokens[0]), C.int32_t(len(tokens)), false, C.bool(special))
	}
	return tokens[:max(n, 0)]
}

// Piece is the text of a token, which may be part of a UTF-8 sequence. Control
// tokens are empty unless special is set.
func (m *Model) Piece(t Token, special bool) []byte {
	buf := make([]byte, 64)
	n := C.llama_token_to_piece(m.vocab, C.llama_token(t), (*C.char)(unsafe.Pointer(&buf[0])), C.int32_t(len(buf)), 0, C.bool(special))
	if n < 0 {
		buf = make([]byte, -n)
		n = C.llama_token_to_piece(m.vocab, C.llama_token(t), (*C.char)(unsafe.Pointer(&buf[0])), C.int32_t(len(buf)), 0, C.bool(special))
	}
	return buf[:max(n, 0)]
}

// Special is a token that stands for itself rather than for learnt text.
type Special struct {
	Token Token
	Text  string
	// UserDefined tokens are parsed wherever their text stands; the others,
	// control tokens, only where special tokens are asked for.
	UserDefined    bool
	LStrip, RStrip bool // swallows white space on its left, right
}

// Specials lists the model's special tokens in order of their number.
func (m *Model) Specials() []Special {
	var all []Special
	for t := range C.llama_vocab_n_tokens(m.vocab) {
		attr := C.llama_vocab_get_attr(m.vocab, t)
		if attr&(C.LLAMA_TOKEN_ATTR_CONTROL|C.LLAMA_TOKEN_ATTR_USER_DEFINED|C.LLAMA_TOKEN_ATTR_UNKNOWN) == 0 {
			continue
		}
		all = append(all, Special{
			Token:       Token(t),
			Text:        C.GoString(C.llama_vocab_get_text(m.vocab, t)),
			UserDefined: attr&C.LLAMA_TOKEN_ATTR_USER_DEFINED != 0,
			LStrip:      attr&C.LLAMA_TOKEN_ATTR_LSTRIP != 0,
			RStrip:      attr&C.LLAMA_TOKEN_ATTR_RSTRIP != 0,
		})
	}
	return all
}

// CanCut reports whether the model can forget the end of a sequence and keep its
// beginning; recurrent models cannot.
func (m *Model) CanCut() bool {
	return !bool(C.llama_model_is_recurrent(m.c)) && !bool(C.llama_model_is_hybrid(m.c))
}

// CacheBytes estimates the KV cache of one token, in bytes, for a cache of
// a type that [CacheTypes] lists.
func (m *Model) CacheBytes(cacheType string) int {
	heads, all := int(C.llama_model_n_head(m.c)), int(C.llama_model_n_head_kv(m.c))
	if heads == 0 {
		return 0
	}
	width := int(C.llama_model_n_embd(m.c)) / heads * all
	t := CacheTypes[cacheType]
	return 2 * int(C.llama_model_n_layer(m.c)) * width * int(C.ggml_type_size(t)) / int(C.ggml_blck_size(t))
}

// Heads are the heads of the model's attention: of queries, of keys and values, and
// how many numbers each has; 0 where the model has none.
func (m *Model) Heads() (queries, kv, width int) {
	queries, kv = int(C.llama_model_n_head(m.c)), int(C.llama_model_n_head_kv(m.c))
	if queries == 0 {
		return 0, 0, 0
	}
	return queries, kv, int(C.llama_model_n_embd(m.c)) / queries
}

// Adapter is a LoRA adapter for a model.
type Adapter struct{ c *C.struct_llama_adapter_lora }

// LoadAdapter reads a GGUF file with a LoRA adapter. It is freed with the model.
func (m *Model) LoadAdapter(path string) (Adapter, error) {
	cpath := C.CString(path)
	defer C.free(unsafe.Pointer(cpath))
	forgetErrors()
	a := C.llama_adapter_lora_init(m.c, cpath)
	if a == nil {
		return Adapter{}, errors.New(cause())
	}
	return Adapter{a}, nil
}

// Adapt applies adapters, each with its scale, to everything a context computes from
// now on, in place of those applied before.
func (c *Context) Adapt(adapters []Adapter, scales []float64) error {
	if len(adapters) == 0 {
		return nil
	}
	pointers, factors := make([]*C.struct_llama_adapter_lora, len(adapters)), make([]C.float, len(adapters))
	for i, a := range adapters {
		pointers[i], factors[i] = a.c, C.float(scales[i])
	}
	forgetErrors()
	if C.vlmspec_adapt(c.c, &pointers[0], &factors[0], C.size_t(len(adapters))) != 0 {
		return errors.New(cause())
	}
	return nil
}
