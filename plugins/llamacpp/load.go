//go:build llamacpp

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/gguf"
	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// maxBatch is how many tokens are computed at once, llama.cpp's own default.
const maxBatch = 512

// engine is a loaded model with one context. It is for one goroutine at a time.
type engine struct {
	config  config
	name    string
	digest  string
	device  string
	threads int
	layers  int // on the GPU
	limit   int // tokens of prompt and answer together

	model    *llama.Model
	vision   *llama.Vision // nil without mmproj
	context  *llama.Context
	template *template
	tokens   *tokenizer
	pictures *pictures
	tile     int // side of a tile in pixels
	perImage string
}

// load looks at the files first, because llama.cpp's own refusals are terse and
// sometimes end the process.
func load(c config) (*engine, error) {
	model, mmproj, err := inspect(c)
	if err != nil {
		return nil, sdk.Errorf(sdk.InvalidConfig, "%v", err)
	}
	digest := make(chan digestResult, 1)
	go func() { digest <- digestOf(c.model, c.mmproj, c.chatTemplate) }()
	e := &engine{config: c, name: modelName(model)}
	err = e.open(model, mmproj)
	d := <-digest
	if err == nil {
		err = d.err
	}
	if err != nil {
		e.close()
		return nil, sdk.Errorf(sdk.InvalidConfig, "%v", err)
	}
	e.digest = d.digest
	return e, nil
}

func inspect(c config) (model, mmproj *gguf.File, err error) {
	if model, err = gguf.Open(c.model); err != nil {
		return nil, nil, err
	}
	if err = gguf.CheckModel(model); err != nil || c.mmproj == "" {
		return model, nil, err
	}
	if mmproj, err = gguf.Open(c.mmproj); err != nil {
		return nil, nil, err
	}
	if err = gguf.CheckProjector(mmproj); err != nil {
		return nil, nil, err
	}
	return model, mmproj, gguf.CheckPair(model, mmproj)
}

func modelName(f *gguf.File) string {
	if name := f.String("general.name"); name != "" {
		return name
	}
	return f.Name()
}

func (e *engine) open(model, mmproj *gguf.File) error {
	devices, err := llama.Devices()
	if err != nil {
		return err
	}
	gpus := deviceName(devices, true)
	e.layers = e.config.gpuLayers
	if e.layers == auto {
		e.layers = 0
		if gpus != "cpu" {
			e.layers = math.MaxInt16
		}
	}
	if e.layers > 0 && gpus == "cpu" {
		return fmt.Errorf("gpu_layers is %d but there is no GPU backend: use `make cuda`, or set gpu_layers to 0 or auto", e.layers)
	}
	e.device = deviceName(devices, e.layers > 0)
	if e.model, err = llama.LoadModel(model.Path, e.layers); err != nil {
		return fmt.Errorf("llama.cpp refused %s: %w", model.Path, err)
	}
	e.layers = min(e.layers, e.model.Layers())
	e.threads = threadsFor(e.config.threads, e.model.Parameters())
	if err := e.openContext(); err != nil {
		return err
	}
	if err := e.openTemplate(); err != nil {
		return err
	}
	if mmproj == nil {
		return e.warmUp()
	}
	return e.openVision(mmproj)
}

func threadsFor(configured int, weights uint64) int {
	switch {
	case configured != auto:
		return configured
	case weights < smallModel:
		return 1
	default:
		return physicalCores()
	}
}

func (e *engine) openContext() error {
	trained := e.model.TrainedContext()
	e.limit = e.config.context
	switch {
	case e.limit == auto:
		e.limit = min(trained, defaultContext)
	case e.limit > trained:
		return fmt.Errorf("context is %d but %s was trained on %d tokens: lower it", e.limit, e.name, trained)
	}
	var err error
	e.context, err = llama.NewContext(e.model, llama.ContextOptions{
		Tokens: e.limit, Batch: min(e.limit, maxBatch), Threads: e.threads, GPU: e.layers > 0,
	})
	if err != nil {
		return fmt.Errorf("make a context of %d tokens for %s: %w", e.limit, e.name, err)
	}
	return nil
}

func (e *engine) openTemplate() error {
	source := e.model.ChatTemplate()
	if path := e.config.chatTemplate; path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read chat_template: %w", err)
		}
		source = string(text)
	}
	if source == "" {
		return fmt.Errorf("%s has no chat template (tokenizer.chat_template): give a file with one as `chat_template`", e.config.model)
	}
	var err error
	if e.template, err = newTemplate(source, e.tokenText(e.model.BOS()), e.tokenText(e.model.EOS())); err != nil {
		return err
	}
	var specials []special
	for _, s := range e.model.Specials() {
		specials = append(specials, special{s.Token, s.Text, s.UserDefined, s.LStrip, s.RStrip})
	}
	e.tokens = newTokenizer(specials, func(text string) []int32 { return e.model.Tokenize(text, false) })
	return nil
}

func (e *engine) tokenText(t llama.Token) string {
	if t < 0 {
		return ""
	}
	return string(e.model.Piece(t, true))
}

func (e *engine) openVision(mmproj *gguf.File) error {
	v, err := llama.NewVision(mmproj.Path, e.model, llama.VisionOptions{
		Threads: e.threads, GPU: e.layers > 0, MaxTokens: e.config.maxImageTokens,
	})
	if err != nil {
		return fmt.Errorf("%s does not work with %s: %w", mmproj.Path, e.config.model, err)
	}
	e.vision = v
	side, _ := mmproj.Uint("clip.vision.image_size")
	e.tile = int(side)
	e.pictures = newPictures(e.config.cacheBytes)
	return e.warmUp()
}

// warmUp computes something once, so that the first case is timed like the
// others: memory is paged in and GPU kernels are loaded.
func (e *engine) warmUp() error {
	defer e.context.Reset()
	if e.vision != nil {
		if err := e.warmUpVision(); err != nil {
			return err
		}
	}
	return e.context.Decode([]llama.Token{max(e.model.BOS(), 0)}, 0)
}

func (e *engine) warmUpVision() error {
	side := max(e.tile, 2)
	p, err := e.vision.Prepare(side, side, make([]byte, 3*side*side))
	if err != nil {
		return err
	}
	defer p.Close()
	images := 0
	last := llama.Chunk{}
	for _, chunk := range p.Chunks {
		if chunk.IsTile() {
			images += chunk.Count
			last = chunk
		}
	}
	e.perImage = fmt.Sprintf("%d for %dx%d pixels", images, side, side)
	if !last.IsTile() {
		return nil
	}
	if e.vision.NonCausal() && last.Count > e.context.BatchSize() {
		return fmt.Errorf("an image of %s is %d tokens, which must fit one batch of %d: raise context", e.name, last.Count, e.context.BatchSize())
	}
	_, err = e.vision.Encode(last) // one tile stands for all
	return err
}

func (e *engine) describe(info sdk.Info) sdk.Info {
	info.Model, info.ModelDigest, info.Device = e.name, e.digest, e.device
	info.Capabilities = sdk.Capabilities{
		Concurrency: 1, ContextTokens: e.limit, Seeds: true, LogProbs: true, Streaming: true, Queues: true,
	}
	info.Details = map[string]string{
		"architecture": e.model.Description(),
		"parameters":   strconv.FormatUint(e.model.Parameters(), 10),
		"threads":      strconv.Itoa(e.threads),
		"gpu_layers":   fmt.Sprintf("%d of %d", e.layers, e.model.Layers()),
		"context":      strconv.Itoa(e.limit),
	}
	if e.vision != nil {
		info.Details["image_tokens"] = e.perImage
		info.Details["mmproj"] = filepath.Base(e.config.mmproj)
	}
	return info
}

func (e *engine) close() {
	if e.pictures != nil {
		e.pictures.close()
	}
	if e.vision != nil {
		e.vision.Close()
	}
	if e.context != nil {
		e.context.Close()
	}
	if e.model != nil {
		e.model.Close()
	}
}

type digestResult struct {
	digest string
	err    error
}

// digestOf hashes the digests of files in order; an absent file counts as "".
func digestOf(paths ...string) digestResult {
	all := sha256.New()
	for _, path := range paths {
		if path != "" {
			h := sha256.New()
			if err := hashInto(h, path); err != nil {
				return digestResult{err: err}
			}
			fmt.Fprintf(all, "%x", h.Sum(nil))
		}
		fmt.Fprintln(all)
	}
	return digestResult{digest: "sha256:" + hex.EncodeToString(all.Sum(nil))}
}

func hashInto(w io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}
