package main

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/plugin"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

//go:embed config.schema.json
var configSchema []byte

type config struct {
	Run         []string `json:"run"`
	Dir         string   `json:"dir"`
	Mode        string   `json:"mode"`
	Output      string   `json:"output"`
	Concurrency int      `json:"concurrency"`
	MemoryMB    int      `json:"memory_mb"`
	OutputMB    float64  `json:"output_mb"`
	MaxImages   int      `json:"max_images"`
	Seeds       bool     `json:"seeds"`
	Files       []string `json:"files"`
}

// command is the sdk.Backend over a command.
type command struct {
	config config
	log    io.Writer // gets what processes complain about
	digest string
	idle   chan *resident // in mode lines: processes that nobody uses, nil for one to be started
}

// Configure finds the command.
func (c *command) Configure(_ context.Context, m map[string]any) error {
	cfg := config{Mode: "case", Output: "text", Concurrency: 1, OutputMB: 1}
	data, err := json.Marshal(m)
	if err == nil {
		err = json.Unmarshal(data, &cfg)
	}
	switch {
	case err != nil:
		return sdk.Errorf(sdk.InvalidConfig, "config: %w", err)
	case len(cfg.Run) == 0 || cfg.Run[0] == "":
		return sdk.Errorf(sdk.InvalidConfig, "config: run is empty; write one like run: [python3, model.py]")
	}
	if cfg.Dir == "" {
		cfg.Dir = plugin.ProjectDir()
	}
	if info, err := os.Stat(cfg.Dir); err != nil || !info.IsDir() {
		return sdk.Errorf(sdk.InvalidConfig, "config: dir %s is no folder", cfg.Dir)
	}
	c.config = cfg
	if c.config.Run[0], err = cfg.program(); err != nil {
		return err
	}
	if c.digest, err = cfg.hash(); err != nil {
		return err
	}
	if cfg.Mode == "lines" {
		c.idle = make(chan *resident, cfg.Concurrency)
		for range cfg.Concurrency {
			c.idle <- nil
		}
	}
	return nil
}

// program finds the program: a name on PATH, or a path relative to dir.
func (c config) program() (string, error) {
	name := c.Run[0]
	if strings.ContainsRune(name, filepath.Separator) || strings.Contains(name, "/") {
		if !filepath.IsAbs(name) {
			name = filepath.Join(c.Dir, filepath.FromSlash(name))
		}
		if _, err := os.Stat(name); err != nil {
			return "", sdk.Errorf(sdk.InvalidConfig, "config: run: there is no program %s", name)
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", sdk.Errorf(sdk.InvalidConfig, "config: run: %s cannot be started: %w", c.Run[0], err)
	}
	return path, nil
}

// hash digests the files that answers depend on; "" where the config does not say
// which those are, so that nothing is cached.
func (c config) hash() (string, error) {
	if c.Files == nil {
		return "", nil
	}
	h := sha256.New()
	fmt.Fprintf(h, "%q\n", c.Run)
	for _, name := range append([]string{c.Run[0]}, c.Files...) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(c.Dir, filepath.FromSlash(name))
		}
		f, err := regular.Open(name)
		if err != nil {
			return "", sdk.Errorf(sdk.InvalidConfig, "config: files: %w", err)
		}
		one := sha256.New()
		_, err = io.Copy(one, f)
		f.Close()
		if err != nil {
			return "", sdk.Errorf(sdk.InvalidConfig, "config: files: %s: %w", name, err)
		}
		fmt.Fprintf(h, "%x\n", one.Sum(nil))
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}

// Describe implements sdk.Backend.
func (c *command) Describe(context.Context) (sdk.Info, error) {
	info := sdk.Info{Name: "exec", Version: "1", ConfigSchema: configSchema, PathKeys: []string{"dir"}}
	if len(c.config.Run) > 0 {
		info.Model, info.ModelDigest, info.Device = filepath.Base(c.config.Run[len(c.config.Run)-1]), c.digest, "command"
		info.Details = map[string]string{"command": strings.Join(c.config.Run, " "), "mode": c.config.Mode}
		info.Capabilities = sdk.Capabilities{Concurrency: c.config.Concurrency, MaxImages: c.config.MaxImages, Seeds: c.config.Seeds}
	}
	return info, nil
}

// Generate implements sdk.Backend.
func (c *command) Generate(ctx context.Context, req sdk.Request, emit func(string)) (sdk.Response, error) {
	in, err := newInput(req, c.config.MaxImages)
	if err != nil {
		return sdk.Response{}, err
	}
	defer in.clean()
	var r sdk.Response
	if c.idle != nil {
		r, err = c.inTurn(ctx, in)
	} else {
		r, err = c.once(ctx, in)
	}
	if ctx.Err() != nil {
		return sdk.Response{}, ctx.Err()
	}
	if err == nil && emit != nil {
		emit(r.Text)
	}
	return r, err
}

// Close ends the processes that stayed.
func (c *command) Close() error {
	for range cap(c.idle) {
		select {
		case p := <-c.idle:
			p.end()
		default: // of a call that is under way, which ends with this process
		}
	}
	return nil
}

func (c *command) mostBytes() int { return int(c.config.OutputMB * (1 << 20)) }

// name is the command for people.
func (c *command) name() string { return filepath.Base(c.config.Run[0]) }
