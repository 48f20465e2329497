package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/openai/openai-go/v3/option"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// askTime is how long the server may take to say what it is.
const askTime = 20 * time.Second

// knowledge is what a server says of itself.
type knowledge struct {
	model   string
	digest  string // of what identifies model and server; "" where the server says nothing
	context int    // tokens
	slots   int    // calls at the same time
	renders bool
	details map[string]string
}

// listed is an entry of the list of models.
type listed map[string]any

func (l listed) text(key string) string { s, _ := l[key].(string); return s }

// discover asks which model there is and what identifies it, and finds the dialect.
func (s *server) discover(ctx context.Context) (k knowledge, err error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	s.name = s.config.Dialect
	models, err := s.models(ctx)
	if err != nil {
		return k, err
	}
	if s.name == "" {
		s.name = "openai"
		if len(models) > 0 && owners[models[0].text("owned_by")] != "" {
			s.name = owners[models[0].text("owned_by")]
		}
	}
	s.dialect = dialects[s.name]
	if err := s.choose(models); err != nil {
		return k, err
	}
	s.client = newClient(s.asDialect(), s.base(), s.transport)
	k.model = s.model
	facts := map[string]any{"dialect": s.name, "base_url": s.config.BaseURL, "model": s.model}
	said := len(facts)
	k.details = map[string]string{"dialect": s.name, "server": s.config.BaseURL}
	if i := slices.IndexFunc(models, func(m listed) bool { return s.same(m.text("id")) }); i >= 0 {
		s.fromList(models[i], facts, &k)
	}
	s.fromServer(ctx, facts, &k)
	if s.config.Revision != "" {
		facts["revision"] = s.config.Revision
		k.details["revision"] = s.config.Revision
	}
	if len(facts) > said {
		data, _ := json.Marshal(facts) // of JSON
		sum := sha256.Sum256(data)
		k.digest = "sha256:" + hex.EncodeToString(sum[:])
	}
	return k, nil
}

func (s *server) asDialect() config {
	c := s.config
	c.Dialect = s.name
	return c
}

// base is where calls go.
func (s *server) base() string {
	switch {
	case s.name == "ollama":
		return s.config.root()
	case s.name == "azure" && s.config.APIVersion == "" && !strings.HasSuffix(s.config.BaseURL, "/v1"):
		return s.config.BaseURL + "/openai/v1"
	}
	return s.config.BaseURL
}

// models lists what the server serves; nil where it has no list, or none for this key.
func (s *server) models(ctx context.Context) ([]listed, error) {
	if s.name == "azure" {
		return nil, nil // a deployment is in no list
	}
	var list struct {
		Data []listed `json:"data"`
	}
	base := s.config.BaseURL
	if s.name == "ollama" {
		base = s.config.root() + "/v1"
	}
	err := s.get(ctx, base, "models", &list)
	var status *statusError
	switch {
	case errors.As(err, &status) && status.status == http.StatusUnauthorized:
		return nil, sdk.Errorf(sdk.InvalidConfig, "%w; key in the config names it: key: ${env:...}", err)
	case errors.As(err, &status) && status.status >= 500 && status.status != http.StatusNotImplemented:
		return nil, sdk.Errorf(sdk.InvalidConfig, "the server cannot list its models: %w", err)
	case errors.As(err, &status):
		return nil, nil // it has no list
	case errors.Is(err, errNoJSON):
		return nil, nil
	case err != nil:
		return nil, sdk.Errorf(sdk.InvalidConfig, "%w", err)
	}
	return list.Data, nil
}

var errNoJSON = errors.New("no JSON")

// get asks for something small.
func (s *server) get(ctx context.Context, base, path string, into any) error {
	client := newClient(s.asDialect(), base, s.transport)
	var res *http.Response
	err := client.Get(ctx, path, nil, &res, option.WithMiddleware(s.refusals(nil)))
	var status *statusError
	switch {
	case errors.As(err, &status):
		return status
	case err != nil && ctx.Err() != nil:
		return sdk.Errorf(sdk.Unavailable, "%s does not say within %s what it serves", s.config.BaseURL, askTime)
	case err != nil:
		return unreachable(s.config.BaseURL, err)
	}
	defer res.Body.Close()
	in := &limitedReader{Reader: res.Body, left: s.mostBytes()}
	if err := json.NewDecoder(in).Decode(into); err != nil {
		return errNoJSON
	}
	return nil
}

// choose finds the model that is asked for in the list.
func (s *server) choose(models []listed) error {
	var ids []string
	for _, m := range models {
		ids = append(ids, m.text("id"))
	}
	s.model = s.config.Model
	switch known := slices.ContainsFunc(ids, s.same); {
	case s.model == "" && len(ids) == 1:
		s.model = ids[0]
	case s.model == "" && len(ids) == 0:
		return sdk.Errorf(sdk.InvalidConfig, "config: key %q is missing, and the server does not list what it serves", "model")
	case s.model == "":
		return sdk.Errorf(sdk.InvalidConfig, "config: key %q is missing; the server has %s", "model", shortened(strings.Join(ids, ", ")))
	case known || len(ids) == 0 || s.name == "openai" && s.config.Dialect != "" || s.name == "hf":
		// A gateway may serve what it does not list, and refuses what it does not know.
	case slices.Contains([]string{"vllm", "sglang", "llama-server", "llama-cpp-python", "ollama", "lmstudio"}, s.name):
		// Some of these answer with what they have loaded, whatever is asked for.
		return sdk.Errorf(sdk.InvalidConfig, "config: the server has no model %q; it has %s", s.model, shortened(strings.Join(ids, ", ")))
	}
	return nil
}

// same reports whether an id is that of the model; ollama's may leave its tag out.
func (s *server) same(id string) bool {
	return id == s.model || s.name == "ollama" && id == s.model+":latest"
}

// fromList takes what identifies a model from its entry: never `created`, which some
// servers fill in with the current time.
func (s *server) fromList(m listed, facts map[string]any, k *knowledge) {
	for _, key := range []string{"owned_by", "root", "parent", "max_model_len", "meta"} {
		if value, ok := m[key]; ok && value != nil {
			facts[key] = value
		}
	}
	if s.name == "openai" || s.name == "responses" {
		facts["created"] = m["created"]
	}
	meta, _ := m["meta"].(map[string]any)
	for _, n := range []any{m["max_model_len"], meta["n_ctx"]} {
		if n, ok := n.(float64); ok && k.context == 0 {
			k.context = int(n)
		}
	}
}

// question is what else a server says of itself, and which fields of it identify it.
type question struct {
	path   string
	fields []string
}

var questions = map[string][]question{
	"vllm":         {{"version", []string{"version"}}},
	"sglang":       {{"get_model_info", []string{"model_path", "tokenizer_path", "weight_version"}}, {"get_server_info", []string{"version", "dtype", "quantization"}}},
	"llama-server": {{"props", []string{"build_info", "chat_template", "model_path", "modalities"}}},
	"hf":           {{"info", []string{"model_id", "model_sha", "version", "model_dtype"}}},
	"ollama":       {{"api/version", []string{"version"}}},
}

// fromServer asks what servers of this dialect say outside of OpenAI's protocol. What
// they do not say is left out.
func (s *server) fromServer(ctx context.Context, facts map[string]any, k *knowledge) {
	for _, q := range questions[s.name] {
		var said map[string]any
		if s.get(ctx, s.config.root(), q.path, &said) != nil {
			continue
		}
		for _, f := range q.fields {
			if value, ok := said[f]; ok {
				facts[q.path+" "+f] = value
			}
		}
		for _, f := range []string{"version", "build_info"} {
			if v, ok := said[f].(string); ok && v != "" {
				k.details["version"] = v
			}
		}
		if n, ok := said["total_slots"].(float64); ok {
			k.slots = int(n)
		}
	}
	switch s.name {
	case "ollama":
		s.fromOllama(ctx, facts, k)
	case "lmstudio":
		s.fromLMStudio(ctx, facts, k)
	}
}

func (s *server) fromOllama(ctx context.Context, facts map[string]any, k *knowledge) {
	var tags struct {
		Models []struct {
			Name   string `json:"name"`
			Digest string `json:"digest"`
		} `json:"models"`
	}
	if s.get(ctx, s.config.root(), "api/tags", &tags) == nil {
		for _, m := range tags.Models {
			if s.same(m.Name) {
				facts["digest"] = m.Digest
				k.details["model digest"] = m.Digest
			}
		}
	}
	var show struct {
		Modelfile  string `json:"modelfile"`
		Parameters string `json:"parameters"`
	}
	client := newClient(s.asDialect(), s.config.root(), s.transport)
	var res *http.Response
	if client.Post(ctx, "api/show", map[string]string{"model": s.model}, &res, option.WithMiddleware(s.refusals(nil))) != nil {
		return
	}
	defer res.Body.Close()
	if json.NewDecoder(&limitedReader{Reader: res.Body, left: s.mostBytes()}).Decode(&show) == nil {
		k.renders = strings.Contains(show.Modelfile, "\nRENDERER ")
		for line := range strings.Lines(show.Parameters) {
			_, _ = fmt.Sscanf(line, "num_ctx %d", &k.context)
		}
	}
}

func (s *server) fromLMStudio(ctx context.Context, facts map[string]any, k *knowledge) {
	var m map[string]any
	if s.get(ctx, s.config.root(), "api/v0/models/"+s.model, &m) != nil {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if slices.Contains([]string{"arch", "quantization", "publisher", "compatibility_type", "max_context_length", "loaded_context_length"}, key) {
			facts["lmstudio "+key] = m[key]
		}
	}
	if n, ok := m["loaded_context_length"].(float64); ok {
		k.context = int(n)
	}
}
