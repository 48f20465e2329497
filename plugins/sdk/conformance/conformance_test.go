package conformance

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/plugins/internal/wire"
	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/plugin"
)

const flag = "-backend="

// The test binary is a backend, too, which does one thing wrong.
func TestMain(m *testing.M) {
	if fault, ok := strings.CutPrefix(os.Args[len(os.Args)-1], flag); ok {
		if fault == "silent by hand" && os.Getenv(wire.Handshake.MagicCookieKey) == "" {
			os.Exit(0)
		}
		if fault == "outlives vlmspec" {
			os.Stdin, _ = os.Open(os.DevNull)
		}
		plugin.Serve(&backend{fault: fault})
	}
	endTime = 3 * time.Second
	os.Exit(m.Run())
}

// backend says how bright an image is, with one fault.
type backend struct {
	fault string
	busy  atomic.Int32
}

func (b *backend) Configure(_ context.Context, config map[string]any) error {
	if path, ok := config["model"].(string); ok && b.fault != "takes any file" {
		if _, err := os.Stat(path); err != nil {
			if b.fault == "vague" {
				return err
			}
			return sdk.Errorf(sdk.InvalidConfig, "%w", err)
		}
	}
	if b.fault == "leaves a helper" {
		return exec.Command("setsid", "sleep", "60").Start()
	}
	return nil
}

func (b *backend) Describe(context.Context) (sdk.Info, error) {
	info := sdk.Info{
		Name: "good", Version: "1", Model: "none", PathKeys: []string{"model"},
		ConfigSchema: []byte(`{"type": "object", "additionalProperties": false, "properties": {"model": {"type": "string"}}}`),
		Capabilities: sdk.Capabilities{MaxImages: 2, Concurrency: 2, Seeds: true, LogProbs: true, Streaming: true},
	}
	switch b.fault {
	case "has no name":
		info.Name = ""
	case "takes any key":
		info.ConfigSchema = []byte(`{"type": "object"}`)
	case "has no model":
		info.Model = ""
	}
	return info, nil
}

func (b *backend) Generate(ctx context.Context, req sdk.Request, emit func(string)) (sdk.Response, error) {
	defer b.busy.Add(-1)
	if b.busy.Add(1) > 1 && b.fault == "answers one at a time" {
		return sdk.Response{}, sdk.Errorf(sdk.Internal, "busy")
	}
	select {
	case <-ctx.Done():
		if b.fault == "does not stop" {
			time.Sleep(4 * time.Second)
		}
		return sdk.Response{}, ctx.Err()
	case <-time.After(5 * time.Millisecond):
	}
	text, images, err := b.look(req)
	if err != nil {
		return sdk.Response{}, err
	}
	r := sdk.Response{Text: text, Finish: sdk.FinishStop, LogProbs: []float64{-1}}
	random := b.fault == "answers at random" || b.fault == "ignores the seed" && req.Params.Temperature > 0
	switch {
	case random:
		r.Text = fmt.Sprint(rand.Int())
	case b.fault == "does not trim":
		r.Text += " "
	case b.fault == "has no log-probabilities":
		r.LogProbs = nil
	case b.fault == "takes one image" && images > 1:
		return r, sdk.Errorf(sdk.InvalidRequest, "one image, please")
	}
	if emit != nil {
		first, second := r.Text[:len(r.Text)/2], r.Text[len(r.Text)/2:]
		if b.fault == "emits in disorder" {
			first, second = second, first
		}
		emit(first)
		emit(second)
	}
	return r, nil
}

// look reads the images.
func (b *backend) look(req sdk.Request) (text string, images int, err error) {
	for _, p := range req.Messages[0].Parts {
		if p.Image == nil || b.fault == "does not look at images" {
			continue
		}
		images++
		data := p.Image.Bytes
		if p.Image.Path != "" {
			if data, err = os.ReadFile(p.Image.Path); err != nil {
				return "", images, sdk.Errorf(sdk.InvalidRequest, "%w", err)
			}
		} else if b.fault == "reads paths only" {
			return "", images, sdk.Errorf(sdk.InvalidRequest, "no path")
		}
		c, err := png.DecodeConfig(bytes.NewReader(data))
		if b.fault == "crashes on a bad image" && (err != nil || c.Width > 1000) {
			os.Exit(2)
		}
		if err != nil || c.Width > 1000 {
			return "", images, sdk.Errorf(sdk.InvalidRequest, "not for me: %v", err)
		}
		text += fmt.Sprintf("%d by %d", c.Width, c.Height)
	}
	if images > 2 && b.fault != "takes any number of images" {
		return "", images, sdk.Errorf(sdk.InvalidRequest, "two images, please")
	}
	return text + "!", images, nil
}

func (b *backend) Close() error {
	if b.fault == "is slow to end" {
		time.Sleep(4 * time.Second)
	}
	return nil
}

func check1(t *testing.T, fault string) []Result {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Config: map[string]any{"model": exe}}
	return Program(t.Context(), host.Found{Name: "good", Path: exe, Args: []string{flag + fault}}, o, func(Result) {})
}

// Every check fails for the backend that has its fault, and no other does.
func TestFaults(t *testing.T) {
	for fault, want := range map[string][]string{
		"":                           nil,
		"silent by hand":             {"refuses to run by hand"},
		"has no name":                {"describes itself before it is configured"},
		"takes any key":              {"describes itself before it is configured"},
		"has no model":               {"takes its config"},
		"takes any file":             {"refuses a config that is wrong"},
		"vague":                      {"refuses a config that is wrong"},
		"does not trim":              {"answers", "emits the answer in order"},
		"answers at random":          {"answers the same again", "honours the seed", "takes an image by content"},
		"ignores the seed":           {"honours the seed"},
		"has no log-probabilities":   {"gives log-probabilities"},
		"emits in disorder":          {"emits the answer in order"},
		"takes one image":            {"takes two images"},
		"reads paths only":           {"takes an image by content"},
		"answers one at a time":      {"answers several calls at once", "computes no more calls at once than it says"},
		"does not stop":              {"stops when it is told to"},
		"takes any number of images": {"refuses too many images"},
		"does not look at images":    {"refuses too many images", "refuses a missing image", "refuses a damaged image", "refuses an image of 3.6 billion pixels"},
		"crashes on a bad image":     {"refuses a damaged image", "refuses an image of 3.6 billion pixels"},
		"is slow to end":             {"ends when it is told to, and leaves nothing behind"},
		"leaves a helper":            {"ends when it is told to, and leaves nothing behind"},
		"outlives vlmspec":           {"ends when vlmspec is gone"},
	} {
		t.Run(fault, func(t *testing.T) {
			if _, err := os.Stat("/proc/self/environ"); err != nil && fault == "leaves a helper" {
				t.Skip("processes cannot be listed here")
			}
			t.Parallel()
			var failed []string
			for _, r := range check1(t, fault) {
				if r.Outcome == Failed {
					failed = append(failed, r.Name)
					t.Log(r.Name, r.Notes)
				}
			}
			if vital := fault == "does not trim" || fault == "has no name" || fault == "takes any key" || fault == "has no model"; vital {
				want = want[:1] // nothing more is checked
			}
			if !slices.Equal(failed, want) {
				t.Errorf("failed %q, expected %q", failed, want)
			}
		})
	}
}

// A backend in process is checked by the same checks.
func TestBackend(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for fault, want := range map[string]int{"": 0, "answers at random": 3, "has no name": 1} {
		failed := 0
		for _, r := range Backend(t.Context(), &backend{fault: fault}, Options{Config: map[string]any{"model": exe}}, func(Result) {}) {
			if r.Outcome == Failed {
				failed++
				t.Log(r.Name, r.Notes)
			}
		}
		if failed != want {
			t.Errorf("%q: %d checks failed, expected %d", fault, failed, want)
		}
	}
}

// What a backend in process panics with is what its check found.
func TestPanic(t *testing.T) {
	results := Backend(t.Context(), panics{}, Options{}, func(Result) {})
	if len(results) == 0 || results[0].Outcome != Failed || !strings.Contains(results[0].Notes[0], "it panicked: no description") {
		t.Errorf("%+v", results)
	}
}

type panics struct{ sdk.Backend }

func (panics) Describe(context.Context) (sdk.Info, error) { panic("no description") }
