// Package spec turns YAML specs into test cases. Start reading at [LoadProject]
// and [Load]; [Case] is what comes out. Every mistake in a spec is an [Error]
// with file, line and column, what is wrong, and a hint.
package spec

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/reasoning"
	"github.com/vlmspec/vlmspec/runner/secret"
)

// Pos is a place in a file. Line and Column count from 1; 0 means the whole file.
type Pos struct {
	File         string // as shown to people: relative to the project, slashes
	Line, Column int
}

func (p Pos) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	default:
		return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
	}
}

// Error is a mistake in a spec or project file.
type Error struct {
	Pos  Pos
	What string // "unknown key \"contians\""
	Hint string // "did you mean contains?"; may be empty
}

func (e *Error) Error() string { return e.Pos.String() + ": " + e.Message() }

// Message is what is wrong and the hint, without the place.
func (e *Error) Message() string {
	if e.Hint == "" {
		return e.What
	}
	return e.What + "; " + e.Hint
}

// Case is one test case on one backend, rows and interpolation done.
type Case struct {
	// ID is stable: made from suite, name, row key and (when the spec names
	// more than one) backend, never from position or labels. Unique in a project.
	ID      string
	Suite   string
	Name    string // interpolated
	Pos     Pos    // of the case in its spec; cases of one `rows` share it
	Backend string
	System  string // system prompt, may be empty
	Turns   []Turn // at least one
	Params  sdk.Params
	Labels  []string
	Repeat  int // samples, at least 1
	// Decided stops a case as soon as the samples that are left of Repeat cannot change
	// whether it passes.
	Decided bool
	// Sequential is the confidence at which a case stops once its rate of passing samples
	// is shown to be above or below what Require asks; 0 does not.
	Sequential float64
	Require    Require
	Timeout    time.Duration // per sample, from dispatch to last token
	Skip       string        // reason, "" runs
	XFail      string        // reason, "" is expected to pass
	Only       bool
	NoCache    bool           // cache: never
	Sizing     Sizing         // at which size images are shown, where the backend does not say
	Secrets    []secret.Value // values of ${env:...} used here, to redact from every output
	Sources    []Source       // files it was made from, the spec first; images are in Turns

	Reasoning reasoning.Rule // that of the case, else of its backend

	scope *scope // of its variables
}

// SampleSeed is the seed of a sample, counted from 0.
func (c *Case) SampleSeed(index int) uint32 { return c.Params.Seed + uint32(index) }

// clone copies a case with everything in it that can be changed.
func (c Case) clone() Case {
	c.Turns = slices.Clone(c.Turns)
	for i := range c.Turns {
		c.Turns[i].Parts = slices.Clone(c.Turns[i].Parts)
		c.Turns[i].Checks = slices.Clone(c.Turns[i].Checks)
	}
	c.Params.Stop, c.Params.Extra = slices.Clone(c.Params.Stop), maps.Clone(c.Params.Extra)
	c.Labels, c.Secrets, c.Sources = slices.Clone(c.Labels), slices.Clone(c.Secrets), slices.Clone(c.Sources)
	return c
}

// Source is a file that a case was made from.
type Source struct {
	Path string // absolute
	As   string // what it is to the case: "spec", "include", "rows", "prompt"
}

// Turn is one user message and what its answer must satisfy.
type Turn struct {
	Parts []Part
	// Written is the text with <image> where an image stands and ${env:NAME} where a
	// secret does, so that what is made of it does not depend on the secret; "" where
	// no secret was read.
	Written string
	Checks  []Node // entries of `expect`, interpolated; compiled by package check
}

// Part is text or an image.
type Part struct {
	Text  string
	Image *Image
}

// Image is a file an image part names. It need not exist: a missing image is
// the outcome of its case, not a mistake that stops the others.
type Image struct {
	Path string // absolute
	Name string // relative to the project, slashes, as shown to people
	Pos  Pos
}

// Problem is what is wrong with the file, as shown to people: with the place where
// a spec names it.
func (i *Image) Problem(err error) string {
	text := strings.Replace(err.Error(), i.Path, i.Name, 1)
	if i.Pos == (Pos{}) {
		return text
	}
	return i.Pos.String() + ": " + text
}

// Require is how many samples of a case must pass.
type Require struct {
	Text  string  // as written: "all", "any", "4/5", "80%"
	Share float64 // of the samples that must pass, 0 for "any"
	// Passes returns the least number of passing samples out of n.
	Passes func(n int) int `json:"-"`
}

// Backend is an entry of vlmspec.yaml's `backends`.
type Backend struct {
	Name   string
	Plugin string         // name of the plugin: "llamacpp"
	Config map[string]any // JSON types; paths still as written
	Dir    string         // folder that relative paths in Config are relative to
	Env    Variables      // environment variables, beside what every plugin gets
	// LoadTimeout is how long it may take to start and to load; 0 is any time.
	LoadTimeout time.Duration
	Pos         Pos
	// Err says which environment variable Config or Env lacks; nil when none.
	// They are whole only when Err is nil.
	Err     error
	Secrets []secret.Value // values of ${env:...} and of secrets passed on, to redact from every output

	Reasoning reasoning.Rule // how its model marks what it thinks
	Price     *Price         // of its tokens; nil where none is given
}
