//go:build llamacpp

package main

import (
	"github.com/vlmspec/vlmspec/plugins/llamacpp/embedcache"
	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// plan turns a request into the units of its prompt and counts its tokens.
// embeddings are those of the request's images, in order.
func (e *engine) plan(a ask, embeddings []*embedcache.Embedding, usage *sdk.Usage) ([]unit, error) {
	pieces, err := e.template.render(a.Messages)
	if err != nil {
		return nil, err
	}
	prompt := e.units(pieces, embeddings)
	for _, u := range prompt {
		if u.tile == nil {
			usage.TextTokens++
		} else {
			usage.ImageTokens += u.tile.Count
		}
	}
	if all := usage.TextTokens + usage.ImageTokens; all >= e.limit {
		return nil, sdk.Errorf(sdk.InvalidRequest,
			"the prompt is %d tokens (%d of text, %d of %d images) but the context holds %d with room for an answer: shorten it, show fewer or smaller images, or raise `context`",
			all, usage.TextTokens, usage.ImageTokens, len(a.images), e.limit)
	}
	if len(prompt) == 0 || prompt[len(prompt)-1].tile != nil {
		return nil, sdk.Errorf(sdk.InvalidConfig, "the chat template ends a prompt without text for the model to answer to")
	}
	return prompt, nil
}

// units puts text and images in order; text on either side of an image is
// tokenised apart, as llama.cpp does.
func (e *engine) units(pieces []piece, embeddings []*embedcache.Embedding) []unit {
	var units []unit
	addTokens := func(tokens []llama.Token) {
		for _, t := range tokens {
			units = append(units, unit{token: t})
		}
	}
	text := 0 // pieces from here on are text not tokenised yet
	for i, p := range pieces {
		if p.image < 0 {
			continue
		}
		addTokens(e.tokens.tokens(pieces[text:i]))
		text = i + 1
		shown := embeddings[p.image]
		for index := range shown.Parts {
			if part := &shown.Parts[index]; part.IsTile() {
				units = append(units, unit{tile: part, image: shown.Key, index: index})
			} else {
				addTokens(part.Tokens)
			}
		}
	}
	addTokens(e.tokens.tokens(pieces[text:]))
	return e.withBOS(units)
}

func (e *engine) withBOS(units []unit) []unit {
	bos := e.model.BOS()
	if !e.model.AddBOS() || bos < 0 || len(units) > 0 && units[0].tile == nil && units[0].token == bos {
		return units
	}
	return append([]unit{{token: bos}}, units...)
}

// maxTokens is how long the answer to a prompt of so many cells may become.
func (e *engine) maxTokens(p sdk.Params, cells int) int {
	limit := p.MaxTokens
	if limit == 0 {
		limit = e.config.maxTokens
	}
	return min(limit, e.limit-cells)
}
