package gguf

import (
	"bytes"
	"encoding/binary"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	modelPath     = "../../../fixtures/models/shapes.gguf"
	projectorPath = "../../../fixtures/models/shapes-mmproj.gguf"
)

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func open(t testing.TB, path string) *File {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// altered writes a changed copy of a file.
func altered(t testing.TB, path string, change func([]byte) []byte) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), filepath.Base(path))
	if err := os.WriteFile(out, change(bytes.Clone(read(t, path))), 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestOpen(t *testing.T) {
	f := open(t, modelPath)
	if f.Architecture() != "llama" || f.Version != 3 || f.Name() != "shapes.gguf" {
		t.Errorf("architecture %q, version %d, name %q", f.Architecture(), f.Version, f.Name())
	}
	if n, ok := f.Uint("llama.context_length"); !ok || n == 0 {
		t.Errorf("llama.context_length is %d, %v", n, ok)
	}
	if f.Parameters() < 500_000 || len(f.Tensors) < 10 {
		t.Errorf("%d parameters in %d tensors", f.Parameters(), len(f.Tensors))
	}
	p := open(t, projectorPath)
	for name, err := range map[string]error{"model": CheckModel(f), "projector": CheckProjector(p), "pair": CheckPair(f, p)} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDamaged(t *testing.T) {
	put := func(at int, v uint64) func([]byte) []byte {
		return func(b []byte) []byte { binary.LittleEndian.PutUint64(b[at:], v); return b }
	}
	for name, c := range map[string]struct {
		change func([]byte) []byte
		want   string
	}{
		"empty":          {func([]byte) []byte { return nil }, "is empty (0 bytes)"},
		"text":           {func([]byte) []byte { return []byte("version https://git-lfs.github.com/spec/v1\n") }, "is not a GGUF file: it starts with"},
		"only the magic": {func(b []byte) []byte { return b[:4] }, "cut off inside its header"},
		"cut in a key":   {func(b []byte) []byte { return b[:200] }, "cut off inside its header"},
		"cut in tensors": {func(b []byte) []byte { return b[:len(b)-1000] }, "is truncated: tensor"},
		"version 1":      {func(b []byte) []byte { b[4] = 1; return b }, "is GGUF version 1"},
		"many tensors":   {put(8, 1<<60), "counts"},
		"many keys":      {put(16, 1<<60), "counts"},
		"a long key":     {put(24, 1<<40), "has a string of"},
	} {
		t.Run(name, func(t *testing.T) {
			path := altered(t, modelPath, c.change)
			_, err := Open(path)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), path) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	for path, want := range map[string]string{t.TempDir(): "is a folder", "missing.gguf": "there is no such file"} {
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestChecks(t *testing.T) {
	model, projector := open(t, modelPath), open(t, projectorPath)
	with := func(f *File, key string, value any) *File {
		out := *f
		out.Keys = map[string]any{}
		maps.Copy(out.Keys, f.Keys)
		if out.Keys[key] = value; value == nil {
			delete(out.Keys, key)
		}
		return &out
	}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"a projector as model":     {CheckModel(projector), "is a vision encoder (mmproj), not a language model"},
		"a model as projector":     {CheckProjector(model), "is a language model (llama), not a vision encoder"},
		"an adapter":               {CheckModel(with(model, "general.type", "adapter")), "is a LoRA adapter"},
		"no architecture":          {CheckModel(with(model, "general.architecture", nil)), "does not say which architecture"},
		"another architecture":     {CheckModel(with(model, "general.architecture", "mamba")), "has no mamba.embedding_length"},
		"no tokenizer":             {CheckModel(with(model, "tokenizer.ggml.model", nil)), "has no tokenizer"},
		"an audio encoder":         {CheckProjector(with(projector, "clip.has_vision_encoder", false)), "has no vision encoder"},
		"no projector":             {CheckProjector(with(projector, "clip.projector_type", nil)), "does not say its projector"},
		"a key of another type":    {CheckProjector(with(projector, "clip.vision.image_size", "64")), "clip.vision.image_size is missing, 0 or no uint32"},
		"no epsilon":               {CheckProjector(with(projector, "clip.vision.attention.layer_norm_epsilon", nil)), "layer_norm_epsilon"},
		"a mean of one number":     {CheckProjector(with(projector, "clip.vision.image_mean", Array{Type: 6, Len: 1})), "image_mean is not 3 float32"},
		"no scale":                 {CheckProjector(with(projector, "clip.vision.projector.scale_factor", nil)), "scale_factor is missing"},
		"other positions":          {CheckProjector(with(projector, "clip.vision.image_size", uint32(128))), "v.position_embd.weight has the shape"},
		"a projector of another's": {CheckPair(with(model, "llama.embedding_length", uint32(7)), projector), "does not belong to"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, c.err, c.want)
		}
	}
}

// No damage may panic or read without end.
func FuzzOpen(f *testing.F) {
	header := read(f, modelPath)[:4096]
	f.Add(header)
	f.Add([]byte("GGUF\x03\x00\x00\x00"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		file := &File{Path: "fuzz", Size: int64(len(data))}
		_ = file.read(bytes.NewReader(data))
	})
}
