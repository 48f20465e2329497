package spec

import (
	"strconv"
	"strings"
	"testing"
)

// What is nearer replaces what was said around it, also by the other key.
func TestSizingSettles(t *testing.T) {
	s := Sizing{ModelSize: &ModelSize{Width: 3, Height: 4}}
	for _, tc := range []struct {
		text, want string
	}{
		{"a: 1", "size 3x4"},
		{"resize: {max_pixels: 100}", "resize 28 100"},
		{"a: 2", "resize 28 100"},
		{"model_size: [5, 6]", "size 5x6"},
		{"model_size: original", "original"},
		{"{model_size: original, resize: {max_pixels: 9}}", "model_size and resize both"},
	} {
		n, err := Parse("a.yaml", []byte(tc.text))
		if err != nil {
			t.Fatal(err)
		}
		for key, field := range map[string]any{"model_size": &s.ModelSize, "resize": &s.Resize} {
			if v := n.Get(key); !v.IsZero() {
				if err := v.Decode(field); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := s.Settle(n); err != nil {
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s: %v", tc.text, err)
			}
			continue
		}
		if got := sizing(s); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.text, got, tc.want)
		}
	}
}

func sizing(s Sizing) string {
	switch {
	case s.Resize != nil && s.ModelSize == nil:
		return "resize " + strconv.Itoa(s.Resize.Factor) + " " + strconv.Itoa(s.Resize.MaxPixels)
	case s.ModelSize == nil || s.Resize != nil:
		return "neither or both"
	case s.ModelSize.Original:
		return "original"
	}
	return "size " + strconv.Itoa(s.ModelSize.Width) + "x" + strconv.Itoa(s.ModelSize.Height)
}
