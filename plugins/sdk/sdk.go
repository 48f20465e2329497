// Package sdk is what a vlmspec backend is written against.
//
// A backend answers prompts over images. Implement [Backend], then hand it to
// plugin.Serve (package sdk/plugin) from main; vlmspec starts the program,
// talks to it over gRPC and stops it. Start reading at [Backend], then
// [Request] and [Response]. This package imports no gRPC, so a backend can
// equally be used in process.
package sdk

import (
	"context"
	"strings"
	"time"
)

// Backend answers requests with one vision-language model.
//
// vlmspec calls Configure once, then Describe, then Generate any number of
// times (up to Capabilities.Concurrency of them concurrently), then Close.
type Backend interface {
	// Configure loads the model. config holds the backend's `config` map of
	// vlmspec.yaml, already validated against ConfigSchema: JSON types only
	// (string, float64, bool, nil, []any, map[string]any); file paths are absolute.
	Configure(ctx context.Context, config map[string]any) error
	// Describe says what was loaded. Before Configure it still returns Name,
	// Version and ConfigSchema.
	Describe(ctx context.Context) (Info, error)
	// Generate answers one request. emit, when not nil, receives the answer's
	// text as it is produced, from the calling goroutine; it never blocks for long.
	// Generate stops soon after ctx is done and returns ctx.Err().
	Generate(ctx context.Context, req Request, emit func(text string)) (Response, error)
	// Close frees the model. No call follows it.
	Close() error
}

// Info describes a backend and, once configured, its model.
type Info struct {
	Name         string // of the backend: "llamacpp"
	Version      string // of the backend program
	ConfigSchema []byte // JSON Schema (2020-12) of the config map
	// PathKeys names the config keys whose string values are file paths; the host
	// makes them absolute against the file that names them. "lora.path" is the key
	// path of the map lora, or of each map in the list lora.
	PathKeys    []string
	Model       string // human-readable name of the loaded model
	ModelDigest string // "sha256:<hex>" over every file that determines answers; "" if unknown, and no answer is cached
	Device      string // where it runs: "cpu", "CUDA0: NVIDIA H200"
	// Remote says that the model is elsewhere, behind a server, where it may be replaced
	// while no file here changes: each run asks the backend anew what it is.
	Remote       bool
	Capabilities Capabilities
	Details      map[string]string // anything else worth recording, e.g. "threads": "1"
	Engine       Engine            // zero where the program itself is all of it
}

// Engine is what computes inside a backend, where that can change without the
// backend's program: a library that is installed apart.
type Engine struct {
	Name    string // "llama.cpp"
	Version string // for people
	Digest  string // "sha256:<hex>" over its files; answers of one engine are never taken for those of another
	// Files are its libraries as they were loaded, absolute paths. As long as they
	// are what they were, answers are cacheable without starting the backend.
	Files []string
}

// String is the name and the version, for people.
func (e Engine) String() string { return strings.TrimSpace(e.Name + " " + e.Version) }

// Capabilities bounds what a backend takes; zero means no limit or not known
// for numbers, and no for booleans.
type Capabilities struct {
	MaxImages     int // images in one request, all messages together
	Concurrency   int // concurrent Generate calls; 0 counts as 1
	ContextTokens int
	Seeds         bool // honours Params.Seed
	LogProbs      bool
	JSONSchema    bool // constrained answers
	Streaming     bool // calls emit more than once
	// Queues says that Generate may be called more often than Concurrency at the same time:
	// calls wait for each other, and images are decoded meanwhile. Each reports with
	// [Begun] when its wait is over.
	Queues bool
}

// Role is who speaks a message.
type Role string

// The roles a message may have.
const (
	System    Role = "system"
	User      Role = "user"
	Assistant Role = "assistant"
)

// Message is one turn of a conversation: parts in reading order.
type Message struct {
	Role  Role
	Parts []Part
}

// Part is either text or an image: Image is nil for text.
type Part struct {
	Text  string
	Image *Image
}

// Image is an encoded image file (PNG, JPEG, GIF, BMP, WebP or TIFF), by path
// or by content. Exactly one of Path and Bytes is set; a backend in another
// process on the same machine normally gets the path.
type Image struct {
	SHA256    string // hex digest of the encoded file, 64 characters
	MediaType string // "image/png"
	Width     int    // pixels after EXIF orientation
	Height    int
	Path      string // absolute
	Bytes     []byte
}

// Params steer decoding. The zero value means: greedy, backend's own limit.
type Params struct {
	MaxTokens     int            // most tokens to generate; 0 leaves it to the backend
	Temperature   float64        // 0 is greedy
	TopP          float64        // in (0,1]; 0 is off
	TopK          int            // 0 is off
	MinP          float64        // in [0,1); 0 is off
	RepeatPenalty float64        // 1 and 0 are off
	Seed          uint32         // used when Temperature > 0
	Stop          []string       // the answer ends before the first of these
	Extra         map[string]any // backend-specific, passed through as JSON
}

// JSONSchemaParam is the key of [Params.Extra] with a JSON Schema that the answer must satisfy,
// for backends with [Capabilities].JSONSchema.
const JSONSchemaParam = "json_schema"

// Request asks for the next assistant message of a conversation.
type Request struct {
	ID       string // for logs only
	Messages []Message
	Params   Params
}

// FinishReason says why an answer ended.
type FinishReason string

// Why an answer ended.
const (
	FinishStop   FinishReason = "stop"   // the model ended its turn, or a stop string came
	FinishLength FinishReason = "length" // MaxTokens or the context was used up
)

// Response is a whole answer.
type Response struct {
	Text    string // without the end-of-turn token and the stop string; surrounding white space trimmed
	Finish  FinishReason
	Usage   Usage
	Timings Timings
	// LogProbs of each generated token, natural logarithm, when the backend has them; else nil.
	LogProbs []float64
	// Reasoning is what the model thought before it answered, where the backend or its
	// server has set it apart. Reasoning that stands in Text is set apart by vlmspec.
	Reasoning string
	// Images says at which size the model was shown each image of the request, all
	// messages together, in order; nil when the backend does not know. Some models
	// answer with coordinates in pixels of that size.
	Images []ImageShown
}

// ImageShown is the size of an image as a model was shown it: in pixels, after
// the model's own resizing and before it is cut into tiles. 0 by 0 is not known,
// and right where the image was padded or cropped, so that no size would do.
type ImageShown struct {
	Width, Height int
}

// Usage counts tokens. TextTokens and ImageTokens add up to the prompt.
type Usage struct {
	TextTokens   int
	ImageTokens  int
	OutputTokens int
	CachedTokens int // of the prompt, computed for an earlier request that began alike
	CachedImages int // shown images that were encoded before
}

// Timings splits a Generate call. A phase that did not happen is 0.
type Timings struct {
	Preprocess time.Duration // decoding and resizing images
	Encode     time.Duration // vision encoder
	Prefill    time.Duration // prompt through the language model
	Decode     time.Duration // generating the answer
}
