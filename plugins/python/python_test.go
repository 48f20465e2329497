package python_test

import (
	"cmp"
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/vlmspec/vlmspec/plugins/host"
	backendv1 "github.com/vlmspec/vlmspec/plugins/proto/vlmspec/backend/v1"
	"github.com/vlmspec/vlmspec/plugins/python"
	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/backendtest"
)

// interpreter is a Python that has what a backend needs: the one that
// $VLMSPEC_TEST_PYTHON names, else python3.
func interpreter(t testing.TB) string {
	t.Helper()
	path, why := usable()
	if why != "" {
		t.Skip(why)
	}
	return path
}

var usable = sync.OnceValues(func() (path, why string) {
	const hint = "; `make test-python` makes an environment"
	path, err := exec.LookPath(cmp.Or(os.Getenv("VLMSPEC_TEST_PYTHON"), "python3"))
	if err != nil {
		return "", err.Error() + hint
	}
	if out, err := exec.Command(path, "-c", "import grpc, google.protobuf").CombinedOutput(); err != nil {
		return "", path + " lacks grpcio or protobuf" + hint + ": " + string(out)
	}
	return path, ""
})

// open starts the backend of a file.
func open(t testing.TB, file string, config map[string]any) (*host.Backend, error) {
	t.Helper()
	full := map[string]any{"file": file}
	if config["python"] == nil {
		full["python"] = interpreter(t)
	}
	maps.Copy(full, config)
	b, err := host.Open(t.Context(), host.Options{Name: "mine", Plugin: python.Name, Config: full, Dir: here(t)})
	if err == nil {
		t.Cleanup(func() {
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return b, err
}

func here(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// written is a file with some Python.
func written(t testing.TB, name, code string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func ask(prompt string, images ...*sdk.Image) sdk.Request {
	m := sdk.Message{Role: sdk.User}
	for _, i := range images {
		m.Parts = append(m.Parts, sdk.Part{Image: i})
	}
	m.Parts = append(m.Parts, sdk.Part{Text: prompt})
	return sdk.Request{ID: "test", Messages: []sdk.Message{m}}
}

const dot = "../../fixtures/shapes/red-circle.png"

func image(t testing.TB) *sdk.Image {
	t.Helper()
	path, err := filepath.Abs(dot)
	if err != nil {
		t.Fatal(err)
	}
	return &sdk.Image{Path: path, MediaType: "image/png", Width: 64, Height: 64}
}

func TestAnswers(t *testing.T) {
	b, err := open(t, "testdata/obedient.py", map[string]any{"size": 5.0, "scale": 2.0, "mark": "there", "names": []any{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ prompt, want string }{
		{"say hello", "hello"},
		{"say \n trimmed \t", "trimmed"},
		{"say ü 漢 🙂", "ü 漢 🙂"},
		{"say ", ""},
		{"config", "2.0 5 fast ['a']"},
		{"mark", "PosixPath True"},
		{"chat", "user iit"},
		{"thread", "True"},
		{"words one two  three", "one two three"},
		{"tokens a b c", "abc"},
		{"ends cut off", "cut off"},
		{"surrogate", "a?b"},
		{"loud", "loud"},
		{"fork", "the parent"},
		{"say after a fork", "after a fork"},
		{"helper", "left"},
		{"read", "''"},
		{"secret", ""},
	} {
		r, err := b.Generate(t.Context(), ask(c.prompt, image(t), image(t)), nil)
		if err != nil || r.Text != c.want {
			t.Errorf("%s: %q, %v; expected %q", c.prompt, r.Text, err, c.want)
		}
		if cut := c.prompt == "ends cut off"; (r.Finish == sdk.FinishLength) != cut || (r.Reasoning == "I thought") != cut || (len(r.Images) == 2) != cut {
			t.Errorf("%s: %+v", c.prompt, r)
		}
		if (len(r.LogProbs) == 3 && r.Usage.OutputTokens == 3) != (c.prompt == "tokens a b c") {
			t.Errorf("%s: log-probabilities %v, %+v", c.prompt, r.LogProbs, r.Usage)
		}
	}
	if b.Starts() != 1 {
		t.Errorf("it was started %d times", b.Starts())
	}
}

func TestParams(t *testing.T) {
	b, err := open(t, "testdata/obedient.py", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, prompt string
		params       sdk.Params
		want         string
		finish       sdk.FinishReason
	}{
		{"as given", "parameters", sdk.Params{MaxTokens: 9, Temperature: 0.5, Seed: 4, Extra: map[string]any{"a": "b"}}, "9 0.5 4 [] {'a': 'b'}", sdk.FinishStop},
		{"a stop string", "say one STOP two", sdk.Params{Stop: []string{"two", "STOP"}}, "one", sdk.FinishStop},
		{"a stop string over several pieces", "words one two three", sdk.Params{Stop: []string{"o th"}}, "one tw", sdk.FinishStop},
		{"the most tokens", "tokens a b c d", sdk.Params{MaxTokens: 2}, "ab", sdk.FinishLength},
	} {
		t.Run(c.name, func(t *testing.T) {
			req := ask(c.prompt)
			req.Params = c.params
			var emitted strings.Builder
			r, err := b.Generate(t.Context(), req, func(s string) { emitted.WriteString(s) })
			if err != nil || r.Text != c.want || r.Finish != c.finish {
				t.Errorf("%q %s, %v; expected %q %s", r.Text, r.Finish, err, c.want, c.finish)
			}
			if got := strings.TrimSpace(emitted.String()); got != c.want {
				t.Errorf("it emitted %q; expected %q", got, c.want)
			}
		})
	}
}

func TestMistakes(t *testing.T) {
	b, err := open(t, "testdata/obedient.py", nil)
	if err != nil {
		t.Fatal(err)
	}
	missing := &sdk.Image{Path: "/nowhere/a.png", MediaType: "image/png", Width: 1, Height: 1}
	for _, c := range []struct {
		prompt string
		images []*sdk.Image
		kind   sdk.ErrorKind
		want   string
	}{
		{"boom", nil, sdk.Internal, "testdata/obedient.py:93: ValueError: bad thing"},
		{"late", nil, sdk.Internal, "testdata/obedient.py:99: KeyError: 'later'"},
		{"unknown", nil, sdk.Internal, "testdata/obedient.py:27: KeyError: 'unknown'"},
		{"leave", nil, sdk.Internal, "the code called sys.exit(3)"},
		{"interrupt", nil, sdk.Internal, "KeyboardInterrupt"},
		{"nothing", nil, sdk.Internal, "testdata/obedient.py:24: the function returned None; expected str, vlmspec.Answer, or an iterator of str or vlmspec.Token"},
		{"number", nil, sdk.Internal, "the function returned int ('7'); expected str"},
		{"coroutine", nil, sdk.Internal, "a coroutine (write def in place of async def)"},
		{"bytes", nil, sdk.Internal, "the function yielded bytes"},
		{"positive", nil, sdk.Internal, "a log-probability is 0.5; expected a natural logarithm, at most 0"},
		{"finish", nil, sdk.Internal, `the answer's finish is 'eos'; expected "stop" or "length"`},
		{"sizes", nil, sdk.Internal, "shown has 3 sizes, where 0 images were shown"},
		{"awkward", nil, sdk.Internal, "Awkward: (its text cannot be made: RuntimeError)"},
		{"refuse", nil, sdk.InvalidRequest, "the prompt is too long"},
		{"busy", nil, sdk.Unavailable, "come back later"},
		{"say it", []*sdk.Image{missing}, sdk.InvalidRequest, "image /nowhere/a.png: there is no such file"},
		{"say it", []*sdk.Image{image(t), image(t), image(t), image(t)}, sdk.InvalidRequest, "the request has 4 images, and answer takes at most 3"},
		{"crash", nil, sdk.Crashed, "backend mine crashed: the last words"},
	} {
		r, err := b.Generate(t.Context(), ask(c.prompt, c.images...), nil)
		if err == nil || sdk.KindOf(err) != c.kind || !strings.Contains(lastLine(err), c.want) {
			t.Errorf("%s: %q, %v (%s); expected %s (%s)", c.prompt, r.Text, err, sdk.KindOf(err), c.want, c.kind)
		}
	}
	if r, err := b.Generate(t.Context(), ask("say again"), nil); err != nil || r.Text != "again" {
		t.Errorf("after a crash: %q, %v", r.Text, err)
	}
}

// lastLine leaves what a crashed process printed before its last words out.
func lastLine(err error) string {
	first, rest, found := strings.Cut(err.Error(), ": ")
	lines := strings.Split(rest, "\n")
	if !found || !strings.HasSuffix(first, "crashed") {
		return err.Error()
	}
	return first + ": " + lines[len(lines)-1]
}

// Whoever is told to stop stops, and goes on with the next call in the same process.
func TestCancel(t *testing.T) {
	b, err := open(t, "testdata/obedient.py", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, prompt := range []string{"wait", "drip"} {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := b.GenerateAhead(ctx, ask(prompt), cancel)
		if err == nil {
			t.Errorf("%s: it answered", prompt)
		}
	}
	if r, err := b.Generate(t.Context(), ask("say next"), nil); err != nil || r.Text != "next" || b.Starts() != 1 {
		t.Errorf("%q, %v, after %d starts", r.Text, err, b.Starts())
	}
}

func TestFiles(t *testing.T) {
	const good = "import vlmspec\n@vlmspec.backend\ndef answer(images, messages, params):\n  return 'x'\n"
	for name, c := range map[string]struct {
		name, code string
		config     map[string]any
		want       string
	}{
		"no file":              {"", "", nil, "there is no file"},
		"a syntax error":       {"mine.py", "def f(:\n", nil, "mine.py:1: SyntaxError: "},
		"a missing package":    {"mine.py", "\nimport no_such_package\n", nil, "mine.py:2: No module named 'no_such_package'; install it for "},
		"an error":             {"mine.py", "1/0", nil, "mine.py:1: ZeroDivisionError: division by zero"},
		"sys.exit":             {"mine.py", "import sys\nsys.exit()", nil, "the code called sys.exit(None)"},
		"no backend":           {"mine.py", "x = 1", nil, "declares no backend; decorate a function"},
		"two backends":         {"mine.py", good + strings.ReplaceAll(good, "answer", "other"), nil, "declares several backends: answer, other; say which with `function: answer`"},
		"another function":     {"mine.py", good, map[string]any{"function": "ask"}, "declares no backend ask; it declares answer"},
		"a name that is taken": {"json.py", good, nil, "is called like the Python module json, which it would hide; rename it"},
		"an unknown key":       {"mine.py", good, map[string]any{"checkpoint": "x"}, `unknown key "checkpoint"; the backend takes file, function, python`},
		"a reserved name":      {"mine.py", "import vlmspec\n@vlmspec.backend(setup=lambda file: 1)\ndef f(a, b, c, d): return ''", nil, "setup has a parameter 'file'"},
		"no text":              {"mine.py", good, map[string]any{"function": 3.0}, "config: function is 3; expected a text"},
		"a bad fingerprint":    {"mine.py", strings.Replace(good, "backend\n", "backend(fingerprint=lambda: 3)\n", 1), nil, "the fingerprint is 3; expected a str"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "missing.py")
			if c.name != "" {
				path = written(t, c.name, c.code)
			}
			_, err := open(t, path, c.config)
			if err == nil || !strings.Contains(err.Error(), c.want) || sdk.KindOf(err) != sdk.InvalidConfig {
				t.Errorf("%v (%s); expected %q", err, sdk.KindOf(err), c.want)
			}
		})
	}
}

func TestConfig(t *testing.T) {
	for name, c := range map[string]struct {
		config map[string]any
		want   string
	}{
		"a wrong type":    {map[string]any{"size": "big"}, "size: got string, want integer"},
		"a wrong choice":  {map[string]any{"mode": "medium"}, "mode: value must be one of 'fast', 'slow'"},
		"setup raises":    {map[string]any{"size": 13.0}, "testdata/obedient.py:18: FileNotFoundError: no checkpoint there"},
		"setup calls out": {map[string]any{"size": 14.0}, "the code called sys.exit('I leave')"},
	} {
		_, err := open(t, "testdata/obedient.py", c.config)
		if err == nil || !strings.Contains(err.Error(), c.want) || sdk.KindOf(err) != sdk.InvalidConfig {
			t.Errorf("%s: %v (%s); expected %q", name, err, sdk.KindOf(err), c.want)
		}
	}
}

// A Python without the packages is a mistake that is said, not a crash.
func TestMissingPackages(t *testing.T) {
	path := interpreter(t)
	bare := written(t, "bare", "#!/bin/sh\nexec "+path+" -I -S \"$@\"\n")
	if err := os.Chmod(bare, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := open(t, "testdata/obedient.py", map[string]any{"python": bare})
	if sdk.KindOf(err) != sdk.InvalidConfig || !strings.Contains(err.Error(), "has no package grpcio, which a backend in Python needs") {
		t.Errorf("%v (%s)", err, sdk.KindOf(err))
	}
}

// What is known of a backend changes with everything that its answers depend on.
func TestFingerprint(t *testing.T) {
	const code = `
import vlmspec, pathlib
import beside
def setup(model: pathlib.Path): return model
@vlmspec.backend(setup=setup, fingerprint=lambda path: path)
def answer(images, messages, params, model): return 'x'
`
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	digest := func(t *testing.T) string {
		t.Helper()
		b, err := open(t, filepath.Join(dir, "mine.py"), map[string]any{"model": filepath.Join(dir, "weights")})
		if err != nil {
			t.Fatal(err)
		}
		info, err := b.Describe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return info.ModelDigest
	}
	put("mine.py", code)
	put("beside.py", "x = 1")
	put("later.py", "x = 1")
	put("weights/a/b.bin", "w")
	seen := map[string]string{digest(t): "at first"}
	if again := digest(t); seen[again] == "" || len(again) != len("sha256:")+64 {
		t.Errorf("it is %s at once again", again)
	}
	for _, change := range [][2]string{
		{"mine.py", code + "#"},
		{"beside.py", "x = 2"},
		{"later.py", "x = 2"},
		{"weights/a/b.bin", "v"},
		{"weights/c", ""},
	} {
		put(change[0], change[1])
		d := digest(t)
		if was := seen[d]; was != "" {
			t.Errorf("after a change of %s it is still as %s", change[0], was)
		}
		seen[d] = "after a change of " + change[0]
	}
	b, err := open(t, written(t, "silent.py", "import vlmspec\n@vlmspec.backend\ndef a(i, m, p): return ''"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if info, _ := b.Describe(t.Context()); info.ModelDigest != "" {
		t.Errorf("a backend that says nothing of its model has digest %s", info.ModelDigest)
	}
}

// The code of the protocol for Python is that of backend.proto.
func TestProtocolCode(t *testing.T) {
	const program = `
import sys
sys.path.insert(0, ".")
from vlmspec._proto import backend_pb2
sys.stdout.buffer.write(backend_pb2.DESCRIPTOR.serialized_pb)
`
	out, err := exec.Command(interpreter(t), "-B", "-c", program).Output()
	if err != nil {
		t.Fatal(err)
	}
	var got descriptorpb.FileDescriptorProto
	if err := proto.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	want := protodesc.ToFileDescriptorProto(backendv1.File_vlmspec_backend_v1_backend_proto)
	got.Name = want.Name
	for _, m := range want.GetMessageType() { // protoc leaves the names in JSON out
		for _, f := range append(m.GetField(), fieldsOf(m.GetNestedType())...) {
			f.JsonName = nil
		}
	}
	if !proto.Equal(&got, want) {
		t.Error("run make generate-python")
	}
}

func fieldsOf(messages []*descriptorpb.DescriptorProto) (all []*descriptorpb.FieldDescriptorProto) {
	for _, m := range messages {
		all = append(all, m.GetField()...)
	}
	return all
}

// The package passes what every backend must, by a function and by a program of its own.
func TestConformance(t *testing.T) {
	config := map[string]any{"file": filepath.Join(here(t), "testdata/conformance.py"), "python": interpreter(t)}
	f, err := host.FindFor(python.Name, config, here(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("a file", func(t *testing.T) { backendtest.Found(t, f, backendtest.Options{Config: config}) })
	t.Run("a program", func(t *testing.T) {
		t.Setenv("PYTHONPATH", here(t))
		t.Setenv("PYTHONDONTWRITEBYTECODE", "1")
		program := host.Found{Name: "own", Path: interpreter(t), Args: []string{filepath.Join(here(t), "testdata/conformance.py")}}
		backendtest.Found(t, program, backendtest.Options{})
	})
}

// A call of a function that does nothing: aim for less than 2 ms.
func BenchmarkCall(b *testing.B) {
	for name, concurrency := range map[string]string{"one by one": "1", "8 at once": "8"} {
		b.Run(name, func(b *testing.B) {
			path := written(b, "instant.py", "import vlmspec\n@vlmspec.backend(concurrency="+concurrency+")\ndef answer(images, messages, params):\n  return 'x'\n")
			backend, err := open(b, path, nil)
			if err != nil {
				b.Fatal(err)
			}
			img := image(b)
			b.SetParallelism(4) // times the processors
			b.ResetTimer()
			if concurrency == "1" {
				for b.Loop() {
					if _, err := backend.Generate(b.Context(), ask("x", img), nil); err != nil {
						b.Fatal(err)
					}
				}
				return
			}
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := backend.Generate(b.Context(), ask("x", img), nil); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
