package main

import (
	"context"
	"net/http"
	"net/url"
	"sync/atomic"

	"github.com/openai/openai-go/v3"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// server is the sdk.Backend over a server.
type server struct {
	config  config
	name    string // of the dialect
	dialect dialect
	model   string
	renders bool // of ollama: a renderer writes the prompt, which knows no placeholders
	context int  // tokens; 0 is not known

	transport *http.Transport
	client    openai.Client
	limiter   *limiter
	pictures  *pictures
	secrets   []string     // that no message may have
	failures  atomic.Int32 // calls in a row that used up their tries
	info      sdk.Info
}

// Configure asks the server what it is.
func (s *server) Configure(ctx context.Context, m map[string]any) error {
	c, err := readConfig(m)
	if err != nil {
		return err
	}
	s.config = c
	s.secrets = nil
	for _, v := range c.Headers {
		s.secrets = appendSecret(s.secrets, v)
	}
	s.secrets = appendSecret(s.secrets, c.Key)
	if s.transport, err = newTransport(c, max(c.Concurrency, 64)); err != nil {
		return err
	}
	known, err := s.discover(ctx)
	if err != nil {
		return s.clean(err)
	}
	s.apply(known)
	return nil
}

// appendSecret adds a value that is long enough to be one.
func appendSecret(all []string, v string) []string {
	if len(v) < 8 {
		return all
	}
	return append(all, v)
}

// apply takes over what was found out of the server.
func (s *server) apply(k knowledge) {
	s.model, s.renders, s.context = k.model, k.renders, k.context
	if s.config.Context > 0 {
		s.context = s.config.Context
	}
	most := s.dialect.concurrency
	if k.slots > 0 {
		most = k.slots
	}
	if s.config.Concurrency > 0 {
		most = s.config.Concurrency
	}
	s.limiter = newLimiter(most)
	s.pictures = newPictures(s.config.ImageFormat, s.name == "ollama")
	s.info = sdk.Info{
		Model: s.model, ModelDigest: k.digest, Device: "server", Details: k.details, Remote: true,
		Capabilities: sdk.Capabilities{
			Concurrency: most, ContextTokens: s.context, Seeds: s.dialect.seeds, LogProbs: s.asksLogProbs(),
			JSONSchema: s.dialect.schema != nil, Streaming: s.config.streams(), Queues: true,
		},
	}
}

// Describe implements sdk.Backend.
func (s *server) Describe(context.Context) (sdk.Info, error) {
	info := s.info
	info.Name, info.Version, info.ConfigSchema, info.PathKeys, info.Remote = "openai", "1", configSchema, []string{"ca"}, true
	return info, nil
}

// Generate implements sdk.Backend.
func (s *server) Generate(ctx context.Context, req sdk.Request, emit func(string)) (sdk.Response, error) {
	b, err := s.dialect.protocol.body(ctx, s, req)
	if err != nil {
		return sdk.Response{}, err
	}
	r, err := s.call(ctx, b, emit)
	if err != nil {
		return sdk.Response{}, err
	}
	r.Timings.Preprocess = b.preparing
	return r, nil
}

// Close implements sdk.Backend.
func (s *server) Close() error {
	if s.transport != nil {
		s.transport.CloseIdleConnections()
	}
	return nil
}

// whole refuses an answer to a prompt that the server has cut: some do so silently,
// which is to be seen only by a prompt that fills the context.
func (s *server) whole(a *answer) error {
	if s.context > 0 && a.prompt >= s.context {
		return sdk.Errorf(sdk.InvalidRequest, "the server counts %d tokens of the prompt, and the context holds %d: the prompt was cut", a.prompt, s.context)
	}
	return nil
}

func (s *server) asksLogProbs() bool {
	if s.config.LogProbs != nil {
		return *s.config.LogProbs
	}
	return s.dialect.logProbs
}

func escaped(segment string) string { return url.PathEscape(segment) }
