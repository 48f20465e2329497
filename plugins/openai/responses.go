package main

import (
	"context"
	"encoding/json"
	"strings"

	openairesponses "github.com/openai/openai-go/v3/responses"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// responses is the Responses protocol,
// https://platform.openai.com/docs/api-reference/responses.
type responses struct{}

func (responses) path(*server) string { return "responses" }

func (responses) body(ctx context.Context, s *server, req sdk.Request) (*body, error) {
	if len(req.Params.Stop) > 0 {
		return nil, sdk.Errorf(sdk.InvalidRequest, "dialect responses has no stop; leave it out of params")
	}
	b := &body{}
	b.write(`{"input":`)
	err := b.list(len(req.Messages), func(i int) error { return s.item(ctx, b, req.Messages[i]) })
	if err != nil {
		return nil, err
	}
	f, err := s.sampling(req.Params)
	if err != nil {
		return nil, err
	}
	f["model"], f["store"] = s.model, false
	if s.config.streams() {
		f["stream"] = true
	}
	if s.asksLogProbs() {
		f["include"] = []string{"message.output_text.logprobs"}
	}
	if err := s.extras(f, req.Params); err != nil {
		return nil, err
	}
	return b, b.fields(f)
}

// item writes a message.
func (s *server) item(ctx context.Context, b *body, m sdk.Message) error {
	b.write(`{"role":"` + string(m.Role) + `","content":`)
	if text, ok := textOf(m); ok {
		err := b.value(text)
		b.write("}")
		return err
	}
	parts := merged(m.Parts)
	err := b.list(len(parts), func(i int) error {
		if parts[i].Image == nil {
			b.write(`{"type":"input_text",` + quoted("text", parts[i].Text) + `}`)
			return nil
		}
		b.write(`{"type":"input_image","image_url":`)
		err := s.image(ctx, b, parts[i].Image)
		b.write(`}`)
		return err
	})
	b.write("}")
	return err
}

func (responses) reader() reader { return responsesReader{} }

type responsesReader struct{}

func (r responsesReader) piece(a *answer, data []byte) error {
	var e struct {
		Type     string          `json:"type"`
		Delta    string          `json:"delta"`
		Response json.RawMessage `json:"response"`
	}
	if err := json.Unmarshal(data, &e); err != nil {
		return badJSON(data, err)
	}
	switch e.Type {
	case "response.output_text.delta":
		a.say(e.Delta)
	case "response.reasoning_summary_text.delta", "response.reasoning_text.delta":
		a.begun() // the end has it whole
	case "response.completed", "response.incomplete", "response.failed":
		return r.end(a, e.Response, a.text.Len() == 0)
	case "error", "":
		return reportedOr(data, "the server reported an error in its stream")
	}
	return nil
}

func (r responsesReader) whole(a *answer, data []byte) error { return r.end(a, data, true) }

// end reads the whole response; its text is new where no piece of it came before.
func (responsesReader) end(a *answer, data []byte, isNew bool) error {
	var resp openairesponses.Response
	if err := json.Unmarshal(data, &resp); err != nil {
		return badJSON(data, err)
	}
	if resp.Error.Message != "" {
		return sdk.Errorf(sdk.Unavailable, "the server gave up: %s", shortened(resp.Error.Message))
	}
	if len(resp.Output) == 0 && resp.Status == "completed" {
		return sdk.Errorf(sdk.Internal, "the server's answer has no output: %s", shortened(string(data)))
	}
	var said strings.Builder
	for _, item := range resp.Output {
		switch item.Type {
		case "message":
			a.output(item, &said)
		case "reasoning":
			for _, s := range item.Summary {
				a.think(s.Text)
			}
		case "function_call", "custom_tool_call":
			a.finish = "tool_calls"
			return nil
		}
	}
	if isNew {
		a.say(said.String())
	} else if said.String() != a.text.String() {
		return sdk.Errorf(sdk.Unavailable, "the server's stream is not what its end says")
	}
	a.prompt = int(resp.Usage.InputTokens)
	a.usage = sdk.Usage{TextTokens: a.prompt, OutputTokens: int(resp.Usage.OutputTokens), CachedTokens: int(resp.Usage.InputTokensDetails.CachedTokens)}
	if a.finish = string(resp.Status); a.finish == "incomplete" {
		a.finish = resp.IncompleteDetails.Reason
	}
	return nil
}

// output reads a message.
func (a *answer) output(item openairesponses.ResponseOutputItemUnion, said *strings.Builder) {
	for _, c := range item.Content {
		said.WriteString(c.Text)
		a.refusal.WriteString(c.Refusal)
		for _, t := range c.Logprobs {
			a.logProb(t.Logprob)
		}
	}
}
