package main

import (
	_ "embed"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

//go:embed config.schema.json
var configSchema []byte

// pathKeys are the config keys that hold file names.
var pathKeys = []string{"model", "mmproj", "chat_template", "image_cache_dir", "lora.path"}

// auto stands for "choose for me" where a number could be.
const auto = -1

// smallModel is the number of weights below which more threads cost more in
// waiting for each other than they save, where that is not measured.
const smallModel = 100_000_000

const (
	defaultContext   = 4096
	defaultMaxTokens = 512
	defaultCacheMB   = 256
	defaultDiskMB    = 1024
	maxParallel      = 64
)

// config is the backend's config map, defaults filled in.
type config struct {
	model, mmproj, chatTemplate string

	context        int // auto: the model's own, at most defaultContext
	maxTokens      int
	maxImageTokens int // 0: the model's own
	imageTiles     string
	cacheBytes     int // of image embeddings in memory
	diskBytes      int // and on disk
	cacheDir       string
	gpuLayers      int   // or auto
	gpus           []int // counted from 0; nil for all
	threads        int   // or auto
	parallel       int   // or auto
	deterministic  bool
	cacheType      string // of the KV cache
	flashAttention string
	lora           []lora
}

// lora is an adapter to apply.
type lora struct {
	path  string
	scale float64
}

// imageCache is the folder for image embeddings.
func (c config) imageCache() (string, error) {
	if c.cacheDir != "" {
		return c.cacheDir, nil
	}
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "vlmspec", "images"), err
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
		imageTiles:     r.choice("image_tiles", "auto", "on", "off"),
		cacheBytes:     r.number("image_cache_mb", defaultCacheMB, 0) << 20,
		diskBytes:      r.number("image_cache_disk_mb", defaultDiskMB, 0) << 20,
		cacheDir:       r.path("image_cache_dir"),
		gpuLayers:      r.number("gpu_layers", auto, 0),
		gpus:           r.indices("gpus"),
		threads:        r.number("threads", auto, 1),
		parallel:       r.number("parallel", auto, 1),
		deterministic:  r.flag("deterministic"),
		cacheType:      r.choice("cache_type", "f16", "f32", "q8_0", "q4_0"),
		flashAttention: r.choice("flash_attention", "auto", "on", "off"),
		lora:           r.adapters("lora"),
	}
	if c.parallel > maxParallel {
		r.fail("`parallel` is %d; expected at most %d", c.parallel, maxParallel)
	}
	if strings.HasPrefix(c.cacheType, "q") && c.flashAttention == "off" {
		r.fail("`cache_type` is %s, which needs flash attention: leave out `flash_attention: off`, or take f16", c.cacheType)
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
		r.fail("`%s` is %s, and this backend takes the path of a GGUF file; vlmspec puts that in the place of hf:owner/repo/FILE.gguf and https://host/FILE.gguf", key, s)
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

func (r *configReader) flag(key string) bool {
	r.known[key] = true
	value, there := r.m[key]
	on, ok := value.(bool)
	if there && !ok {
		r.fail("`%s` is %v; expected true or false", key, value)
	}
	return on
}

// choice reads one of some words; the first is the default.
func (r *configReader) choice(key string, words ...string) string {
	r.known[key] = true
	value, there := r.m[key]
	if !there {
		return words[0]
	}
	word, _ := value.(string)
	if !slices.Contains(words, word) {
		r.fail("`%s` is %v; expected %s", key, value, strings.Join(words, ", "))
	}
	return word
}

// indices reads a list of numbers from 0, without repetition.
func (r *configReader) indices(key string) []int {
	r.known[key] = true
	value, there := r.m[key]
	if !there {
		return nil
	}
	list, _ := value.([]any)
	var all []int
	for _, item := range list {
		f, ok := item.(float64)
		if !ok || f < 0 || f != math.Trunc(f) || f > math.MaxInt16 || slices.Contains(all, int(f)) {
			r.fail("`%s` has %v; expected different numbers from 0", key, item)
			return nil
		}
		all = append(all, int(f))
	}
	if len(all) == 0 {
		r.fail("`%s` is %v; expected a list of numbers from 0", key, value)
	}
	return all
}

func (r *configReader) adapters(key string) []lora {
	r.known[key] = true
	value, there := r.m[key]
	if !there {
		return nil
	}
	list, ok := value.([]any)
	if !ok {
		r.fail("`%s` is %v; expected a list of {path, scale}", key, value)
	}
	var all []lora
	for _, item := range list {
		m, _ := item.(map[string]any)
		of := configReader{m: m, known: map[string]bool{}}
		l := lora{path: of.path("path"), scale: 1}
		if scale, there := m["scale"]; there {
			if l.scale, ok = scale.(float64); !ok {
				of.fail("`scale` is %v; expected a number", scale)
			}
		}
		if l.path == "" {
			of.fail("`path` is missing in an entry of `%s`: name the GGUF file of the adapter", key)
		}
		if of.err != nil {
			r.fail("%s", strings.TrimPrefix(of.err.Error(), "llamacpp config: "))
		}
		all = append(all, l)
	}
	return all
}
