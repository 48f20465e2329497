//go:build llamacpp

package main

import (
	"fmt"
	"log/slog"
	"math"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/embedcache"
	"github.com/vlmspec/vlmspec/plugins/llamacpp/gguf"
	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

// engine is a loaded model. It is safe for concurrent use.
type engine struct {
	config    config
	name      string
	digest    string
	identity  sdk.Engine
	device    string
	gpus      []llama.Device // to compute on
	threads   int
	layers    int // on the GPU
	limit     int // tokens of a prompt and its answer together
	sequences int // requests computed concurrently
	cells     int // tokens of all of them together
	canCut    bool
	salt      string // all that determines the embeddings of pixels

	model      *llama.Model
	vision     *llama.Vision // nil without mmproj
	context    *llama.Context
	template   *template
	tokens     *tokenizer
	embeddings *embedcache.Cache
	encoder    *encoder // nil without mmproj
	scheduler  *scheduler
	// compute is held by whoever computes, unless there are cores for both the
	// vision encoder and the language model.
	compute sync.Locker
	tiling  tiling
	// plainVision says that the vision encoder computes attention without fusing it.
	plainVision bool
	resizing    resizing
	perImage    string
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
		if sdk.KindOf(err) == sdk.Unavailable {
			return nil, err
		}
		return nil, sdk.Errorf(sdk.InvalidConfig, "%v", err)
	}
	e.digest = d.all
	if e.identity, err = engineIdentity(); err != nil {
		e.close()
		return nil, err
	}
	e.identity.Digest = d.engine
	e.start(d.mmproj)
	return e, nil
}

// start begins to take requests.
func (e *engine) start(mmproj string) {
	e.scheduler = newScheduler(e, e.context, e.cells, e.sequences)
	if e.vision == nil {
		return
	}
	e.salt = fmt.Sprintln(mmproj, e.config.maxImageTokens, e.tiling, e.plainVision, e.device, e.identity.Digest)
	var disk *embedcache.Disk
	if e.config.diskBytes > 0 {
		if dir, err := e.config.imageCache(); err != nil {
			slog.Warn(fmt.Sprintf("no folder for the image cache (%v): image embeddings are not cached for the next run", err))
		} else {
			disk = embedcache.OpenDisk(dir, int64(e.config.diskBytes))
		}
	}
	e.embeddings = embedcache.NewCache(e.config.cacheBytes, disk)
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
	devices, err := devices()
	if err != nil {
		return err
	}
	if err := e.chooseGPUs(devices); err != nil {
		return err
	}
	layers, p := uint64(e.layers), gpuMemory(freeOn(devices, e.gpus))
	if e.layers == 0 {
		layers, p = math.MaxUint64, mainMemory(freeOn(devices, nil))
	}
	if err := checkFits(model, mmproj, e.config, layers, p); err != nil {
		return &sdk.Error{Kind: sdk.Unavailable, Message: err.Error()} // others may leave room
	}
	if e.model, err = llama.LoadModel(model.Path, e.layers, e.indices()); err != nil {
		return fmt.Errorf("llama.cpp refused %s: %w", model.Path, err)
	}
	e.layers = min(e.layers, e.model.Layers())
	e.canCut = e.model.CanCut()
	if err := e.chooseThreads(); err != nil {
		return fmt.Errorf("try %s: %w", e.name, err)
	}
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

func (e *engine) openTemplate() error {
	source := e.model.ChatTemplate()
	if path := e.config.chatTemplate; path != "" {
		text, err := regular.Text(path, 1<<20)
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

func (e *engine) describe(info sdk.Info) sdk.Info {
	info.Model, info.ModelDigest, info.Device, info.Engine = e.name, e.digest, e.device, e.identity
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
