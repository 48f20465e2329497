//go:build llamacpp

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
