package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// turn is what a user says at once.
type turn struct {
	system string // of the first turn
	prompt string
	images []*sdk.Image
	answer string // that was given to it before; "" of the last turn
	params sdk.Params
}

// turns splits a conversation.
func turns(req sdk.Request) ([]turn, error) {
	var all []turn
	var system strings.Builder
	for _, m := range req.Messages {
		text, images := parts(m)
		switch m.Role {
		case sdk.System:
			system.WriteString(text)
		case sdk.User:
			all = append(all, turn{prompt: text, images: images, params: req.Params})
		case sdk.Assistant:
			if len(all) == 0 {
				return nil, sdk.Errorf(sdk.InvalidRequest, "the conversation begins with an answer")
			}
			all[len(all)-1].answer = text
		}
	}
	if len(all) == 0 {
		return nil, sdk.Errorf(sdk.InvalidRequest, "the conversation has no message of the user")
	}
	all[0].system = system.String()
	return all, nil
}

func parts(m sdk.Message) (string, []*sdk.Image) {
	var text strings.Builder
	var images []*sdk.Image
	for _, p := range m.Parts {
		if p.Image != nil {
			images = append(images, p.Image)
		}
		text.WriteString(p.Text)
	}
	return text.String(), images
}

// prompts are names of the parameter for the prompt, where there are several texts.
var prompts = []string{"prompt", "question", "query", "message", "instruction", "text", "input", "user_input", "text_input"}

// systems are names of the parameter for the system message.
var systems = []string{"system", "system_prompt", "system_message"}

// tuning has the names of parameters that steer decoding, for what a request says of them.
var tuning = map[string]func(sdk.Params) (any, bool){
	"max_tokens":     func(p sdk.Params) (any, bool) { return p.MaxTokens, p.MaxTokens > 0 },
	"max_new_tokens": func(p sdk.Params) (any, bool) { return p.MaxTokens, p.MaxTokens > 0 },
	"temperature":    func(p sdk.Params) (any, bool) { return p.Temperature, p.Temperature > 0 },
	"top_p":          func(p sdk.Params) (any, bool) { return p.TopP, p.TopP > 0 },
	"top_k":          func(p sdk.Params) (any, bool) { return p.TopK, p.TopK > 0 },
	"seed":           func(p sdk.Params) (any, bool) { return p.Seed, true },
}

// source says what fills a place: one of the words that config has, or "" for a
// value; it is the same for every request.
type source struct {
	word  string // "$prompt"
	value any    // where word is ""; texts in it may have words
}

// sources decides once what fills the places of an endpoint.
func sources(e *endpoint, given map[string]any) ([]source, error) {
	names := map[string]bool{}
	var texts []string
	for _, p := range e.inputs {
		names[p.Name] = true
		if p.Component == "textbox" && given[p.Name] == nil && !slices.Contains(systems, p.Name) && (!p.HasDefault || slices.Contains(prompts, p.Name)) {
			texts = append(texts, p.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !names[name] || name == "" {
			return nil, sdk.Errorf(sdk.InvalidConfig, "config: inputs: endpoint /%s has no parameter %q; it has %s", e.name, name, strings.Join(e.names(), ", "))
		}
	}
	prompt, err := promptName(e, texts, given)
	if err != nil {
		return nil, err
	}
	out := make([]source, len(e.inputs))
	for i, p := range e.inputs {
		value, ok := given[p.Name]
		word, isText := value.(string)
		switch {
		case p.state:
			out[i] = source{}
		case ok && isText && words[word]:
			out[i] = source{word: word}
		case ok:
			out[i] = source{value: value}
		case p.Name == prompt:
			out[i] = source{word: "$prompt"}
		default:
			if out[i], err = automatic(e, p); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// words stand in config for what a request has.
var words = map[string]bool{"$prompt": true, "$system": true, "$image": true, "$images": true, "$message": true, "$seed": true, "$max_tokens": true, "$temperature": true}

// promptName is the parameter that gets the prompt; "" where something else has it.
func promptName(e *endpoint, texts []string, given map[string]any) (string, error) {
	has := slices.ContainsFunc(slices.Collect(maps.Values(given)), func(v any) bool {
		s, ok := v.(string)
		return ok && (strings.Contains(s, "$prompt") || s == "$message")
	})
	whole := slices.ContainsFunc(e.inputs, func(p parameter) bool { return p.Component == "multimodaltextbox" && given[p.Name] == nil })
	if has || whole {
		return "", nil
	}
	if len(texts) == 1 {
		return texts[0], nil
	}
	for _, name := range prompts {
		if slices.Contains(texts, name) {
			return name, nil
		}
	}
	if len(texts) == 0 {
		return "", nil // an app that looks at images only
	}
	return "", sdk.Errorf(sdk.InvalidConfig, "endpoint /%s has several parameters for text, %s; say which is the prompt with `inputs: {%s: $prompt}` in config", e.name, strings.Join(texts, ", "), texts[0])
}

// automatic fills a place that config does not name, by its component and name.
func automatic(e *endpoint, p parameter) (source, error) {
	switch p.Component {
	case "image":
		return source{word: "$image"}, nil
	case "gallery":
		return source{word: "$images"}, nil
	case "multimodaltextbox":
		return source{word: "$message"}, nil
	}
	if _, ok := tuning[p.Name]; ok && (p.Component == "number" || p.Component == "slider") {
		return source{word: "$" + p.Name, value: p.Default}, nil
	}
	if slices.Contains(systems, p.Name) && p.Component == "textbox" {
		return source{word: "$system", value: p.Default}, nil
	}
	if p.HasDefault {
		return source{value: p.Default}, nil
	}
	return source{}, sdk.Errorf(sdk.InvalidConfig, "endpoint /%s wants %s (%s), which has no default; give it with `inputs: {%s: ...}` in config", e.name, p.Name, p.Component, p.Name)
}

// names are those of the parameters.
func (e *endpoint) names() (all []string) {
	for _, p := range e.inputs {
		if !p.state {
			all = append(all, p.Name)
		}
	}
	return all
}

// capacity is how many images of a turn find a place; -1 is any number.
func capacity(sources []source) (n int) {
	for _, s := range sources {
		switch s.word {
		case "$image":
			n++
		case "$images", "$message":
			return -1
		}
	}
	return n
}

// bind makes the data of a call. files are the images of the turn on the app's side.
func bind(e *endpoint, sources []source, t turn, files []any) ([]any, error) {
	if n := capacity(sources); n >= 0 && len(files) > n {
		return nil, sdk.Errorf(sdk.InvalidRequest, "the prompt has %d images, and endpoint /%s takes %d", len(files), e.name, n)
	}
	if t.system != "" && !slices.ContainsFunc(sources, func(s source) bool { return mentions(s, "$system") }) {
		return nil, sdk.Errorf(sdk.InvalidRequest, "endpoint /%s has no parameter for a system message; put it into the prompt, or name one with `inputs: {...: $system}` in config", e.name)
	}
	if t.prompt != "" && !slices.ContainsFunc(sources, func(s source) bool { return mentions(s, "$prompt") || s.word == "$message" }) {
		return nil, sdk.Errorf(sdk.InvalidRequest, "endpoint /%s has no parameter for a prompt; write a prompt of images only, or name one with `inputs: {...: $prompt}` in config", e.name)
	}
	data := make([]any, len(sources))
	rest := files
	for i, s := range sources {
		switch s.word {
		case "":
			data[i] = filled(s.value, t)
		case "$prompt":
			data[i] = t.prompt
		case "$system":
			data[i] = t.system
			if t.system == "" {
				data[i] = s.value
			}
		case "$image":
			if len(rest) > 0 {
				data[i], rest = rest[0], rest[1:]
			}
		case "$images":
			list := []any{}
			for _, f := range files {
				list = append(list, map[string]any{"image": f, "caption": nil})
			}
			if e.inputs[i].Component != "gallery" {
				list = files
			}
			data[i] = list
		case "$message":
			data[i] = map[string]any{"text": t.prompt, "files": append([]any{}, files...)}
		default:
			data[i] = s.value
			if v, ok := tuning[s.word[1:]](t.params); ok {
				data[i] = v
			}
		}
	}
	return data, nil
}

// mentions reports whether a place is filled with a word, also within a text.
func mentions(s source, word string) bool {
	text, _ := s.value.(string)
	return s.word == word || s.word == "" && strings.Contains(text, word)
}

// filled puts a turn into a text of config.
func filled(value any, t turn) any {
	text, ok := value.(string)
	if !ok {
		return value
	}
	return strings.NewReplacer("$prompt", t.prompt, "$system", t.system, "$seed", fmt.Sprint(t.params.Seed)).Replace(text)
}
