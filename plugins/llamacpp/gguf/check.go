package gguf

import (
	"fmt"
	"slices"
)

// CheckModel makes sure that f holds a language model and not something else
// that is also kept in GGUF files.
func CheckModel(f *File) error {
	arch := f.Architecture()
	switch {
	case isProjector(f):
		return fmt.Errorf("%s is a vision encoder (mmproj), not a language model: give it as `mmproj` and the language model as `model`", f.Path)
	case f.String("general.type") == "adapter":
		return fmt.Errorf("%s is a LoRA adapter, not a language model: merge it into its model first", f.Path)
	case arch == "":
		return fmt.Errorf("%s does not say which architecture it is (general.architecture): it is no model llama.cpp can run", f.Path)
	}
	for _, key := range []string{".embedding_length", ".block_count", ".context_length"} {
		if n, ok := f.Uint(arch + key); !ok || n == 0 {
			return fmt.Errorf("%s has no %s%s: it is not a whole %s model", f.Path, arch, key, arch)
		}
	}
	if f.String("tokenizer.ggml.model") == "" {
		return fmt.Errorf("%s has no tokenizer (tokenizer.ggml.model): convert the model with its tokenizer", f.Path)
	}
	return nil
}

func isProjector(f *File) bool {
	_, vision := f.Keys["clip.has_vision_encoder"]
	return vision || f.Architecture() == "clip" || f.String("general.type") == "mmproj"
}

// CheckProjector makes sure that f holds a vision encoder. The types of its
// keys matter: llama.cpp aborts the process on one of another type.
func CheckProjector(f *File) error {
	if !isProjector(f) {
		return fmt.Errorf("%s is a language model (%s), not a vision encoder: give it as `model` and the file often called mmproj-*.gguf as `mmproj`", f.Path, f.Architecture())
	}
	if vision, _ := f.Keys["clip.has_vision_encoder"].(bool); !vision {
		return fmt.Errorf("%s has no vision encoder (clip.has_vision_encoder)", f.Path)
	}
	if f.projector() == "" {
		return fmt.Errorf("%s does not say its projector (clip.projector_type)", f.Path)
	}
	for _, key := range []string{"embedding_length", "attention.head_count", "feed_forward_length", "block_count", "projection_dim", "image_size", "patch_size"} {
		if n, ok := f.Keys["clip.vision."+key].(uint32); !ok || n == 0 {
			return fmt.Errorf("%s is not a whole vision encoder: clip.vision.%s is missing, 0 or no uint32", f.Path, key)
		}
	}
	if _, ok := f.Keys["clip.vision.attention.layer_norm_epsilon"].(float32); !ok {
		return fmt.Errorf("%s is not a whole vision encoder: clip.vision.attention.layer_norm_epsilon is missing or no float32", f.Path)
	}
	for _, key := range []string{"image_mean", "image_std"} {
		if a, ok := f.Keys["clip.vision."+key].(Array); !ok || a.Len < 3 || a.Type != 6 {
			return fmt.Errorf("%s is not a whole vision encoder: clip.vision.%s is not 3 float32", f.Path, key)
		}
	}
	if f.projector() == "idefics3" {
		return checkIdefics3(f)
	}
	return nil
}

func (f *File) projector() string {
	if p := f.String("clip.projector_type"); p != "" {
		return p
	}
	return f.String("clip.vision.projector_type")
}

// checkIdefics3 looks at what llama.cpp takes for granted in SmolVLM's encoder.
func checkIdefics3(f *File) error {
	image, _ := f.Uint("clip.vision.image_size")
	patch, _ := f.Uint("clip.vision.patch_size")
	width, _ := f.Uint("clip.vision.embedding_length")
	scale, _ := f.Keys["clip.vision.projector.scale_factor"].(uint32)
	if scale < 2 {
		return fmt.Errorf("%s: clip.vision.projector.scale_factor is missing or below 2", f.Path)
	}
	for name, want := range map[string][]uint64{
		"v.patch_embd.weight":    {patch, patch, 3, width},
		"v.position_embd.weight": {width, (image / patch) * (image / patch)},
	} {
		if t, ok := f.Tensors[name]; !ok || !slices.Equal(t.Shape, want) {
			return fmt.Errorf("%s: tensor %s has the shape %v, expected %v", f.Path, name, t.Shape, want)
		}
	}
	if t, ok := f.Tensors["mm.model.fc.weight"]; !ok || len(t.Shape) != 2 {
		return fmt.Errorf("%s has no projector matrix (mm.model.fc.weight)", f.Path)
	}
	return nil
}

// CheckPair makes sure that the encoder's output fits the language model. Only
// SmolVLM's projector says its output width in the header; for others llama.cpp
// finds out while loading.
func CheckPair(model, projector *File) error {
	t, ok := projector.Tensors["mm.model.fc.weight"]
	if projector.projector() != "idefics3" || !ok {
		return nil
	}
	have := t.Shape[len(t.Shape)-1]
	want, _ := model.Uint(model.Architecture() + ".embedding_length")
	if have != want {
		return fmt.Errorf("%s does not belong to %s: it makes embeddings of %d numbers, the model takes %d", projector.Path, model.Path, have, want)
	}
	return nil
}
