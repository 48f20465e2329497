package main

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// ollama is the native protocol of Ollama, https://docs.ollama.com/api/chat: its
// OpenAI-compatible one makes a message of each part, so that models are asked
// something else.
type ollama struct{}

func (ollama) path(*server) string { return "api/chat" }

func (ollama) body(ctx context.Context, s *server, req sdk.Request) (*body, error) {
	b := &body{}
	b.write(`{"messages":`)
	err := b.list(len(req.Messages), func(i int) error { return s.ollamaMessage(ctx, b, req.Messages[i]) })
	if err != nil {
		return nil, err
	}
	options, err := s.sampling(req.Params)
	if err != nil {
		return nil, err
	}
	if s.config.Context > 0 {
		options["num_ctx"] = s.config.Context
	}
	// Without these two a prompt that is too long is cut silently.
	f := map[string]any{"model": s.model, "options": options, "stream": s.config.streams(), "truncate": false, "shift": false}
	if s.asksLogProbs() {
		f["logprobs"] = true
	}
	if err := s.extras(f, req.Params); err != nil {
		return nil, err
	}
	return b, b.fields(f)
}

// placeholder is where an image stands in a text.
const placeholder = "[img]"

// ollamaMessage writes a message. Images stand at its beginning unless placeholders
// say where; models whose prompt a renderer writes know no placeholders.
func (s *server) ollamaMessage(ctx context.Context, b *body, m sdk.Message) error {
	var content strings.Builder
	var images []*sdk.Image
	interleaved := false
	for _, p := range m.Parts {
		if p.Image != nil {
			interleaved = interleaved || content.Len() > 0
			images = append(images, p.Image)
		} else {
			content.WriteString(p.Text)
		}
	}
	if len(images) > 0 && strings.Contains(content.String(), placeholder) {
		return sdk.Errorf(sdk.InvalidRequest, "the prompt has the text %s, which ollama takes for an image", placeholder)
	}
	if interleaved && s.renders {
		return sdk.Errorf(sdk.InvalidRequest, "ollama shows images of model %s before the text of a message only; put them first", s.model)
	}
	if interleaved {
		content.Reset()
		for _, p := range m.Parts {
			if p.Image != nil {
				content.WriteString(placeholder)
			} else {
				content.WriteString(p.Text)
			}
		}
	}
	b.write(`{"role":"` + string(m.Role) + `",` + quoted("content", content.String()))
	if len(images) > 0 {
		b.write(`,"images":`)
		err := b.list(len(images), func(i int) error {
			p, took, err := s.pictures.get(ctx, images[i])
			b.preparing += took
			b.images++
			b.write(`"`)
			b.raw(p.base64)
			b.write(`"`)
			return err
		})
		if err != nil {
			return err
		}
	}
	b.write("}")
	return nil
}

func (ollama) reader() reader { return ollamaReader{} }

type ollamaReader struct{}

// ollamaAnswer is a piece of an answer, or all of it.
type ollamaAnswer struct {
	Message *struct {
		Content   string            `json:"content"`
		Thinking  string            `json:"thinking"`
		ToolCalls []json.RawMessage `json:"tool_calls"`
	} `json:"message"`
	Done            bool   `json:"done"`
	DoneReason      string `json:"done_reason"`
	PromptEvalCount int    `json:"prompt_eval_count"`
	EvalCount       int    `json:"eval_count"`
	Logprobs        []struct {
		Token   string  `json:"token"`
		Logprob float64 `json:"logprob"`
	} `json:"logprobs"`
}

func (r ollamaReader) piece(a *answer, data []byte) error { return r.whole(a, data) }

func (ollamaReader) whole(a *answer, data []byte) error {
	var o ollamaAnswer
	if err := json.Unmarshal(data, &o); err != nil {
		return badJSON(data, err)
	}
	if err := reported(data); err != nil {
		return err
	}
	if o.Message == nil {
		return sdk.Errorf(sdk.Internal, "the server's answer has no message: %s", shortened(string(data)))
	}
	a.think(o.Message.Thinking)
	a.say(o.Message.Content)
	for _, t := range o.Logprobs {
		if t.Token != "" {
			a.logProb(t.Logprob)
		}
	}
	if len(o.Message.ToolCalls) > 0 {
		a.finish = "tool_calls"
	}
	if o.Done {
		a.prompt = o.PromptEvalCount
		a.usage = sdk.Usage{TextTokens: o.PromptEvalCount, OutputTokens: o.EvalCount}
		if a.finish == "" {
			a.finish = o.DoneReason
		}
		if slices.Contains([]string{"load", "unload"}, a.finish) {
			return sdk.Errorf(sdk.Unavailable, "the server has %sed the model instead of answering", a.finish)
		}
	}
	return nil
}
