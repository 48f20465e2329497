package review

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/internal/yamledit"
	"github.com/vlmspec/vlmspec/runner/result"
)

// Goldens is the [Store] of a project: its golden files and pending answers.
type Goldens struct {
	Review *golden.Review
	// Latest returns the latest run, whose answers are shown too where they differ
	// from what is accepted; nil where there is none.
	Latest func() (*result.Run, error)
	// Run returns a run by its ID, for the overlays in it.
	Run func(id string) (*result.Run, error)
	// ImageFile is a file that has an image as a run has seen it, where the project
	// has another or none; "" where there is no such file. It may be nil.
	ImageFile func(result.Image) string

	pending map[string]golden.Pending // by key
	runs    map[string]map[string]*result.Case
}

// Reload implements [Store].
func (g *Goldens) Reload() ([]Item, error) {
	if err := g.Review.Reload(); err != nil {
		return nil, err
	}
	all := g.Review.Pending()
	latest, err := g.Latest()
	if err != nil {
		return nil, err
	}
	if latest != nil {
		all = append(all, g.Review.Others(latest)...)
	}
	if g.pending == nil {
		g.pending = map[string]golden.Pending{}
	}
	items := make([]Item, len(all))
	for i, p := range all {
		g.pending[p.Key()] = p
		items[i] = g.item(p)
	}
	return items, nil
}

func (g *Goldens) item(p golden.Pending) Item {
	accepted, _ := g.Review.Accepted(p)
	i := Item{
		Key: p.Key(), CaseID: p.CaseID, Turn: p.Turn + 1, File: p.File, Line: p.Line, Backend: p.Entry.Backend,
		Prompt: p.Prompt, Images: p.Images, Accepted: accepted.Answers, Answer: p.Answer(), Agree: p.Agree, Samples: len(p.Samples),
		Answers: said(p.Samples), Stale: p.Why == golden.Stale, Why: check.Changes(p.Changed), Commands: commands(p),
	}
	if c := g.caseOf(p); c != nil {
		i.Earlier, i.Overlays, i.Reasoning = earlier(c, p), looked(c, p), thought(c, p)
	}
	for n, img := range p.Images {
		if file := g.imageFile(img); file != "" {
			if i.ImageFiles == nil {
				i.ImageFiles = map[int]string{}
			}
			i.ImageFiles[n] = file
		}
	}
	if i.Overlays == nil {
		i.Overlays = said2D(&i)
	}
	for _, t := range g.Review.Suggest(p) {
		i.Offers = append(i.Offers, Offer{summary(t), t})
	}
	return i
}

func (g *Goldens) imageFile(img result.Image) string {
	if g.ImageFile == nil || img.SHA256 == "" {
		return ""
	}
	return g.ImageFile(img)
}

// commands are what a script or an editor runs to decide.
func commands(p golden.Pending) map[Decision]string {
	flags := ""
	if p.Minority() {
		flags = "--minority "
	}
	return map[Decision]string{
		Accept:      "vlmspec accept " + flags + p.Key(),
		Alternative: "vlmspec accept --alternative " + flags + p.Key(),
	}
}

// said counts distinct answers, as goldens compare, the most frequent first.
func said(samples []golden.Sample) []Said {
	var all []Said
	at := map[string]int{}
	for _, s := range samples {
		n, ok := at[check.Fold(s.Answer)]
		if !ok {
			n = len(all)
			at[check.Fold(s.Answer)] = n
			all = append(all, Said{Answer: s.Answer})
		}
		all[n].Count++
	}
	slices.SortStableFunc(all, func(a, b Said) int { return b.Count - a.Count })
	return all
}

// summary says what a tolerance lets pass.
func summary(t golden.Tolerance) string {
	for kind, options := range t {
		o, _ := options.(map[string]any)
		switch kind {
		case "number":
			return fmt.Sprintf("number: %v ± %v", o["value"], o["abs"])
		case "keypoints":
			return fmt.Sprintf("keypoints: within %v of the accepted ones", o["within"])
		case "similar":
			return fmt.Sprintf("similar: at least %v (ROUGE-L)", o["min"])
		}
		return kind
	}
	return ""
}

// Decide implements [Store].
func (g *Goldens) Decide(i *Item, d Decision, offer *Offer) error {
	p, ok := g.pending[i.Key]
	if !ok {
		return fmt.Errorf("%s is pending no more", i.Key)
	}
	p.Confirmed = true // the screen has asked
	switch d {
	case Accept:
		return g.Review.Accept(p)
	case Alternative:
		return g.Review.Add(p)
	case Loosen:
		return g.Review.Loosen(p, offer.Tolerance)
	case Reject:
		return g.Review.Reject(p)
	}
	return errors.New("there is nothing to keep of " + string(d))
}

// Undo implements [Store].
func (g *Goldens) Undo() error {
	_, err := g.Review.Undo()
	if changed, ok := errors.AsType[*yamledit.ChangedError](err); ok {
		return changed
	}
	return err
}
