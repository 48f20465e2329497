package model

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// tries is how often in a row something may fail without a byte of progress.
const tries = 5

// persist does something until it is done, or fails in a way that another try
// would not fix, or too often in a row. do reports whether it got any further.
func (p *Puller) persist(ctx context.Context, do func() (further bool, err error)) error {
	for failed := 0; ; {
		further, err := do()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		t, again := errors.AsType[transient](err)
		if !again {
			return err
		}
		if further && !t.slow {
			failed = 0
		}
		if failed++; failed == tries {
			return fmt.Errorf("%w; gave up after %d tries", t.error, tries)
		}
		pause := backoff(failed, t.after)
		p.note("%v; trying again", t.error)
		if err := p.pause(ctx, pause); err != nil {
			return err
		}
	}
}

// backoff doubles from half a second, with a random part so that several
// connections do not come back at once; a server may ask for up to a minute.
func backoff(failed int, asked time.Duration) time.Duration {
	d := time.Second << (failed - 1)
	d = d/2 + rand.N(d/2)
	return max(d, min(asked, time.Minute))
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
