package spec

import "strconv"

// Sizing says at which size a model is shown images, for answers in pixels of
// it, where the backend does not say so. At most one of its fields is set.
type Sizing struct {
	ModelSize *ModelSize `yaml:"model_size" type:"[width, height] or original" doc:"size of the image as the model was shown it, which answers in pixels count in; original is the file's own"`
	Resize    *Resize    `yaml:"resize" doc:"instead of model_size, the rule of Qwen-VL by which the image was resized: {max_pixels: 1003520, factor: 28}"`
}

// ModelSize is a size in pixels, or that of the image itself.
type ModelSize struct {
	Original      bool
	Width, Height int // 0 when Original
}

// Resize makes both sides multiples of Factor, and the number of pixels one
// between MinPixels and MaxPixels.
type Resize struct {
	MaxPixels int `yaml:"max_pixels" required:"true" min:"1" max:"1000000000" doc:"most pixels that the image was shown with"`
	MinPixels int `yaml:"min_pixels" min:"0" max:"1000000000" doc:"least pixels"`
	Factor    int `yaml:"factor" min:"1" max:"4096" doc:"what both sides are multiples of: 28 (the default) for Qwen2-VL and Qwen2.5-VL, 32 for Qwen3-VL"`
}

// DecodeNode implements [Decoder].
func (m *ModelSize) DecodeNode(n Node) error {
	const hint = "write [1148, 840], or original for the size of the file"
	if n.Kind() == Scalar && n.Text() == "original" {
		m.Original = true
		return nil
	}
	items := n.Items()
	if n.Kind() != List || len(items) != 2 {
		return n.Errorf(hint, "expected a size, [width, height] in pixels")
	}
	for i, side := range []*int{&m.Width, &m.Height} {
		if err := items[i].Decode(side); err != nil {
			return err
		}
		if *side < 1 || *side > 1_000_000 {
			return items[i].Errorf(hint, "%s is no number of pixels", strconv.Itoa(*side))
		}
	}
	return nil
}

// JSONSchema implements [Schemer].
func (*ModelSize) JSONSchema() map[string]any {
	side := map[string]any{"anyOf": []any{map[string]any{"type": "integer", "minimum": 1}, map[string]any{"type": "string", "pattern": `\$\{`}}}
	return map[string]any{"anyOf": []any{
		map[string]any{"type": "string", "enum": []any{"original"}},
		map[string]any{"type": "array", "minItems": 2, "maxItems": 2, "items": side},
	}}
}

// Settle refuses both at once, and lets what n says replace the other that was
// said around it.
func (s *Sizing) Settle(n Node) error {
	size, resize := n.Get("model_size"), n.Get("resize")
	switch {
	case !size.IsZero() && !resize.IsZero():
		return resize.Errorf("remove one", "model_size and resize both say at which size images are shown")
	case !size.IsZero():
		s.Resize = nil
	case !resize.IsZero():
		s.ModelSize = nil
	}
	if s.Resize != nil && s.Resize.Factor == 0 {
		s.Resize.Factor = 28
	}
	return nil
}
