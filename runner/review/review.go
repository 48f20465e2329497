// Package review shows the answers that nobody has accepted yet, one at a time:
// the image, the prompt, what was accepted and what came, and takes what a person
// decides. Start reading at [Run] and [Item]; keys.go is the table of keys, view.go
// the screen. What is decided goes to a [Store]: this package writes no file.
package review

import (
	"context"
	"errors"
	"fmt"
	"os"

	tea "charm.land/bubbletea/v2"

	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/review/picture"
)

// Item is an answer to decide on, in the form that editors get.
type Item struct {
	Key     string `json:"key"` // the case's ID; later turns add #2, #3
	CaseID  string `json:"case"`
	Turn    int    `json:"turn"` // from 1
	File    string `json:"file"` // spec file, relative to the project
	Line    int    `json:"line"`
	Backend string `json:"backend"`
	Prompt  string `json:"prompt"` // text with <image> where an image stood
	// Earlier are the turns before this one.
	Earlier []Exchange     `json:"earlier,omitempty"`
	Images  []result.Image `json:"images,omitempty"`
	// ImageFiles are where to look at the images that the project does not have as
	// the run has seen them, by their place in Images; see [Goldens.ImageFile].
	ImageFiles map[int]string `json:"image_files,omitempty"`
	Accepted   []string       `json:"accepted,omitempty"`
	Answer     string         `json:"answer"`              // what could be accepted
	Reasoning  string         `json:"reasoning,omitempty"` // what the model thought before it
	Agree      int            `json:"agree"`               // samples that gave it
	Samples    int            `json:"samples"`
	Answers    []Said         `json:"answers,omitempty"` // every distinct one, the most frequent first
	Stale      bool           `json:"stale,omitempty"`   // the prompt or an image is not what was accepted for
	Why        string         `json:"why,omitempty"`
	// History is how the case ended in earlier runs, the oldest first.
	History []result.Outcome `json:"history,omitempty"`
	// Overlays are what checks looked at, for each image it was on.
	Overlays []result.Overlay `json:"overlays,omitempty"`
	Offers   []Offer          `json:"offers,omitempty"`
	// Commands do without a terminal what the keys do.
	Commands map[Decision]string `json:"commands,omitempty"`
}

// Exchange is a prompt and its answer.
type Exchange struct {
	Prompt string `json:"prompt"`
	Answer string `json:"answer"`
}

// Said is an answer and how many samples gave it.
type Said struct {
	Answer string `json:"answer"`
	Count  int    `json:"count"`
}

// Offer is a tolerance that the answer would pass with.
type Offer struct {
	Summary   string           `json:"summary"`   // "number: 3 ± 1"
	Tolerance golden.Tolerance `json:"tolerance"` // what loosening writes into the golden
}

// Minority reports whether no more than half of the samples gave the answer.
func (i *Item) Minority() bool { return i.Samples > 1 && 2*i.Agree <= i.Samples }

// Decision is what was decided on an item.
type Decision string

// The decisions.
const (
	Accept      Decision = "accept"
	Alternative Decision = "alternative"
	Loosen      Decision = "loosen"
	Reject      Decision = "reject"
	Skip        Decision = "skip"
)

// Store keeps decisions. Its methods are called one after another.
type Store interface {
	// Decide writes a decision; an offer comes with [Loosen] only. A
	// *[blocks.ChangedError] says that nothing was written because what is on disk is not
	// what was shown.
	Decide(item *Item, d Decision, offer *Offer) error
	// Undo takes back the latest decision that is not taken back yet.
	Undo() error
	// Reload reads again what is accepted and what could be.
	Reload() ([]Item, error)
}

// Options say what to review, and how.
type Options struct {
	Store   Store
	Project string // folder that paths of images are relative to
	Image   picture.Protocol
	Overlay bool   // start with the overlay drawn
	Filter  string // to start with
	// History returns how cases ended in earlier runs, by case ID. It is called in
	// the background.
	History func() (map[string][]result.Outcome, error)
	Getenv  func(string) string
}

// Run shows the items of a store on a terminal until the person quits, and
// returns what was decided.
func Run(ctx context.Context, o Options, in, out *os.File) (Tally, error) {
	items, err := o.Store.Reload()
	if err != nil {
		return nil, err
	}
	m := newModel(o, items)
	m.screen = picture.NewScreen(out)
	p := tea.NewProgram(m, tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(m.screen))
	if _, err := p.Run(); err != nil && !errors.Is(err, tea.ErrProgramKilled) {
		return m.tally(), fmt.Errorf("review: %w", err)
	}
	return m.tally(), ctx.Err()
}
