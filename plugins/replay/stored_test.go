package main

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

const storedRun = `{"id":"a/color@x","backend":"x","one_of_several":true,"images":[{"sha256":"11"}],"samples":[{"seed":0,"turns":[{"prompt":"<image>What?","answer":"red","finish":"stop","tokens":{"text":3,"image":16,"output":1},"shown":[{"width":64,"height":48}]}]}]}
{"id":"a/other@x","backend":"x","one_of_several":true,"images":[{"sha256":"22"}],"samples":[{"seed":0,"turns":[{"prompt":"<image>What?","answer":"blue","reasoning":"hm","finish":"length"}]}]}
{"id":"a/sampled@x","backend":"x","one_of_several":true,"samples":[{"seed":5,"turns":[{"prompt":"Pick.","answer":"one","finish":"stop"}]},{"seed":6,"turns":[{"prompt":"Pick.","answer":"two","finish":"stop"}]}]}
{"id":"a/talk@x","backend":"x","one_of_several":true,"samples":[{"seed":0,"turns":[{"prompt":"Hi.","answer":"hello","finish":"stop"},{"prompt":"And?","answer":"bye","finish":"stop"}]}]}
{"id":"a/twin@x","backend":"x","one_of_several":true,"samples":[{"seed":0,"turns":[{"prompt":"Same.","answer":"first","finish":"stop"}]}]}
{"id":"a/twin-2@x","backend":"x","one_of_several":true,"samples":[{"seed":0,"turns":[{"prompt":"Same.","answer":"second","finish":"stop"}]}]}
{"id":"a/broken@x","backend":"x","one_of_several":true,"samples":[{"seed":0,"error":{"kind":"crashed","message":"it crashed"}}]}
{"id":"a/endless@x","backend":"x","one_of_several":true,"samples":[{"seed":0,"turns":[{"prompt":"Think.","answer":"","reasoning":"so","unclosed":true,"finish":"length"}]}]}
{"id":"a/color@y","backend":"y","one_of_several":true,"images":[{"sha256":"11"}],"samples":[{"seed":0,"turns":[{"prompt":"<image>What?","answer":"green","finish":"stop"}]}]}
{"id":"a/killed@x","backend":"x","samp`

func runFolder(t *testing.T, cases string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, casesFile), []byte(cases), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func zipOf(t *testing.T, name, cases string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	w, err := z.Create(name)
	if err == nil {
		_, err = w.Write([]byte(cases))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestStoredRun(t *testing.T) {
	user := func(texts ...string) (m []sdk.Message) {
		for i, text := range texts {
			if i > 0 {
				m = append(m, sdk.Message{Role: sdk.Assistant, Parts: []sdk.Part{{Text: "hello"}}})
			}
			m = append(m, sdk.Message{Role: sdk.User, Parts: []sdk.Part{{Text: text}}})
		}
		return m
	}
	shown := func(sha string) []sdk.Message {
		return []sdk.Message{{Role: sdk.User, Parts: []sdk.Part{{Image: &sdk.Image{SHA256: sha}}, {Text: "What?"}}}}
	}
	for _, place := range []string{runFolder(t, storedRun), zipOf(t, "20261126/"+casesFile, storedRun)} {
		r := &replay{}
		if err := r.Configure(t.Context(), map[string]any{"run": place, "backend": "x"}); err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			name, id string
			messages []sdk.Message
			params   sdk.Params
			want     string // "" is an error
		}{
			{"by prompt and image", "b/new#1", shown("11"), sdk.Params{}, "red"},
			{"of another image", "b/new#1", shown("22"), sdk.Params{}, "blue"},
			{"of an unknown image", "a/color@replay#1", shown("33"), sdk.Params{}, ""},
			{"by seed", "a/sampled#1", user("Pick."), sdk.Params{Temperature: 1, Seed: 6}, "two"},
			{"by another seed", "a/sampled#1", user("Pick."), sdk.Params{Temperature: 1, Seed: 7}, ""},
			{"greedy needs no seed", "a/twin#1", user("Same."), sdk.Params{Seed: 7}, "first"},
			{"the second turn", "a/talk#1", user("Hi.", "And?"), sdk.Params{}, "bye"},
			{"the second turn as the first", "a/talk#1", user("And?"), sdk.Params{}, ""},
			{"by ID, where two ask the same", "a/twin-2@replay#1", user("Same."), sdk.Params{}, "second"},
			{"without it, the first", "b/x#1", user("Same."), sdk.Params{}, "first"},
			{"one that failed", "a/broken#1", user("Why?"), sdk.Params{}, ""},
			{"one that thinks for ever", "a/endless#1", user("Think."), sdk.Params{}, "<think>so"},
		} {
			resp, err := r.Generate(t.Context(), sdk.Request{ID: test.id, Messages: test.messages, Params: test.params}, nil)
			if (err != nil) != (test.want == "") || resp.Text != test.want || err != nil && sdk.KindOf(err) != sdk.InvalidRequest {
				t.Errorf("%s: %q, %v", test.name, resp.Text, err)
			}
			if test.name == "of another image" && (resp.Finish != sdk.FinishLength || resp.Reasoning != "hm") {
				t.Errorf("%+v", resp)
			}
			if test.name == "by prompt and image" && (len(resp.Images) != 1 || resp.Images[0].Height != 48 || resp.Usage.ImageTokens != 16) {
				t.Errorf("%+v", resp)
			}
		}
	}
}

func TestRunsThatCannotBeReplayed(t *testing.T) {
	damaged := strings.Replace(storedRun, `"backend":"x"`, `"backend:"x"`, 1)
	for name, test := range map[string]struct {
		config map[string]any
		words  string
	}{
		"two backends":      {map[string]any{"run": runFolder(t, storedRun)}, `the run has answers of x, y`},
		"an unknown one":    {map[string]any{"run": runFolder(t, storedRun), "backend": "z"}, "it has those of x, y"},
		"damaged":           {map[string]any{"run": runFolder(t, damaged), "backend": "x"}, "invalid character"},
		"no run":            {map[string]any{"run": t.TempDir()}, casesFile},
		"another zip":       {map[string]any{"run": zipOf(t, "x.txt", "")}, "vlmspec runs export"},
		"no zip":            {map[string]any{"run": filepath.Join(runFolder(t, "x"), casesFile)}, "zip"},
		"answers, too":      {map[string]any{"run": runFolder(t, storedRun), "answers": "x"}, "either answers or run"},
		"neither":           {map[string]any{}, "either answers or run"},
		"answers of a name": {map[string]any{"answers": "x", "backend": "x"}, "backend is of a run"},
	} {
		err := (&replay{}).Configure(t.Context(), test.config)
		if sdk.KindOf(err) != sdk.InvalidConfig || !strings.Contains(err.Error(), test.words) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
