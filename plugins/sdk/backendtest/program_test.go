package backendtest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/plugin"
)

// The test binary is a backend, too, when it is called like one.
func TestMain(m *testing.M) {
	if strings.HasSuffix(os.Args[0], "parrot") || strings.Contains(filepath.Base(os.Args[0]), "conformance") {
		plugin.Serve(&parrot{})
	}
	os.Exit(m.Run())
}

// parrot repeats the prompt.
type parrot struct {
	helper *exec.Cmd
	forget bool // Close does not end the helper
}

func (p *parrot) Configure(context.Context, map[string]any) error {
	p.helper = exec.Command("sleep", "1000")
	return p.helper.Start()
}

func (*parrot) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "parrot", Version: "1", Model: "none", ConfigSchema: []byte(`{"type": "object", "additionalProperties": false}`)}, nil
}

func (*parrot) Generate(_ context.Context, req sdk.Request, _ func(string)) (sdk.Response, error) {
	parts := req.Messages[0].Parts
	return sdk.Response{Text: parts[len(parts)-1].Text, Finish: sdk.FinishStop}, nil
}

func (p *parrot) Close() error {
	if p.helper == nil || p.forget {
		return nil
	}
	err := p.helper.Process.Kill()
	_ = p.helper.Wait()
	return err
}

func TestConformance(t *testing.T) {
	Run(t, &parrot{}, Options{Config: map[string]any{}, NoImages: true})
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "parrot")
	if err := os.Symlink(exe, path); err != nil {
		t.Fatal(err)
	}
	Program(t, path, Options{Config: map[string]any{}, NoImages: true})
}
