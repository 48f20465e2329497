//go:build llamacpp && !llamacpp_linked

package llama

// The C++ sources come as Go packages of github.com/ollama/ollama: importing
// them compiles and links llama.cpp, ggml and mtmd. Their headers are found
// through CGO_CPPFLAGS, and so are the two in shim/ that a module zip leaves out.
import (
	_ "github.com/ollama/ollama/llama/llama.cpp/src"
	_ "github.com/ollama/ollama/llama/llama.cpp/tools/mtmd"
	_ "github.com/ollama/ollama/llama/llama.cpp/tools/mtmd/models"
	_ "github.com/ollama/ollama/ml/backend/ggml/ggml/src"
)

// #include "mtmd.h"
// bool vlmspec_plain_attention(mtmd_context * ctx, const char * path, int image_max_tokens);
import "C"

// Embedded says that llama.cpp is part of the program.
const Embedded = true

// embeddedCommit is the llama.cpp that the module was made of; no function says so.
const embeddedCommit = "ec98e2002, frozen at December 2025"

func engineVersion() string { return embeddedCommit }

func loadBackends() {}

// cannotFree says that contexts and encoders stay until the process ends. The
// module's ggml resets the backends of a scheduler when it frees that, and
// llama.cpp has freed them before; on a GPU that ends the process.
func cannotFree() bool {
	for i := range C.ggml_backend_dev_count() {
		if C.ggml_backend_dev_type(C.ggml_backend_dev_get(i)) != C.GGML_BACKEND_DEVICE_TYPE_CPU {
			return true
		}
	}
	return false
}

// plainAttention replaces the encoder by one that computes attention plainly.
func plainAttention(c *C.mtmd_context, path *C.char, maxTokens C.int) bool {
	return bool(C.vlmspec_plain_attention(c, path, maxTokens))
}
