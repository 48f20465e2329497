package conformance

import (
	"context"
	"errors"
	"time"

	"github.com/vlmspec/vlmspec/plugins/host"
)

// stops cancels calls before they begin, as they begin and while they run.
func (c *c) stops() {
	for _, after := range []time.Duration{0, time.Millisecond, 20 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(c.ctx, after)
		// A backend may be faster than the news; it must only not hang or break.
		_, err := c.b.Generate(ctx, c.request(1), nil)
		if err != nil && !errors.Is(err, ctx.Err()) {
			c.failf("a call that was cancelled after %s is the error %v", after, err)
		}
		cancel()
	}
	c.generate(c.request(1), nil)
	if b, ok := c.b.(*host.Backend); ok && b.Starts() > 1 {
		c.failf("it did not stop within 1.5 s, so that it was killed and had to be started again")
	}
}
