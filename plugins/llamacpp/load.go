//go:build llamacpp

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/gguf"
	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
	"github.com/vlmspec/vlmspec/plugins/llamacpp/picture"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// engine is a loaded model. It is safe for concurrent use.
type engine struct {
	config    config
	name      string
	digest    string
	device    string
	threads   int
	layers    int // on the GPU
	limit     int // tokens of a prompt and its answer together
	sequences int // requests computed at once
	cells     int // tokens of all of them together
	canCut    bool
	salt      string // all that determines the embeddings of pixels

	model     *llama.Model
	vision    *llama.Vision // nil without mmproj
	context   *llama.Context
	template  *template
	tokens    *tokenizer
	pictures  *picture.Cache
	encoder   *encoder // nil without mmproj
	scheduler *scheduler
	// compute is held by whoever computes, unless there are cores for both the
	// vision encoder and the language model.
	compute  sync.Locker
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
	digests := make(chan digests, 1)
	go func() { digests <- digestsOf(c) }()
	e := &engine{config: c, name: modelName(model)}
	err = e.open(model, mmproj)
	d := <-digests
	if err == nil {
		err = d.err
	}
	if err != nil {
		e.close()
		return nil, sdk.Errorf(sdk.InvalidConfig, "%v", err)
	}
	e.digest = d.all
	e.start(d.mmproj)
	return e, nil
}

// start begins to take requests.
func (e *engine) start(mmproj string) {
	e.scheduler = newScheduler(e, e.context, e.cells, e.sequences)
	if e.vision == nil {
		return
	}
	e.salt = fmt.Sprintln(mmproj, e.config.maxImageTokens, e.device, llamaVersion())
	var disk *picture.Disk
	if e.config.diskBytes > 0 {
		if dir, err := e.config.imageCache(); err != nil {
			slog.Warn(fmt.Sprintf("no folder for the image cache (%v): encoded images are not kept for the next run", err))
		} else {
			disk = picture.OpenDisk(dir, int64(e.config.diskBytes))
		}
	}
	e.pictures = picture.NewCache(e.config.cacheBytes, disk)
	e.encoder = newEncoder(e)
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
	gpus, err := e.chooseGPUs(devices)
	if err != nil {
		return err
	}
	if err := e.checkMemory(model, mmproj, gpus); err != nil {
		return err
	}
	indices := e.config.gpus
	if indices != nil {
		indices = nil
		for _, d := range gpus {
			indices = append(indices, d.Index)
		}
	}
	if e.model, err = llama.LoadModel(model.Path, e.layers, indices); err != nil {
		return fmt.Errorf("llama.cpp refused %s: %w", model.Path, err)
	}
	e.layers = min(e.layers, e.model.Layers())
	e.canCut = e.model.CanCut()
	e.threads = threadsFor(e.config.threads, e.model.Parameters())
	if mmproj != nil {
		if err := e.openVision(mmproj); err != nil {
			return err
		}
	}
	if err := e.openContext(); err != nil {
		return err
	}
	if err := e.openAdapters(); err != nil {
		return err
	}
	if err := e.openTemplate(); err != nil {
		return err
	}
	return e.warmUp()
}

// chooseGPUs decides how many layers are computed on which GPUs.
func (e *engine) chooseGPUs(devices []llama.Device) ([]llama.Device, error) {
	var all []llama.Device
	for _, d := range devices {
		if d.GPU {
			all = append(all, d)
		}
	}
	gpus := all
	if e.config.gpus != nil {
		gpus = nil
		for _, i := range e.config.gpus {
			if i >= len(all) {
				return nil, fmt.Errorf("gpus names %d but there are %d GPUs, counted from 0: see `vlmspec doctor`", i, len(all))
			}
			gpus = append(gpus, all[i])
		}
	}
	e.layers = e.config.gpuLayers
	if e.layers == auto {
		e.layers = 0
		if len(gpus) > 0 {
			e.layers = math.MaxInt16
		}
	}
	if e.layers > 0 && len(gpus) == 0 {
		return nil, fmt.Errorf("gpu_layers is %d but there is no GPU backend: use `make cuda`, or set gpu_layers to 0 or auto", e.layers)
	}
	e.device = deviceName(gpus, e.layers > 0)
	return gpus, nil
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

// Bounds of what is chosen where the config leaves it open.
const (
	cpuSequences = 8
	gpuSequences = 16
	maxCells     = 8192 // room for several conversations, if they are not all as long as may be
	cpuBatch     = 512
	gpuBatch     = 2048
)

func (e *engine) openContext() error {
	trained := e.model.TrainedContext()
	e.limit = e.config.context
	switch {
	case e.limit == auto:
		e.limit = min(trained, defaultContext)
	case e.limit > trained:
		return fmt.Errorf("context is %d but %s was trained on %d tokens: lower it", e.limit, e.name, trained)
	}
	if e.sequences = e.config.parallel; e.sequences == auto {
		e.sequences = cpuSequences
		if e.layers > 0 {
			e.sequences = gpuSequences
		}
	}
	if e.config.deterministic {
		e.sequences = 1
	}
	e.cells = max(e.limit, min(e.limit*e.sequences, max(maxCells, 2*e.limit), e.affordable()))
	batch := cpuBatch
	if e.layers > 0 {
		batch = gpuBatch
	}
	o := llama.ContextOptions{
		Tokens: e.cells, Sequences: e.sequences, Batch: min(e.cells, batch), Threads: e.threads, GPU: e.layers > 0,
		CacheType: e.config.cacheType, FlashAttention: e.config.flashAttention,
	}
	if e.vision != nil {
		o.Grid, o.NonCausal = e.vision.Grid(), e.vision.NonCausal()
	}
	var err error
	if e.context, err = llama.NewContext(e.model, o); err != nil {
		return fmt.Errorf("make a context of %d tokens for %s: %w", e.cells, e.name, err)
	}
	e.compute = &sync.Mutex{}
	if e.layers > 0 || 2*e.threads <= physicalCores() {
		e.compute = nobody{}
	}
	return nil
}

// nobody is a lock that all can hold at once.
type nobody struct{}

func (nobody) Lock()   {}
func (nobody) Unlock() {}

func (e *engine) openAdapters() error {
	for _, l := range e.config.lora {
		a, err := e.model.LoadAdapter(l.path)
		if err == nil {
			err = e.context.Adapt(a, l.scale)
		}
		if err != nil {
			return fmt.Errorf("lora %s does not work with %s: %w", l.path, e.config.model, err)
		}
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
	return nil
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
	e.context.Clear()
	e.context.AddToken(max(e.model.BOS(), 0), 0, 0, true)
	return e.context.Run()
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
		Concurrency: e.sequences, ContextTokens: e.limit, Seeds: true, LogProbs: true, JSONSchema: true, Streaming: true, Queues: true,
	}
	info.Details = map[string]string{
		"architecture": e.model.Description(),
		"parameters":   strconv.FormatUint(e.model.Parameters(), 10),
		"threads":      strconv.Itoa(e.threads),
		"gpu_layers":   fmt.Sprintf("%d of %d", e.layers, e.model.Layers()),
		"context":      strconv.Itoa(e.limit),
		"parallel":     strconv.Itoa(e.sequences),
		"mode":         "fast",
	}
	if e.config.deterministic {
		info.Details["mode"] = "deterministic"
	}
	if e.vision != nil {
		info.Details["image_tokens"] = e.perImage
		info.Details["mmproj"] = filepath.Base(e.config.mmproj)
	}
	return info
}

func (e *engine) close() {
	if e.encoder != nil {
		e.encoder.close()
	}
	if e.scheduler != nil {
		e.scheduler.close()
	}
	if e.context != nil {
		e.context.Close()
	}
	if e.vision != nil {
		e.vision.Close()
	}
	if e.model != nil {
		e.model.Close()
	}
}

// digests are SHA-256 sums of files.
type digests struct {
	all    string // of every file that determines answers, and how they are used
	mmproj string
	err    error
}

// digestsOf hashes the digests of files in order; an absent file counts as "".
func digestsOf(c config) digests {
	files := []string{c.model, c.mmproj, c.chatTemplate}
	for _, l := range c.lora {
		files = append(files, l.path)
	}
	all := sha256.New()
	var d digests
	for i, path := range files {
		if path != "" {
			h := sha256.New()
			if d.err = hashInto(h, path); d.err != nil {
				return d
			}
			sum := hex.EncodeToString(h.Sum(nil))
			if i == 1 {
				d.mmproj = sum
			}
			io.WriteString(all, sum)
		}
		fmt.Fprintln(all)
	}
	for _, l := range c.lora {
		fmt.Fprintln(all, l.scale)
	}
	d.all = "sha256:" + hex.EncodeToString(all.Sum(nil))
	return d
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
