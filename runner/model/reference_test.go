package model

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	sum := strings.Repeat("0a", 32)
	for name, c := range map[string]struct{ text, place, back string }{
		"a file of a repository":  {"hf:o/r/f.gguf", "hf/o/r/f.gguf", ""},
		"in a folder":             {"hf:o/r/q8/f.gguf", "hf/o/r/q8/f.gguf", ""},
		"at a revision":           {"hf:o/r/f.gguf@refs/pr/1", "hf/o/r@refs%2Fpr%2F1/f.gguf", ""},
		"main is the default":     {"hf:o/r/f.gguf@main", "hf/o/r/f.gguf", "hf:o/r/f.gguf"},
		"with slashes":            {"hf://o/r/f.gguf", "hf/o/r/f.gguf", "hf:o/r/f.gguf"},
		"an address":              {"https://a.org:8/x/f.GGUF", "https/a.org_8/x/f.GGUF", ""},
		"an address with a query": {"https://a.org/f.gguf?v=2", "https/a.org/f-269fc203.gguf", ""},
		"a pinned address":        {"https://a.org/f.gguf#sha256=" + sum, "https/a.org/f-2db6b2a7.gguf", ""},
		"http, pinned":            {"http://a.org/f.gguf#sha256=" + strings.ToUpper(sum), "http/a.org/f-2db6b2a7.gguf", "http://a.org/f.gguf#sha256=" + sum},
		"a download link":         {"https://huggingface.co/o/r/resolve/main/f.gguf?download=true", "hf/o/r/f.gguf", "hf:o/r/f.gguf"},
		"a page about a file":     {"https://huggingface.co/o/r/blob/v1/q/f.gguf", "hf/o/r@v1/q/f.gguf", "hf:o/r/q/f.gguf@v1"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Parse(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := filepath.ToSlash(r.place()); got != c.place {
				t.Errorf("lies at %s, want %s", got, c.place)
			}
			if c.back == "" {
				c.back = c.text
			}
			if r.String() != c.back {
				t.Errorf("is %s, want %s", r, c.back)
			}
			if again, err := Parse(r.String()); err != nil || again != r {
				t.Errorf("read again it is %+v, %v, not %+v", again, err, r)
			}
		})
	}
	for name, c := range map[string]struct{ text, want string }{
		"nothing":             {"", `"" names no model file; write hf:owner/repo/FILE.gguf`},
		"a path":              {"models/f.gguf", "names no model file"},
		"a repository":        {"hf:o/r", "names no file of a repository"},
		"no repository":       {"hf:o r/x/f.gguf", `"o r/x" is no repository`},
		"upwards":             {"hf:o/r/../../../f.gguf", "is no path of a file"},
		"a hidden owner":      {"hf:../r/f.gguf", `"../r" is no repository`},
		"a backslash":         {`hf:o/r/..\f.gguf`, "is no path of a file"},
		"another format":      {"hf:o/r/model.safetensors", "model.safetensors is no GGUF file by its name"},
		"an empty revision":   {"hf:o/r/f.gguf@", `"" is no revision`},
		"an upward revision":  {"hf:o/r/f.gguf@../x", "is no revision"},
		"an upward address":   {"https://a.org/../../f.gguf", "is no path of a file"},
		"a hidden upward one": {"https://a.org/%2e%2e/f.gguf", "is no path of a file"},
		"http":                {"http://a.org/f.gguf", "pin it with #sha256=HEX"},
		"a wrong pin":         {"https://a.org/f.gguf#sha256=12", "64 hexadecimal digits"},
		"another pin":         {"https://a.org/f.gguf#md5=12", "pins nothing"},
		"no host":             {"https:///f.gguf", "no address of a file"},
		"a password":          {"https://me:pw@a.org/f.gguf", "no address of a file"},
		"a known page":        {"https://huggingface.co/o/r", "is no GGUF file by its name"},
	} {
		t.Run(name, func(t *testing.T) {
			if r, err := Parse(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, %v, want %q", r, err, c.want)
			}
		})
	}
}

func TestExpand(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a short name":      {"smolvlm-256m", "hf:ggml-org/SmolVLM-256M-Instruct-GGUF/SmolVLM-256M-Instruct-Q8_0.gguf hf:ggml-org/SmolVLM-256M-Instruct-GGUF/mmproj-SmolVLM-256M-Instruct-Q8_0.gguf"},
		"a file":            {"hf:o/r/f.gguf", "hf:o/r/f.gguf"},
		"a split file":      {"hf:o/r/f-00002-of-00003.gguf", "hf:o/r/f-00001-of-00003.gguf hf:o/r/f-00002-of-00003.gguf hf:o/r/f-00003-of-00003.gguf"},
		"split, an address": {"https://a.org/f-00001-of-00002.gguf", "https://a.org/f-00001-of-00002.gguf https://a.org/f-00002-of-00002.gguf"},
	} {
		t.Run(name, func(t *testing.T) {
			refs, err := Expand(c.text)
			var got []string
			for _, r := range refs {
				got = append(got, r.String())
			}
			if strings.Join(got, " ") != c.want || err != nil {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	if _, err := Expand("smolvlm256"); err == nil || err.Error() != "there is no model smolvlm256; did you mean smolvlm-256m?" {
		t.Errorf("got %v", err)
	}
}

// The table can be read back, and every pair is two files of one repository.
func TestKnown(t *testing.T) {
	if len(AllKnown()) < 6 {
		t.Fatalf("%d models are known", len(AllKnown()))
	}
	for _, k := range AllKnown() {
		for _, r := range []Ref{k.Model, k.MMProj} {
			if again, err := Parse(r.String()); err != nil || again != r {
				t.Errorf("%s: %v reads as %v, %v", k.Name, r, again, err)
			}
		}
		if k.Model.repo != k.MMProj.repo || !strings.HasPrefix(k.MMProj.file, "mmproj-") || k.MB < 100 {
			t.Errorf("%+v is no pair", k)
		}
		if k.Model.ShortName() != k.Name || k.MMProj.ShortName() != k.Name+" mmproj" {
			t.Errorf("%s is called %s and %s", k.Name, k.Model.ShortName(), k.MMProj.ShortName())
		}
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{-1: "unknown size", 0: "0 bytes", 999: "999 bytes", 1000: "1.0 kB", 175054528: "175.1 MB", 999_960_000: "1.0 GB", 1_112_242_368: "1.1 GB"} {
		if got := Bytes(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}
