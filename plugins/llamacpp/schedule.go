//go:build llamacpp

package main

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// scheduler computes several requests concurrently: a token of each that answers, and
// as much of the prompts of the others as fits, go into one batch. What a prompt
// has in common with another is computed once. One goroutine, run, uses the
// context and everything below it in the struct.
type scheduler struct {
	engine  *engine
	context *llama.Context
	cells   int // that the context holds
	arrive  chan *job
	stopped chan struct{} // closed by close
	ended   chan struct{} // closed when the goroutine is gone

	pace    pace
	ledger  *ledger
	waiting []*job // in order of arrival

	mu     sync.Mutex // guards active for cancel, which other goroutines call
	active []*job     // in order of admission
}

// job is a request whose images are encoded.
type job struct {
	ctx       context.Context
	params    sdk.Params
	prompt    []unit
	sampler   *llama.Sampler
	maxTokens int         // tokens of the answer
	text      answer      // emits into pieces
	pieces    chan string // text as it is produced, nil when nobody wants it
	// logits, when not nil, is shown the scores of the first token of the answer.
	logits func([]float32)
	done   chan struct{} // closed when response and err are set

	response sdk.Response
	err      error

	sequence  *sequence
	position  int // of the unit to come
	prefilled int // units of the prompt that are computed
	token     llama.Token
	output    int // of the last batch that has the logits to sample from, -1 for none
	started   time.Time
	answered  time.Time // when the answer began
}

// answers reports whether the prompt is computed.
func (j *job) answers() bool { return j.prefilled == len(j.prompt) }

// remaining is how many more cells the job may take.
func (j *job) remaining() int {
	return cellsOf(j.prompt[j.prefilled:]) + j.maxTokens - j.response.Usage.OutputTokens
}

func newScheduler(e *engine, c *llama.Context, cells, sequences int) *scheduler {
	s := &scheduler{
		engine: e, context: c, cells: cells, pace: pace{threads: e.threads}, ledger: newLedger(sequences),
		arrive: make(chan *job), stopped: make(chan struct{}), ended: make(chan struct{}),
	}
	go s.run()
	return s
}

// close ends all jobs and returns when none uses the context any more.
func (s *scheduler) close() {
	close(s.stopped)
	s.context.Stop()
	<-s.ended
}

// submit hands a job over; it is done when j.done is closed.
func (s *scheduler) submit(j *job) error {
	select {
	case s.arrive <- j:
		return nil
	case <-j.ctx.Done():
		return j.ctx.Err()
	case <-s.stopped:
		return context.Canceled
	}
}

// cancelled is called when the context of a job is done. A batch that computes
// for nobody any more is cut short.
func (s *scheduler) cancelled() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.active {
		if j.ctx.Err() == nil {
			return
		}
	}
	if len(s.active) > 0 {
		s.context.Stop()
	}
}

func (s *scheduler) run() {
	defer close(s.ended)
	for {
		if !s.gather() {
			s.endAll(context.Canceled)
			return
		}
		s.dropCancelled()
		s.admit()
		if len(s.active) > 0 {
			s.step()
		}
	}
}

// gather takes in what arrived; it waits when there is nothing to do. It reports
// false when the scheduler is closed.
func (s *scheduler) gather() bool {
	if len(s.active)+len(s.waiting) == 0 {
		select {
		case j := <-s.arrive:
			s.waiting = append(s.waiting, j)
		case <-s.stopped:
			return false
		}
	}
	for {
		select {
		case j := <-s.arrive:
			s.waiting = append(s.waiting, j)
		case <-s.stopped:
			return false
		default:
			return true
		}
	}
}

func (s *scheduler) endAll(err error) {
	for _, j := range s.waiting {
		s.end(j, err)
	}
	for _, j := range slices.Clone(s.active) {
		s.leave(j, err)
	}
	s.waiting = nil
}

// end informs whoever waits for a job.
func (s *scheduler) end(j *job, err error) {
	j.err = err
	if !j.answered.IsZero() {
		j.response.Timings.Decode = time.Since(j.answered)
	}
	j.sampler.Close()
	if j.pieces != nil {
		close(j.pieces)
	}
	close(j.done)
}

// leave ends an active job. Its sequence stays for others to begin with.
func (s *scheduler) leave(j *job, err error) {
	s.mu.Lock()
	s.active = slices.DeleteFunc(s.active, func(other *job) bool { return other == j })
	s.mu.Unlock()
	j.sequence.busy = false
	s.ledger.touch(j.sequence)
	s.end(j, err)
	// A long tail of idle sequences would slow down attention for the others.
	for s.ledger.idleCells() > s.engine.limit {
		s.forget(s.ledger.stalest(nil), 0)
	}
}

func (s *scheduler) dropCancelled() {
	for _, j := range slices.Clone(s.active) {
		if err := j.ctx.Err(); err != nil {
			s.leave(j, err)
		}
	}
	s.waiting = slices.DeleteFunc(s.waiting, func(j *job) bool {
		err := j.ctx.Err()
		if err != nil {
			s.end(j, err)
		}
		return err != nil
	})
}
