package infer

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/cache"
	"github.com/vlmspec/vlmspec/runner/result"
)

// Fingerprint is what a backend is, as far as its answers depend on it.
type Fingerprint struct {
	Info   sdk.Info
	Digest [sha256.Size]byte // over program, version, config, model and device
	Why    string            // why its answers are not cached; "" when they are
}

// Fingerprints says what backends are. It is called from several goroutines.
type Fingerprints interface {
	// Lookup says what a backend is without starting it; ok is false when
	// that is not known for certain.
	Lookup(name string) (id Fingerprint, ok bool)
	// Record says what a backend is that has been started.
	Record(name string, b sdk.Backend, info sdk.Info) Fingerprint
}

// NotCached is the kind of fault of a case that --offline leaves without an
// answer.
const NotCached = "not_cached"

// lookup answers a sample without its backend: from the cache, where an answer
// to every turn is cached, or by the fault that an image is not there or that no
// backend may be asked. ok is false when the backend has to be asked.
func (l *lane) lookup(task Task) (a Answer, ok bool) {
	a.Started = time.Now()
	defer func() { a.Seconds = time.Since(a.Started).Seconds() }()
	id, why := l.cacheable(task.Case.Params, task)
	talk := l.pool.talk(task, &a)
	for i := 0; i < len(task.Case.Turns) && why == ""; i++ {
		if err := talk.ask(i); err != nil {
			a.Fault = faultOf(err, 0)
			return a, true
		}
		r, found := l.cached(id, talk.req, task.Index)
		if !found {
			why = "no answer to it is cached"
			break
		}
		talk.said(r).Cached = true
	}
	if why == "" {
		return a, true
	}
	if l.pool.options.Offline {
		return Answer{Started: a.Started, Fault: offline(why)}, true
	}
	return Answer{}, false
}

func offline(why string) *result.Fault {
	return &result.Fault{Kind: NotCached, Message: "--offline asks no backend, and " + why + "; run it without --offline"}
}

// cacheable says what the backend is, or why its answers are not to be had from
// the cache.
func (l *lane) cacheable(p sdk.Params, task Task) (id Fingerprint, why string) {
	if l.pool.options.Cache == nil {
		return id, "there is no cache"
	}
	if l.pool.options.Fresh {
		return id, "the cache is not to be read"
	}
	if task.Timed {
		return id, "the case checks how long the answer takes, which has to be measured"
	}
	id, known := l.fingerprint(false)
	if !known {
		return id, fmt.Sprintf("backend %s has not answered yet, or its program, config or model is another now", l.name)
	}
	return id, id.uncacheable(p, task.Never)
}

// uncacheable says why answers are not cached, "" when they are. A sample without a
// seed is not one that could be had again.
func (id Fingerprint) uncacheable(p sdk.Params, never bool) string {
	switch {
	case never:
		return "the case says cache: never"
	case id.Why != "":
		return id.Why
	case p.Temperature > 0 && !id.Info.Capabilities.Seeds:
		return fmt.Sprintf("backend %s samples without a seed, so that its answers are not cached", id.Info.Name)
	}
	return ""
}

// cached finds the answer to a request.
func (l *lane) cached(id Fingerprint, req sdk.Request, sample int) (r sdk.Response, ok bool) {
	key, ok := keyOf(id, req, sample)
	if !ok {
		return r, false
	}
	value, ok := l.pool.options.Cache.Get(key)
	if !ok {
		return r, false
	}
	var k cachedAnswer
	if json.Unmarshal(value, &k) != nil {
		return r, false
	}
	return sdk.Response{Text: k.Text, Finish: k.Finish, LogProbs: k.LogProbs, Images: k.Images, Reasoning: k.Reasoning, Usage: sdk.Usage{
		TextTokens: k.TextTokens, ImageTokens: k.ImageTokens, OutputTokens: k.OutputTokens,
	}}, true
}

// cachedAnswer is a record: an answer without the time that it took once.
type cachedAnswer struct {
	Text         string           `json:"text"`
	Finish       sdk.FinishReason `json:"finish"`
	TextTokens   int              `json:"text_tokens"`
	ImageTokens  int              `json:"image_tokens"`
	OutputTokens int              `json:"output_tokens"`
	LogProbs     []float64        `json:"logprobs,omitempty"`
	Images       []sdk.ImageShown `json:"images,omitempty"`
	Reasoning    string           `json:"reasoning,omitempty"` // as the backend gave it; that of Text stands there
}

// cacheWrites gathers the answers of a sample.
type cacheWrites struct {
	keys   []cache.Key
	values [][]byte
}

// add notes an answer that is cacheable.
func (k *cacheWrites) add(l *lane, task Task, req sdk.Request, r sdk.Response) {
	if l.pool.options.Cache == nil {
		return
	}
	id, known := l.fingerprint(true)
	if !known || id.uncacheable(req.Params, task.Never) != "" {
		return
	}
	value, err := json.Marshal(cachedAnswer{r.Text, r.Finish, r.Usage.TextTokens, r.Usage.ImageTokens, r.Usage.OutputTokens, r.LogProbs, r.Images, r.Reasoning})
	if key, ok := keyOf(id, req, task.Index); ok && err == nil {
		k.keys, k.values = append(k.keys, key), append(k.values, value)
	}
}

func (k *cacheWrites) put(c *cache.Store) {
	for i := range k.keys {
		c.Put(k.keys[i], k.values[i])
	}
}

// keyOf names the answer to a request: a digest of all that determines it. An
// image counts by the digest of its file, since to decode every image would take
// longer than a run of cached cases, and by its name, which a backend may go by.
// ok is false for a request that has no JSON.
func keyOf(id Fingerprint, req sdk.Request, sample int) (key cache.Key, ok bool) {
	type part struct{ Text, SHA256, Name string }
	type message struct {
		Role  sdk.Role
		Parts []part
	}
	all := struct {
		Kind     string
		Backend  []byte
		Messages []message
		Params   sdk.Params
		Sample   int
	}{Kind: "answer 2", Backend: id.Digest[:], Params: req.Params, Sample: sample}
	for _, m := range req.Messages {
		msg := message{Role: m.Role}
		for _, p := range m.Parts {
			if p.Image == nil {
				msg.Parts = append(msg.Parts, part{Text: p.Text})
			} else {
				msg.Parts = append(msg.Parts, part{SHA256: p.Image.SHA256, Name: filepath.Base(p.Image.Path)})
			}
		}
		all.Messages = append(all.Messages, msg)
	}
	data, err := json.Marshal(all)
	return sha256.Sum256(data), err == nil
}
