package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/backendtest"
)

func recording(t *testing.T, lines string) map[string]any {
	t.Helper()
	path := filepath.Join(t.TempDir(), "answers.jsonl")
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	return map[string]any{"answers": path}
}

func TestConformance(t *testing.T) {
	config := recording(t, `{"answer": "a grey square"}`)
	backendtest.Run(t, &replay{}, backendtest.Options{Config: config, NoImages: true})
}

func TestReplay(t *testing.T) {
	r := &replay{}
	err := r.Configure(t.Context(), recording(t, `
{"prompt": "<image>What?", "image": "a.png", "answer": "an a"}
{"prompt": "<image>What?", "image": "0123", "answer": "a digest"}
{"prompt": "Pick.", "answers": ["first", "second"]}
{"prompt": "<image>Where?", "answer": "[115, 84]", "shown": [[1148, 840]]}
{"answer": ""}
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, prompt string
		image        *sdk.Image
		seed         uint32
		want         string
	}{
		{"by file name", "What?", &sdk.Image{Path: "/x/a.png"}, 0, "an a"},
		{"by digest", "What?", &sdk.Image{SHA256: "0123"}, 0, "a digest"},
		{"by seed", "Pick.", nil, 3, "second"},
		{"with the size shown", "Where?", &sdk.Image{Path: "/x/b.png"}, 0, "[115, 84]"},
		{"anything else", "Why?", nil, 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			msg := sdk.Message{Role: sdk.User, Parts: []sdk.Part{{Text: test.prompt}}}
			if test.image != nil {
				msg.Parts = append([]sdk.Part{{Image: test.image}}, msg.Parts...)
			}
			req := sdk.Request{Messages: []sdk.Message{msg}, Params: sdk.Params{Seed: test.seed}}
			resp, err := r.Generate(t.Context(), req, nil)
			if (test.prompt == "Where?") != slices.Equal(resp.Images, []sdk.ImageShown{{Width: 1148, Height: 840}}) {
				t.Errorf("sizes shown: %v", resp.Images)
			}
			if err != nil || resp.Text != test.want {
				t.Errorf("answered %q, %v; expected %q", resp.Text, err, test.want)
			}
		})
	}
}

// A byte order mark, Windows line ends and UTF-16 make no difference.
func TestEncodings(t *testing.T) {
	const lines = "{\"prompt\": \"Why?\", \"answer\": \"so\"}\n\n{\"answer\": \"else\"}\n"
	utf16 := "\xff\xfe"
	for _, c := range []byte(lines) {
		utf16 += string([]byte{c, 0})
	}
	for name, text := range map[string]string{
		"unix": lines, "windows": "\ufeff" + strings.ReplaceAll(lines, "\n", "\r\n"), "UTF-16": utf16,
	} {
		r := &replay{}
		if err := r.Configure(t.Context(), recording(t, text)); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		msg := sdk.Message{Role: sdk.User, Parts: []sdk.Part{{Text: "Why?"}}}
		resp, err := r.Generate(t.Context(), sdk.Request{Messages: []sdk.Message{msg}}, nil)
		if err != nil || resp.Text != "so" {
			t.Errorf("%s: answered %q, %v", name, resp.Text, err)
		}
	}
}

func TestMistakes(t *testing.T) {
	for name, test := range map[string]struct{ lines, want string }{
		"no JSON":     {`{"answer": "a"}` + "\nnonsense", "answers.jsonl:2: "},
		"unknown key": {`{"anser": "a"}`, `unknown field "anser"`},
		"no answer":   {`{"prompt": "a"}`, `write either "answer"`},
		"no size":     {`{"answer": "a", "shown": [[3, 0]]}`, "an image of 3x0 pixels was never shown"},
	} {
		t.Run(name, func(t *testing.T) {
			err := (&replay{}).Configure(t.Context(), recording(t, test.lines))
			if err == nil || !strings.Contains(err.Error(), test.want) || sdk.KindOf(err) != sdk.InvalidConfig {
				t.Errorf("error %v, expected %q", err, test.want)
			}
		})
	}
	r := &replay{}
	if err := r.Configure(t.Context(), map[string]any{"answers": "missing.jsonl"}); sdk.KindOf(err) != sdk.InvalidConfig {
		t.Errorf("a missing recording: %v", err)
	}
	if err := r.Configure(t.Context(), recording(t, `{"prompt": "a", "answer": "b"}`)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Generate(t.Context(), sdk.Request{}, nil); sdk.KindOf(err) != sdk.InvalidRequest {
		t.Errorf("a prompt that was not recorded: %v", err)
	}
}

// The first line that fits answers, be it the one that takes anything.
func TestOrder(t *testing.T) {
	r := &replay{}
	err := r.Configure(t.Context(), recording(t, `
{"prompt": "<image>c", "image": "x.png", "answer": "image"}
{"prompt": "a", "answer": "prompt"}
{"answer": "any"}
{"prompt": "b", "answer": "late"}
{"image": "y.png", "answer": "later"}
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ prompt, image, want string }{
		{"<image>c", "x.png", "image"}, {"<image>c", "y.png", "any"}, {"a", "", "prompt"}, {"b", "", "any"}, {"<image>b", "y.png", "any"},
	} {
		msg := sdk.Message{Role: sdk.User}
		if c.image != "" {
			msg.Parts = append(msg.Parts, sdk.Part{Image: &sdk.Image{Path: c.image}})
		}
		msg.Parts = append(msg.Parts, sdk.Part{Text: strings.TrimPrefix(c.prompt, "<image>")})
		resp, err := r.Generate(t.Context(), sdk.Request{Messages: []sdk.Message{msg}}, nil)
		if err != nil || resp.Text != c.want {
			t.Errorf("%+v: %q, %v", c, resp.Text, err)
		}
	}
}
