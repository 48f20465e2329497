package main

import (
	"bytes"
	"context"
	"fmt"
	stdimage "image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/backendtest"
)

// shell is the config of a script.
func shell(script string, more ...any) map[string]any {
	c := map[string]any{"run": []any{"sh", "-c", script}, "dir": os.TempDir()}
	for i := 0; i < len(more); i += 2 {
		c[more[i].(string)] = more[i+1]
	}
	return c
}

func configured(t *testing.T, config map[string]any) *command {
	t.Helper()
	c := &command{log: io.Discard}
	if err := c.Configure(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func ask(ctx context.Context, c *command, prompt string) (sdk.Response, error) {
	return c.Generate(ctx, sdk.Request{ID: "case " + prompt, Messages: []sdk.Message{{Role: sdk.User, Parts: []sdk.Part{{Text: prompt}}}}}, nil)
}

// stays answers lines until its input ends; what it does by prompt comes first.
const stays = `while read -r line; do id=${line#*\"id\":\"}; id=${id%%%%\"*}
case $line in
%s
esac
printf '{"id":"%%s","text":" red "}\n' "$id"
done`

func TestConformance(t *testing.T) {
	for name, config := range map[string]map[string]any{
		"a process for each": shell("cat >/dev/null; echo red", "concurrency", 3),
		"as JSON":            shell(`cat >/dev/null; echo '{"text": "red", "finish": "length"}'`, "output", "json", "max_images", 2),
		"one that stays":     shell(fmt.Sprintf(stays, "none) ;;"), "mode", "lines", "concurrency", 2),
	} {
		t.Run(name, func(t *testing.T) { backendtest.Run(t, &command{log: io.Discard}, backendtest.Options{Config: config}) })
	}
}

// What the command is told, and its environment.
func TestInput(t *testing.T) {
	t.Setenv("VLMSPEC_BACKEND_TLS", "private")
	t.Setenv("PASSED_ON", "yes")
	image := filepath.Join(t.TempDir(), "a.png")
	var data bytes.Buffer
	if err := png.Encode(&data, stdimage.NewGray(stdimage.Rect(0, 0, 4, 3))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(image, data.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	c := configured(t, shell(`cat; echo "$PASSED_ON$VLMSPEC_BACKEND_TLS"; pwd`))
	req := sdk.Request{ID: "7", Messages: []sdk.Message{
		{Role: sdk.System, Parts: []sdk.Part{{Text: "Be short."}}},
		{Role: sdk.User, Parts: []sdk.Part{{Text: "See "}, {Image: &sdk.Image{Path: image, MediaType: "image/png", Width: 4, Height: 3, SHA256: "ab"}}, {Text: "?"}}},
	}, Params: sdk.Params{MaxTokens: 5, Seed: 3, Extra: map[string]any{"k": "v"}}}
	r, err := c.Generate(t.Context(), req, nil)
	want := fmt.Sprintf(`{"id":"7","prompt":"See \u003cimage\u003e?","images":[%q],"system":"Be short.","messages":[{"role":"system","parts":[{"text":"Be short."}]},`+
		`{"role":"user","parts":[{"text":"See "},{"image":{"path":%q,"media_type":"image/png","width":4,"height":3,"sha256":"ab"}},{"text":"?"}]}],"params":{"max_tokens":5,"temperature":0,"seed":3,"extra":{"k":"v"}}}`, image, image)
	if lines := strings.Split(r.Text, "\n"); err != nil || lines[0] != want || lines[1] != "yes" {
		t.Errorf("%v\n%s\nwant\n%s", err, r.Text, want)
	}
}

func TestCommandsThatBehaveBadly(t *testing.T) {
	for name, test := range map[string]struct {
		config map[string]any
		words  string // of the error; "" answers red
	}{
		"prints for ever":                  {shell("yes"), "sh printed more than output_mb allows (1 MB)"},
		"complains for ever, then answers": {shell("yes | head -c 3000000 >&2; echo red"), ""},
		"says nothing":                     {shell("cat >/dev/null"), "sh ended well and printed nothing"},
		"prints white space":               {shell("echo; echo ' '"), "sh ended well and printed nothing"},
		"fails":                            {shell("echo red; echo no weights >&2; exit 3"), "sh ended with exit status 3: no weights"},
		"kills itself":                     {shell("echo red; kill -9 $$"), "sh ended with signal: killed"},
		"does not read":                    {shell("exec </dev/null; echo red"), ""},
		"leaves a helper":                  {shell("sleep 1000 & echo red"), ""},
		"prints bytes":                     {shell(`printf '\377\376'`), "no UTF-8"},
		"no JSON":                          {shell("echo red", "output", "json"), `sh printed "red", expected {"text": "..."}`},
		"JSON without an answer":           {shell("echo '{}'", "output", "json"), `without "text"`},
		"JSON and more":                    {shell(`echo '{"text": "red"}{}'`, "output", "json"), "there is more after it"},
		"an unknown key":                   {shell(`echo '{"txt": "red"}'`, "output", "json"), `unknown field "txt"`},
		"an error of its own":              {shell(`echo '{"error": "too dark"}'`, "output", "json"), "sh: too dark"},
		"an unknown end":                   {shell(`echo '{"text": "red", "finish": "bored"}'`, "output", "json"), "finish bored"},
		"a log-probability above 0":        {shell(`echo '{"text": "red", "logprobs": [0.1]}'`, "output", "json"), "log-probability above 0"},
		"stays and prints for ever":        {shell("yes", "mode", "lines"), "more than output_mb allows"},
		"stays and prints one long line":   {shell("yes | tr -d '\\n'", "mode", "lines"), "more than output_mb allows"},
		"stays and ends":                   {shell("read -r line; echo bye >&2; exit 4", "mode", "lines"), "sh ended with exit status 4: bye"},
		"stays and ends well":              {shell("read -r line", "mode", "lines"), "sh ended without an answer"},
		"stays and answers another":        {shell(`read -r line; echo '{"id": "x", "text": "red"}'`, "mode", "lines"), `answered "x" when it was asked "case red"`},
		"stays and talks besides":          {shell(`read -r line; echo loading; echo '{"id": "case red", "text": "red"}'; sleep 1000`, "mode", "lines"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := ask(t.Context(), configured(t, test.config), "red")
			if test.words == "" && (err != nil || r.Text != "red") || test.words != "" && (err == nil || !strings.Contains(err.Error(), test.words) || sdk.KindOf(err) == sdk.Unavailable) {
				t.Errorf("%q, %v", r.Text, err)
			}
		})
	}
}

// Who ignores SIGTERM or is stopped ends with its call, and its children with it.
func TestCallsThatEnd(t *testing.T) {
	for _, mode := range []string{"case", "lines"} {
		for name, script := range map[string]string{
			"ignores signals": "trap '' TERM INT HUP; sleep 1000 & echo $! >%s; wait", "is stopped": "sleep 1000 & echo $! >%s; kill -STOP $$",
		} {
			t.Run(mode+" "+name, func(t *testing.T) {
				file := filepath.Join(t.TempDir(), "pid")
				c := configured(t, shell(fmt.Sprintf(script, file), "mode", mode))
				ctx, cancel := context.WithCancel(t.Context())
				go func() {
					for { // its child is there
						if data, _ := os.ReadFile(file); len(data) > 0 {
							break
						}
						time.Sleep(time.Millisecond)
					}
					cancel()
				}()
				if _, err := ask(ctx, c, "red"); err == nil || ctx.Err() == nil {
					t.Errorf("%v", err)
				}
				if mode == "case" {
					return
				}
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if p := <-c.idle; p != nil {
					t.Errorf("the process of child %s is used again", data)
				}
				c.idle <- nil
			})
		}
	}
}

// A call that fails costs itself: the next one starts a fresh process.
func TestProcessThatStaysIsReplaced(t *testing.T) {
	script := fmt.Sprintf(stays, `*'"prompt":"die"'*) echo no >&2; exit 3 ;;
*'"prompt":"pid"'*) printf '{"id":"%s","text":"%s"}\n' "$id" $$; continue ;;
*'"prompt":"noise"'*) printf '{"id":"%s",\n' "$id"; continue ;;`)
	c := configured(t, shell(script, "mode", "lines"))
	first, err := ask(t.Context(), c, "pid")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := ask(t.Context(), c, "pid"); err != nil || again.Text != first.Text {
		t.Errorf("%s, then %s (%v): it did not stay", first.Text, again.Text, err)
	}
	for _, bad := range []string{"die", "noise"} {
		if _, err := ask(t.Context(), c, bad); err == nil {
			t.Errorf("%s was answered", bad)
		}
		if r, err := ask(t.Context(), c, "what"); err != nil || r.Text != "red" {
			t.Errorf("after %s: %q, %v", bad, r.Text, err)
		}
	}
}

func TestMemory(t *testing.T) {
	if _, err := os.Stat("/proc/self/limits"); err != nil {
		t.Skip("memory is limited on Linux only")
	}
	c := configured(t, shell(`sleep 0.1; x=$(head -c 100000000 /dev/zero | tr '\0' a); echo ${#x}`, "memory_mb", 32))
	if r, err := ask(t.Context(), c, "red"); err == nil {
		t.Errorf("it holds %s bytes", r.Text)
	}
}

func TestMistakesInTheConfig(t *testing.T) {
	for name, test := range map[string]struct {
		config map[string]any
		words  string
	}{
		"no program":   {map[string]any{"run": []any{"no-such-program-anywhere"}, "dir": "/"}, "cannot be started"},
		"no such path": {map[string]any{"run": []any{"./no/such"}, "dir": "/"}, "there is no program /no/such"},
		"no folder":    {map[string]any{"run": []any{"sh"}, "dir": "/no/such"}, "is no folder"},
		"no file":      {shell("x", "files", []any{"no-such-file"}), "files: "},
	} {
		if err := (&command{}).Configure(t.Context(), test.config); sdk.KindOf(err) != sdk.InvalidConfig || !strings.Contains(err.Error(), test.words) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Answers are cached by the files that the config names, and not without.
func TestDigest(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, "weights"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	digest := func(files ...any) string {
		info, _ := configured(t, shell("echo red", "files", files, "dir", dir)).Describe(t.Context())
		return info.ModelDigest
	}
	write("one")
	first := digest("weights")
	write("two")
	if second := digest("weights"); first == "" || first == second {
		t.Errorf("%q and %q", first, second)
	}
	if info, _ := configured(t, shell("echo red")).Describe(t.Context()); info.ModelDigest != "" {
		t.Error("what it depends on is not known, and it has a digest")
	}
}
