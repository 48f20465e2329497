// Command vlmspec-backend-openai answers with a model behind an OpenAI-compatible
// server: vLLM, SGLang, llama-server, Ollama, LM Studio, OpenAI, Azure, Hugging Face
// endpoints and others.
//
// Start reading at backend.go; dialect.go has what servers disagree about,
// discover.go how a server is known again, call.go what is tried again and what is not.
package main

import (
	"os"
	"runtime/debug"

	"github.com/vlmspec/vlmspec/plugins/sdk/plugin"
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50) // images in base64 come and go, and time is spent on waiting
	}
	plugin.Serve(&server{})
}
