package main

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/openai/openai-go/v3"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// chat is the Chat Completions protocol,
// https://platform.openai.com/docs/api-reference/chat.
type chat struct{}

func (chat) path(s *server) string {
	path := "chat/completions"
	if s.config.APIVersion != "" {
		return "openai/deployments/" + escaped(s.model) + "/" + path
	}
	return path
}

func (chat) body(ctx context.Context, s *server, req sdk.Request) (*body, error) {
	b := &body{}
	b.write(`{"messages":`)
	err := b.list(len(req.Messages), func(i int) error { return s.message(ctx, b, req.Messages[i]) })
	if err != nil {
		return nil, err
	}
	f, err := s.sampling(req.Params)
	if err != nil {
		return nil, err
	}
	f["model"] = s.model
	if s.config.streams() {
		f["stream"], f["stream_options"] = true, map[string]any{"include_usage": true}
	}
	if s.asksLogProbs() {
		f["logprobs"] = true
	}
	if err := s.extras(f, req.Params); err != nil {
		return nil, err
	}
	return b, b.fields(f)
}

// message writes a message: as plain text where it has no image, which every server
// takes of every role.
func (s *server) message(ctx context.Context, b *body, m sdk.Message) error {
	b.write(`{"role":"` + string(m.Role) + `","content":`)
	if text, ok := textOf(m); ok {
		err := b.value(text)
		b.write("}")
		return err
	}
	parts := merged(m.Parts)
	err := b.list(len(parts), func(i int) error {
		if parts[i].Image == nil {
			b.write(`{"type":"text",` + quoted("text", parts[i].Text) + `}`)
			return nil
		}
		b.write(`{"type":"image_url","image_url":{"url":`)
		err := s.image(ctx, b, parts[i].Image)
		b.write(`}}`)
		return err
	})
	b.write("}")
	return err
}

// image writes the address of an image: a data URI, or where the server finds it.
func (s *server) image(ctx context.Context, b *body, img *sdk.Image) error {
	b.images++
	if s.config.ImageURL != "" && img.Path != "" {
		return b.value(address(s.config.ImageURL, img))
	}
	p, took, err := s.pictures.get(ctx, img)
	if err != nil {
		return err
	}
	b.preparing += took
	b.write(`"data:` + p.media + `;base64,`)
	b.raw(p.base64)
	b.write(`"`)
	return nil
}

func (chat) reader() reader { return chatReader{} }

type chatReader struct{}

func (chatReader) piece(a *answer, data []byte) error {
	var c openai.ChatCompletionChunk
	if err := json.Unmarshal(data, &c); err != nil {
		return badJSON(data, err)
	}
	if err := reported(data); err != nil {
		return err
	}
	if c.JSON.Usage.Valid() {
		a.counted(c.Usage)
	}
	for _, choice := range c.Choices {
		if choice.Index != 0 {
			return errSeveral
		}
		for _, extra := range []string{"reasoning_content", "reasoning"} {
			if field, ok := choice.Delta.JSON.ExtraFields[extra]; ok {
				a.think(text(field.Raw()))
				break
			}
		}
		a.say(choice.Delta.Content)
		a.refusal.WriteString(choice.Delta.Refusal)
		a.tokens(choice.Logprobs.Content)
		if choice.FinishReason != "" {
			a.finish = choice.FinishReason
		}
	}
	return nil
}

func (chatReader) whole(a *answer, data []byte) error {
	var c openai.ChatCompletion
	if err := json.Unmarshal(data, &c); err != nil {
		return badJSON(data, err)
	}
	if err := reported(data); err != nil {
		return err
	}
	switch {
	case len(c.Choices) == 0:
		return sdk.Errorf(sdk.Internal, "the server's answer has no choices: %s", shortened(string(data)))
	case len(c.Choices) > 1:
		return errSeveral
	}
	a.counted(c.Usage)
	choice := c.Choices[0]
	for _, extra := range []string{"reasoning_content", "reasoning"} {
		if field, ok := choice.Message.JSON.ExtraFields[extra]; ok {
			a.think(text(field.Raw()))
			break
		}
	}
	a.say(choice.Message.Content)
	a.refusal.WriteString(choice.Message.Refusal)
	a.tokens(choice.Logprobs.Content)
	a.finish = choice.FinishReason
	return nil
}

var errSeveral = sdk.Errorf(sdk.Internal, "the server gave several answers where one was asked for")

func (a *answer) counted(u openai.CompletionUsage) {
	a.prompt = int(u.PromptTokens)
	a.usage = sdk.Usage{
		TextTokens: int(u.PromptTokens), OutputTokens: int(u.CompletionTokens), CachedTokens: int(u.PromptTokensDetails.CachedTokens),
	}
	if n := int(u.PromptTokensDetails.ImageTokens); n > 0 && n <= a.prompt {
		a.usage.ImageTokens, a.usage.TextTokens = n, a.prompt-n
	}
}

// tokens notes the log-probabilities; that of the end of the turn, which one server
// alone reports, is left out.
func (a *answer) tokens(list []openai.ChatCompletionTokenLogprob) {
	for _, t := range list {
		if t.Token != "" || len(t.Bytes) > 0 {
			a.logProb(t.Logprob)
		}
	}
}

// text is a JSON text, "" where it is none.
func text(raw string) (s string) {
	_ = json.Unmarshal([]byte(raw), &s)
	return s
}

func badJSON(data []byte, err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) || len(data) == 0 || data[0] != '{' {
		return sdk.Errorf(sdk.Unavailable, "the server's answer is no JSON: %s", shortened(string(data)))
	}
	return sdk.Errorf(sdk.Internal, "the server's answer is not of this protocol: %w: %s", err, shortened(string(data)))
}
