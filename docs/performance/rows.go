package main

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// row is a line of the table.
type row struct {
	name      string
	benchmark string // without "Benchmark"
	show      string // {unit} stands for what the benchmark reported in that unit
	what      string // a sentence or two; "" when the row before says it

	unit            string  // of the target; "" for none
	atMost, atLeast float64 // either; 0 is none
}

const tiny, big = "/tiny", "/smolvlm-256m"

var rows = []row{
	{
		name: "`vlmspec run` over a bare loop, tiny model", benchmark: "RunOverBareLoop" + tiny, show: "{ratio} times ({run-ms/case} over {bare-ms/case} ms a case)",
		unit: "ratio", atMost: 1.05,
		what: "100 new images, one prompt. The bare loop is the thinnest there is over llama.cpp's C API, in the same process and one case after another: decode the image, encode it, compute the prompt, choose the likeliest token at most 24 times. Both are timed after the model is loaded, a run from its first question to its last verdict, with the record of the run and the cache of image embeddings written.",
	},
	{
		name: "`vlmspec run` over a bare loop, 256M", benchmark: "RunOverBareLoop" + big, show: "{ratio} times ({run-ms/case} over {bare-ms/case} ms a case)",
		unit: "ratio", atMost: 1.05,
		what: "The same with 16 images.",
	},
	{
		name: "20 images x 10 prompts, tiny model", benchmark: "ManyPrompts" + tiny, show: "{times} times faster ({run-s} s instead of {bare-s} s)",
		unit: "times", atLeast: 2,
		what: "`vlmspec run` against the bare loop, which answers one request at a time and remembers nothing. The spec asks one prompt of all images, then the next. A run encodes each image once, computes what prompts begin with once, and answers several in one batch.",
	},
	{
		name: "20 images x 10 prompts, 256M", benchmark: "ManyPrompts" + big, show: "{times} times faster ({run-s} s instead of {bare-s} s)",
		unit: "times", atLeast: 4,
		what: "The same, 24 tokens an answer. The bare loop answers one of the ten prompts for all images and its time is multiplied by ten.",
	},
	{
		name: "20 images x 10 prompts over ollama, tiny model", benchmark: "ManyPromptsOverOllama" + tiny, show: "{times} times faster ({run-s} s instead of {ollama-s} s)",
		unit: "times", atLeast: 1.5,
		what: "The same against `ollama serve` of the version whose llama.cpp vlmspec has, built with the same compiler flags, with the same two GGUF files, questions, template, context and number of threads, asked over its HTTP API, one question after another. It answers one of the ten prompts for all images and its time is multiplied by ten. Its vision encoder takes four threads whatever it is told; on fewer cores they wait for each other, which is most of its time with a model this small.",
	},
	{
		name: "20 images x 10 prompts over ollama, 256M", benchmark: "ManyPromptsOverOllama" + big, show: "{times} times faster ({run-s} s instead of {ollama-s} s)",
		unit: "times", atLeast: 1.5,
		what: "The same.",
	},
	{
		name: "a second run with other prompts, tiny model", benchmark: "EditedPrompts" + tiny, show: "{times} times faster ({second-s} s after {first-s} s)",
		what: "100 images, one prompt; then the prompt is edited and the suite runs again in new processes. The benchmark fails if the second run encodes an image.",
	},
	{
		name: "a second run with other prompts, 256M", benchmark: "EditedPrompts" + big, show: "{times} times faster ({second-s} s after {first-s} s)",
		unit: "times", atLeast: 5,
		what: "The same with 16 images.",
	},
	{
		name: "a second run of 1,000 cases, nothing edited", benchmark: "SecondRunOf1000Cases", show: "{ms} ms",
		unit: "ms", atMost: 500,
		what: "The whole process. All answers come from the cache and no backend is started.",
	},
	{
		name: "1,000 cases over a server, 32 calls at the same time", benchmark: "Server1000Cases", show: "{s} s, {MB} MB",
		unit: "s", atMost: 2,
		what: "The whole process of `vlmspec run` with the backend `openai`, against an instant server on loopback in the benchmark's own process. Each case has an image of its own of 100 kB. The memory is the most that vlmspec and its plugin hold together.",
	},
	{
		name: "the same over promptfoo", benchmark: "Server1000Cases", show: "{times} times faster ({promptfoo-s} s), {memory-times} times less memory ({promptfoo-MB} MB)",
		unit: "times", atLeast: 10,
		what: "`promptfoo eval` of version 0.123 from npm, once, with the same server, prompts, images, checks and number of calls at the same time; nothing is cached or stored.",
	},
	{
		name: "memory of the plugin, tiny model", benchmark: "Memory" + tiny, show: "{peak-MB} MB, {ratio} times llama.cpp's buffers",
		what: "Peak of the resident memory of the plugin's process (VmHWM, with the pages of the model file) over 100 cases of 100 images, over the buffers for weights, KV cache and computing that llama.cpp reports, and the encoder's weights as large as their file. Of the tiny model the program itself is the larger part.",
	},
	{
		name: "memory of the plugin, 256M", benchmark: "Memory" + big, show: "{peak-MB} MB, {ratio} times llama.cpp's buffers",
		unit: "ratio", atMost: 1.2,
		what: "The same with 16 images.",
	},
	{
		name: "growth of the plugin from 500 to 5,000 cases", benchmark: "Soak" + tiny, show: "{growth-MB} MB, to {MB} MB",
		unit: "growth-MB", atMost: 5,
		what: "Resident memory of the plugin's process after 500 cases of 500 images, and after ten times as many.",
	},
	{
		name: "runner overhead of a case", benchmark: "OverheadOf10000Cases", show: "{ms/case} ms, {MB} MB at most",
		what: "10,000 cases in 100 files over one image, a backend in process that answers at once.",
	},
	{
		name: "of 100,000", benchmark: "OverheadOf100000Cases", show: "{ms/case} ms, {MB} MB at most",
		unit: "MB", atMost: 400,
		what: "The same in 1,000 files.",
	},
	{
		name: "of 10,000 that an earlier run has answered", benchmark: "OverheadOf10000CachedCases", show: "{ms/case} ms, {MB} MB at most",
		what: "All answers come from the cache.",
	},
	{
		name: "of 100,000 that an earlier run has answered", benchmark: "OverheadOf100000CachedCases", show: "{ms/case} ms, {MB} MB at most",
		unit: "MB", atMost: 400,
		what: "The same in 1,000 files.",
	},
	{
		name: "events of 10,000 cases", benchmark: "Events", show: "{percent} % of the time",
		unit: "percent", atMost: 5,
		what: "`--events` to a file, against runs that write none, in turn.",
	},
	{
		name: "a case with an image of 1 MB", benchmark: "500LargeImages", show: "{ms/case} ms, {MB} MB at most",
		what: "500 cases on 500 images, the same backend. The images are read and hashed, never kept.",
	},
	{name: "the process of a run of one case", benchmark: "ProcessOfOneCase", show: "{ms} ms", what: "All of it, with the start of a plugin process."},
	{name: "the process of a run with a typo", benchmark: "ProcessOfATypo", show: "{ms} ms", what: "Until the sentence that says where and why."},
	{name: "a call to a plugin and back", benchmark: "RoundTrip", show: "{ms} ms", what: "Over gRPC with mutual TLS, to a backend that answers at once."},
	{name: "start of a plugin", benchmark: "Start", show: "{ms} ms", what: "Process, handshake, description and configuration, of a backend without a model."},
	{
		name: "`vlmspec watch`: from save to verdict", benchmark: "WatchOnTheTinyModel", show: "{ms-median} ms, 19 of 20 within {ms-p95} ms",
		what: "An image is saved, 100 times, and its two cases are answered by the tiny model, inference and all.",
	},
	{
		name: "`vlmspec watch` on 10,000 cases", benchmark: "Watch10000Cases", show: "{ms-median} ms from save to verdict, {MB-most} MB at most",
		what: "In 100 files, on 5,000 images; two cases show the image that is saved.",
	},
	{
		name: "growth of `vlmspec watch` from 100 to 1,000 runs", benchmark: "Watch1000Runs", show: "{MB-growth} MB, to {MB} MB",
		what: "Resident memory of the watching process.",
	},
}

const notes = `
The tiny model is the one in [fixtures/models](../fixtures/models/README.md). "256M" has the dimensions of SmolVLM-256M in q8_0 and random weights
(` + "`make model-random SLICES=0`" + `): it computes as much as the real one and says nothing of worth. Its images are 512 x 512 pixels and are shown as one
tile; the real model cuts larger views of an image into up to 16 tiles and an overview, which all sides would compute alike. Every run has fresh caches.
`

var unit = regexp.MustCompile(`\{([^}]+)\}`)

// value is what was measured, or why it was not.
func (r row) value(m measurements) string {
	values, ok := m.values[r.benchmark]
	if !ok {
		if reason, skipped := m.skipped[r.benchmark]; skipped {
			return "not measured: " + reason
		}
		return "not measured"
	}
	return unit.ReplaceAllStringFunc(r.show, func(name string) string {
		value, ok := values[name[1:len(name)-1]]
		if !ok {
			return "?"
		}
		return short(value)
	})
}

// verdict is the target, and whether it was met.
func (r row) verdict(m measurements) string {
	target, met := fmt.Sprintf("at least %v", r.atLeast), func(x float64) bool { return x >= r.atLeast }
	switch {
	case r.unit == "":
		return ""
	case r.atMost != 0:
		target, met = fmt.Sprintf("at most %v", r.atMost), func(x float64) bool { return x <= r.atMost }
	}
	if value, ok := m.values[r.benchmark][r.unit]; !ok {
		return target
	} else if met(value) {
		return target + ", met"
	}
	return target + ", missed"
}

// short shows three digits.
func short(x float64) string {
	if math.Abs(x) >= 100 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}
