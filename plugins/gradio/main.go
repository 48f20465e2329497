// Command vlmspec-backend-gradio answers with a Gradio app or a Hugging Face Space,
// of Gradio 4, 5 or 6, by the protocol of its queue.
//
// Start reading at backend.go; then endpoint.go, which learns what an app takes,
// bind.go, which fills that in from a request, queue.go, which makes the call, and
// result.go, which makes text of what comes back.
package main

import "github.com/vlmspec/vlmspec/plugins/sdk/plugin"

func main() { plugin.Serve(&backend{}) }
