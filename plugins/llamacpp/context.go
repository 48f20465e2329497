//go:build llamacpp

package main

import (
	"fmt"
	"strings"
	"sync"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
)

// Bounds of what is chosen where the config leaves it open.
const (
	maxCells = 8192 // room for several conversations, if they are not all as long as may be
	cpuBatch = 256  // on a processor larger ones cost more a token
	gpuBatch = 2048
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
		e.sequences = sequencesFor(physicalCores(), e.layers > 0, e.affordable(), e.limit)
	}
	if e.config.deterministic {
		e.sequences = 1
	}
	e.cells = max(e.limit, min(e.limit*e.sequences, max(maxCells, 2*e.limit), e.affordable()))
	batch := cpuBatch
	if e.layers > 0 || e.vision != nil && e.vision.NonCausal() { // a tile must fit
		batch = gpuBatch
	}
	o := llama.ContextOptions{
		Tokens: e.cells, Sequences: e.sequences, Batch: min(e.cells, batch), Threads: e.threads, GPU: e.layers > 0,
		CacheType: e.config.cacheType, FlashAttention: e.config.flashAttention,
	}
	if e.vision != nil {
		o.Grid, o.NonCausal = e.vision.Grid(), e.vision.NonCausal()
	}
	if o.FlashAttention == "auto" && e.layers == 0 && !strings.HasPrefix(o.CacheType, "q") && !e.fuses(e.decoderAttention()) {
		o.FlashAttention = "off"
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

// nobody is a lock that all can hold at the same time.
type nobody struct{}

func (nobody) Lock()   {}
func (nobody) Unlock() {}

func (e *engine) openAdapters() error {
	var adapters []llama.Adapter
	var scales []float64
	refused := func(path string, err error) error {
		return fmt.Errorf("lora %s does not work with %s: %w", path, e.config.model, err)
	}
	for _, l := range e.config.lora {
		a, err := e.model.LoadAdapter(l.path)
		if err != nil {
			return refused(l.path, err)
		}
		adapters, scales = append(adapters, a), append(scales, l.scale)
	}
	if err := e.context.Adapt(adapters, scales); err != nil {
		return refused(e.config.lora[0].path, err)
	}
	return nil
}
