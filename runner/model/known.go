package model

import (
	"maps"
	"slices"

	"github.com/vlmspec/vlmspec/runner/spec"
)

// Known is a model with a short name: a language model and its vision encoder.
type Known struct {
	Name          string
	Model, MMProj Ref
	MB            int // both files, about, in 10^6 bytes
}

// known holds pairs that llama.cpp's documentation on multimodal models names,
// in the repositories of the people who make llama.cpp.
var known = map[string]Known{
	"gemma-3-4b":    pair("gemma-3-4b-it-GGUF", "gemma-3-4b-it-Q4_K_M.gguf", "mmproj-model-f16.gguf", 3340),
	"internvl3-1b":  pair("InternVL3-1B-Instruct-GGUF", "InternVL3-1B-Instruct-Q8_0.gguf", "mmproj-InternVL3-1B-Instruct-Q8_0.gguf", 1010),
	"internvl3-2b":  pair("InternVL3-2B-Instruct-GGUF", "InternVL3-2B-Instruct-Q4_K_M.gguf", "mmproj-InternVL3-2B-Instruct-Q8_0.gguf", 1460),
	"qwen2.5-vl-3b": pair("Qwen2.5-VL-3B-Instruct-GGUF", "Qwen2.5-VL-3B-Instruct-Q4_K_M.gguf", "mmproj-Qwen2.5-VL-3B-Instruct-Q8_0.gguf", 2775),
	"smolvlm-2.2b":  pair("SmolVLM-Instruct-GGUF", "SmolVLM-Instruct-Q4_K_M.gguf", "mmproj-SmolVLM-Instruct-Q8_0.gguf", 1705),
	"smolvlm-256m":  pair("SmolVLM-256M-Instruct-GGUF", "SmolVLM-256M-Instruct-Q8_0.gguf", "mmproj-SmolVLM-256M-Instruct-Q8_0.gguf", 279),
	"smolvlm-500m":  pair("SmolVLM-500M-Instruct-GGUF", "SmolVLM-500M-Instruct-Q8_0.gguf", "mmproj-SmolVLM-500M-Instruct-Q8_0.gguf", 546),
	"smolvlm2-2.2b": pair("SmolVLM2-2.2B-Instruct-GGUF", "SmolVLM2-2.2B-Instruct-Q4_K_M.gguf", "mmproj-SmolVLM2-2.2B-Instruct-Q8_0.gguf", 1705),
	"smolvlm2-256m": pair("SmolVLM2-256M-Video-Instruct-GGUF", "SmolVLM2-256M-Video-Instruct-Q8_0.gguf", "mmproj-SmolVLM2-256M-Video-Instruct-Q8_0.gguf", 279),
	"smolvlm2-500m": pair("SmolVLM2-500M-Video-Instruct-GGUF", "SmolVLM2-500M-Video-Instruct-Q8_0.gguf", "mmproj-SmolVLM2-500M-Video-Instruct-Q8_0.gguf", 546),
}

func pair(repo, model, mmproj string, mb int) Known {
	return Known{Model: Ref{repo: "ggml-org/" + repo, file: model}, MMProj: Ref{repo: "ggml-org/" + repo, file: mmproj}, MB: mb}
}

// Lookup finds a model by its short name.
func Lookup(name string) (Known, bool) {
	k, ok := known[name]
	k.Name = name
	return k, ok
}

// AllKnown lists the models that have a short name, sorted by it.
func AllKnown() []Known {
	var all []Known
	for _, name := range slices.Sorted(maps.Keys(known)) {
		k, _ := Lookup(name)
		all = append(all, k)
	}
	return all
}

// Expand reads a short name, which stands for a pair of files, or a reference.
func Expand(text string) ([]Ref, error) {
	if k, ok := Lookup(text); ok {
		return []Ref{k.Model, k.MMProj}, nil
	}
	r, err := Parse(text)
	if err != nil {
		if near := spec.Suggest(text, slices.Collect(maps.Keys(known))); near != "" {
			return nil, &unknownName{text, near}
		}
		return nil, err
	}
	return r.Parts(), nil
}

type unknownName struct{ name, near string }

func (e *unknownName) Error() string {
	return "there is no model " + e.name + "; did you mean " + e.near + "?"
}

// ShortName is how people call the file: the short name it belongs to, or "".
func (r Ref) ShortName() string {
	for _, k := range AllKnown() {
		switch r {
		case k.Model:
			return k.Name
		case k.MMProj:
			return k.Name + " mmproj"
		}
	}
	return ""
}
