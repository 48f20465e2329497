// Package llama is a thin cgo binding over llama.cpp and its multimodal library
// mtmd. Start reading at [LoadModel], then [NewContext] and [NewVision].
//
// It is built with the tag llamacpp only; `make llamacpp` sets the tag and the
// flags that find the headers. Nothing here knows of prompts or requests: that
// is pure Go, one folder up.
//
// A Model is safe for concurrent use. A Context, a Sampler and a Vision are for
// one goroutine at a time. Free each with Close, the Model last.
package llama
