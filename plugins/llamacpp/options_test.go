//go:build llamacpp

package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// writeLoRA writes an adapter of rank 2 for the queries of the first layer, whose
// matrices are width wide.
func writeLoRA(t *testing.T, width int) string {
	t.Helper()
	var out []byte
	u32 := func(n uint32) { out = binary.LittleEndian.AppendUint32(out, n) }
	u64 := func(n int) { out = binary.LittleEndian.AppendUint64(out, uint64(n)) }
	text := func(s string) { u64(len(s)); out = append(out, s...) }
	pairs := [][2]string{{"general.type", "adapter"}, {"general.architecture", "llama"}, {"adapter.type", "lora"}}
	const rank, textType, floatType = 2, 8, 6
	out = append(out, "GGUF"...)
	u32(3)
	u64(2)
	u64(len(pairs) + 1)
	for _, p := range pairs {
		text(p[0])
		u32(textType)
		text(p[1])
	}
	text("adapter.lora.alpha")
	u32(floatType)
	u32(math.Float32bits(rank))
	for i, shape := range [][2]int{{width, rank}, {rank, width}} {
		text("blk.0.attn_q.weight.lora_" + string("ab"[i]))
		u32(2)
		u64(shape[0])
		u64(shape[1])
		u32(0) // float32
		u64(i * 4 * width * rank)
	}
	for len(out)%32 > 0 {
		out = append(out, 0)
	}
	draw := rand.New(rand.NewPCG(1, 1))
	for range 2 * width * rank {
		u32(math.Float32bits(float32(draw.NormFloat64())))
	}
	path := filepath.Join(t.TempDir(), "lora.gguf")
	if err := os.WriteFile(path, out, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoRA(t *testing.T) {
	path := writeLoRA(t, 128)
	question := []sdk.Message{user("four-shapes.png", "Describe the image.")}
	answer := func(loras ...any) (string, sdk.Info) {
		b := open(t, map[string]any{"lora": loras, "deterministic": true})
		r, err := b.Generate(t.Context(), sdk.Request{Messages: question, Params: sdk.Params{MaxTokens: 8}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		info, err := b.Describe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return fingerprint(r), info
	}
	adapter := func(scale float64) any { return map[string]any{"path": path, "scale": scale} }
	plain, base := answer()
	if off, info := answer(adapter(0)); off != plain || info.ModelDigest == base.ModelDigest {
		t.Errorf("with scale 0: %s, want %s; digests %s and %s", off, plain, info.ModelDigest, base.ModelDigest)
	}
	half, whole := "", ""
	if half, _ = answer(adapter(0.5)); half == plain {
		t.Errorf("an adapter changes nothing")
	}
	if whole, _ = answer(adapter(1)); whole == half {
		t.Errorf("its scale changes nothing")
	}
	if both, _ := answer(adapter(0.5), map[string]any{"path": writeLoRA(t, 128)}); both == half || both == whole {
		t.Errorf("a second adapter changes nothing")
	}
}

// Options of the context change numbers a little, and clear answers not at all.
func TestContextOptions(t *testing.T) {
	for name, change := range map[string]map[string]any{
		"an f32 cache":       {"cache_type": "f32"},
		"a q8_0 cache":       {"cache_type": "q8_0", "flash_attention": "on"},
		"no flash attention": {"flash_attention": "off"},
		"two threads":        {"threads": 2.0},
		"one at a time":      {"parallel": 1.0},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t, change)
			for image, want := range map[string]string{"red-circle.png": "red", "yellow-circle.png": "yellow"} {
				r, err := b.Generate(t.Context(), sdk.Request{Messages: []sdk.Message{user(image, "What color is the circle?")}}, nil)
				if err != nil || r.Text != want {
					t.Errorf("%s: %q, %v", image, r.Text, err)
				}
			}
		})
	}
}

func TestBadOptions(t *testing.T) {
	lora := func(path string) map[string]any {
		return map[string]any{"lora": []any{map[string]any{"path": path}}}
	}
	model := tinyConfig(t)["model"].(string)
	for name, c := range map[string]struct {
		change map[string]any
		want   string
	}{
		"a missing adapter":        {lora("/nowhere/lora.gguf"), "/nowhere/lora.gguf"},
		"a model as adapter":       {lora(model), "does not work with"},
		"an adapter of other size": {lora(writeLoRA(t, 64)), "does not work with"},
		"a GPU that is not there":  {map[string]any{"gpus": []any{99.0}}, fmt.Sprintf("gpus names 99 but there are %d GPUs", gpus(t))},
		"a q8_0 cache without it":  {map[string]any{"cache_type": "q8_0", "flash_attention": "off"}, "cache_type"},
	} {
		t.Run(name, func(t *testing.T) { refuses(t, c.change, c.want) })
	}
}
