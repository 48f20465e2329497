//go:build llamacpp

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// Whatever the engine does with a file that does not say, an image is shown whole,
// and with the answers that the file gives otherwise.
func TestImageShownWhole(t *testing.T) {
	for _, choice := range []string{"auto", "off"} {
		b := open(t, map[string]any{"mmproj": muteProjector(t), "image_tiles": choice})
		for image, tokens := range map[string]int{"red-circle.png": 16, "large-red-circle.png": 16} {
			r, err := b.Generate(t.Context(), sdk.Request{Messages: []sdk.Message{user(image, "What color is the circle?")}}, nil)
			if err != nil || r.Text != "red" || r.Usage.ImageTokens != tokens || r.Images[0] != (sdk.ImageShown{Width: 64, Height: 64}) {
				t.Errorf("%s, image_tiles %s: %+v, %v", image, choice, r, err)
			}
		}
	}
}

// muteProjector is the tiny model's vision encoder without the key that says how
// images are cut.
func muteProjector(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(models + "/shapes-mmproj.gguf")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "mute-mmproj.gguf")
	if err := os.WriteFile(path, bytes.ReplaceAll(data, []byte(longestKey), []byte("clip.vision.preproc_image_none")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Tiles that the engine can't make are refused rather than left out.
func TestTilesThatCannotBe(t *testing.T) {
	if !llama.Embedded {
		t.Skip("only llama.cpp of 2025 cuts nothing then")
	}
	refuses(t, map[string]any{"mmproj": muteProjector(t), "image_tiles": "on"}, "image_tiles is on, but")
}
