package conformance

import (
	"math"
	"strings"
	"sync"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// generate asks, and ends the check when there is no answer.
func (c *c) generate(req sdk.Request, emit func(string)) sdk.Response {
	r, err := c.b.Generate(c.ctx, req, emit)
	if err != nil {
		c.fatalf("Generate: %v", err)
	}
	return r
}

func (c *c) answers() {
	r := c.generate(c.request(1), nil)
	if r.Text != strings.TrimSpace(r.Text) {
		c.failf("answer %q is not trimmed", r.Text)
	}
	if r.Finish != sdk.FinishStop && r.Finish != sdk.FinishLength {
		c.failf("the finish reason is %q", r.Finish)
	}
	if u := r.Usage; min(u.TextTokens, u.ImageTokens, u.OutputTokens, u.CachedTokens, u.CachedImages) < 0 {
		c.failf("usage has negative counts: %+v", u)
	}
	if n := len(r.Images); n > 1 || n == 1 && (min(r.Images[0].Width, r.Images[0].Height) < 0 || (r.Images[0].Width == 0) != (r.Images[0].Height == 0)) {
		c.failf("one image was shown, and its sizes are %+v; expected one size of two sides, or nothing", r.Images)
	}
}

func (c *c) answersAgain() {
	first, second := c.generate(c.request(1), nil), c.generate(c.request(1), nil)
	if first.Text != second.Text {
		c.failf("greedy answers to one request differ: %q, %q", first.Text, second.Text)
	}
}

func (c *c) emitsInOrder() {
	var emitted strings.Builder
	pieces := 0
	r := c.generate(c.request(1), func(text string) {
		emitted.WriteString(text)
		pieces++
	})
	actual := strings.TrimSpace(emitted.String())
	switch {
	case pieces == 0 && !c.info.Capabilities.Streaming:
		c.skip("it does not stream")
	case actual != r.Text:
		c.failf("emitted %q, answered %q", actual, r.Text)
	}
}

func (c *c) honoursSeed() {
	if !c.info.Capabilities.Seeds {
		c.skip("it does not take seeds")
	}
	req := c.request(1)
	req.Params.Temperature, req.Params.Seed = 1, 7
	first, second := c.generate(req, nil), c.generate(req, nil)
	if first.Text != second.Text {
		c.failf("answers with temperature 1 and one seed differ: %q, %q", first.Text, second.Text)
	}
}

func (c *c) givesLogProbs() {
	if !c.info.Capabilities.LogProbs {
		c.skip("it has none")
	}
	r := c.generate(c.request(1), nil)
	if len(r.LogProbs) == 0 && r.Text != "" {
		c.failf("the answer %q has no log-probabilities; Capabilities.LogProbs says that it has", r.Text)
	}
	for _, p := range r.LogProbs {
		if math.IsNaN(p) || p > 0 {
			c.failf("a log-probability is %v; expected a natural logarithm, at most 0", p)
		}
	}
}

func (c *c) takesTwoImages() {
	if c.info.Capabilities.MaxImages == 1 {
		c.skip("it takes one image")
	}
	c.generate(c.request(2), nil)
}

func (c *c) takesContent() {
	byPath, byContent := c.request(1), c.request(1)
	i := byContent.Messages[0].Parts[0].Image
	i.Path, i.Bytes = "", grey()
	if a, b := c.generate(byPath, nil), c.generate(byContent, nil); a.Text != b.Text {
		c.failf("greedy answers to an image by path and by content differ: %q, %q", a.Text, b.Text)
	}
}

// answersAtOnce makes one call more than the backend takes.
func (c *c) answersAtOnce() {
	var calls sync.WaitGroup
	errs := make([]error, max(c.info.Capabilities.Concurrency, 1)+1)
	for i := range errs {
		req := c.request(1)
		calls.Go(func() { _, errs[i] = c.b.Generate(c.ctx, req, nil) })
	}
	calls.Wait()
	for _, err := range errs {
		if err != nil {
			c.failf("Generate: %v", err)
		}
	}
}

// keepsConcurrency counts the calls that have begun and have not ended: a time
// limit runs while a backend computes a call, and not while it waits.
func (c *c) keepsConcurrency() {
	b, ok := c.b.(*host.Backend)
	if !ok || c.info.Capabilities.Queues {
		c.skip("its calls wait for each other where they like")
	}
	limit := max(c.info.Capabilities.Concurrency, 1)
	var mu sync.Mutex
	begun, most := 0, 0
	count := func(n int) {
		mu.Lock()
		defer mu.Unlock()
		begun += n
		most = max(most, begun)
	}
	var calls sync.WaitGroup
	for range 2*limit + 2 {
		req := c.request(1)
		calls.Go(func() {
			started := false
			// The answer comes after another call may have begun; so a call counts until
			// its answer is here, and the last one may overlap.
			_, err := b.GenerateAhead(c.ctx, req, func() { started = true; count(1) })
			if started {
				count(-1)
			}
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				c.failf("Generate: %v", err)
			}
		})
	}
	calls.Wait()
	if most > 2*limit {
		c.failf("%d calls had begun at the same time, and it says that it computes %d at once", most, limit)
	}
}
