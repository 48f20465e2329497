package main

import (
	_ "embed"
	"math"
	"regexp"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

//go:embed config.schema.json
var configSchema []byte

// pathKeys are the config keys that hold file names.
var pathKeys = []string{"model", "mmproj", "chat_template"}

// auto stands for "choose for me" where a number could be.
const auto = -1

// smallModel is the number of weights below which more threads cost more in
// waiting for each other than they save.
const smallModel = 100_000_000

const (
	defaultContext   = 4096
	defaultMaxTokens = 512
	defaultCacheMB   = 256
)

// config is the backend's config map, defaults filled in.
type config struct {
	model, mmproj, chatTemplate string

	context        int // auto: the model's own, at most defaultContext
	maxTokens      int
	maxImageTokens int // 0: the model's own
	cacheBytes     int
	gpuLayers      int // or auto
	threads        int // or auto
}

// parseConfig reads a config map that the host validated against configSchema;
// it checks again what a backend used in process could get wrong.
func parseConfig(m map[string]any) (config, error) {
	r := configReader{m: m, known: map[string]bool{}}
	c := config{
		model:          r.path("model"),
		mmproj:         r.path("mmproj"),
		chatTemplate:   r.path("chat_template"),
		context:        r.number("context", auto, 16),
		maxTokens:      r.number("max_tokens", defaultMaxTokens, 1),
		maxImageTokens: r.number("max_image_tokens", 0, 1),
		cacheBytes:     r.number("image_cache_mb", defaultCacheMB, 0) << 20,
		gpuLayers:      r.number("gpu_layers", auto, 0),
		threads:        r.number("threads", auto, 1),
	}
	for key := range m {
		if !r.known[key] {
			r.fail("unknown key %q", key)
		}
	}
	if c.model == "" {
		r.fail("`model` is missing: name the GGUF file of the language model")
	}
	return c, r.err
}

// configReader reads keys; the first mistake sticks.
type configReader struct {
	m     map[string]any
	known map[string]bool
	err   error
}

func (r *configReader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = sdk.Errorf(sdk.InvalidConfig, "llamacpp config: "+format, args...)
	}
}

// remote also matches what is left of a model's address after the host made it
// absolute as if it were a file name.
var remote = regexp.MustCompile(`(?:^|/)(hf:|https?:/)`)

func (r *configReader) path(key string) string {
	r.known[key] = true
	value, there := r.m[key]
	if !there {
		return ""
	}
	s, ok := value.(string)
	if !ok || s == "" {
		r.fail("`%s` is %v; expected a file name", key, value)
	}
	if at := remote.FindStringIndex(s); at != nil {
		r.fail("`%s` is %s, but models are not downloaded yet: download the GGUF file and give its path", key, s)
	}
	return s
}

func (r *configReader) number(key string, fallback, least int) int {
	r.known[key] = true
	value, there := r.m[key]
	if !there || fallback == auto && value == "auto" && key != "context" {
		return fallback
	}
	f, ok := value.(float64)
	if i, isInt := value.(int); isInt {
		f, ok = float64(i), true
	}
	if !ok || f != math.Trunc(f) || f < float64(least) || f > math.MaxInt32 {
		r.fail("`%s` is %v; expected a whole number from %d", key, value, least)
		return fallback
	}
	return int(f)
}
