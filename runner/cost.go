package runner

import (
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// costOf is what an answer cost; nil where the backend has no price or nobody was asked.
func costOf(b spec.Backend, t result.Tokens, cached bool) *result.Cost {
	if b.Price == nil || cached {
		return nil
	}
	prompt := t.Text + t.Image
	return &result.Cost{
		Amount: b.Price.Of(prompt, t.Cached, t.Output), Currency: b.Price.Currency, Unknown: prompt+t.Output == 0,
	}
}
