//go:build llamacpp

package main

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// scheduler computes several requests at once: a token of each that answers, and
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

	ledger  *ledger
	waiting []*job // in order of arrival

	mu     sync.Mutex // guards active for cancel, which other goroutines call
	active []*job     // in order of admission
}

// job is a request whose images are encoded.
type job struct {
	ctx     context.Context
	params  sdk.Params
	prompt  []unit
	sampler *llama.Sampler
	most    int         // tokens of the answer
	text    answer      // emits into pieces
	pieces  chan string // text as it is produced, nil when nobody wants it
	// logits, when not nil, is shown the scores of the first token of the answer.
	logits func([]float32)
	done   chan struct{} // closed when response and err are set

	response sdk.Response
	err      error

	sequence *sequence
	position int // of the unit to come
	read     int // units of the prompt that are computed
	token    llama.Token
	output   int // of the last batch that has the logits to sample from, -1 for none
	started  time.Time
	answered time.Time // when the answer began
}

// answers reports whether the prompt is computed.
func (j *job) answers() bool { return j.read == len(j.prompt) }

// toCome is how many more cells the job may take.
func (j *job) toCome() int {
	return cellsOf(j.prompt[j.read:]) + j.most - j.response.Usage.OutputTokens
}

func newScheduler(e *engine, c *llama.Context, cells, sequences int) *scheduler {
	s := &scheduler{
		engine: e, context: c, cells: cells, ledger: newLedger(sequences),
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

// end tells whoever waits for a job.
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

// admit starts jobs in order of arrival. One that shares much of its prompt with
// what another is just computing waits for that, and lets others pass.
func (s *scheduler) admit() {
	for i := 0; i < len(s.waiting) && len(s.active) < len(s.ledger.sequences); {
		j := s.waiting[i]
		source, n := s.ledger.longest(j.prompt)
		n = s.reusable(j, n)
		if s.soonMore(j, n) {
			i++
			continue
		}
		if !s.makeRoom(j, source, n) {
			return // those behind must not starve it
		}
		s.waiting = slices.Delete(s.waiting, i, i+1)
		s.start(j, source, n)
	}
}

// reusable is how many of n computed units a job starts after: never all of its
// prompt, since the last one gives the first logits, and in deterministic mode
// only as many as end where a batch ends in any case.
func (s *scheduler) reusable(j *job, n int) int {
	n = min(n, len(j.prompt)-1)
	if s.engine.config.deterministic {
		return afterTile(j.prompt, n)
	}
	if !s.engine.canCut {
		return 0
	}
	return n
}

// worthwhile is how many cells must be saved for a job to wait for another.
const worthwhile = 16

func (s *scheduler) soonMore(j *job, n int) bool {
	for _, other := range s.active {
		if other.answers() {
			continue
		}
		m := s.reusable(j, common(other.prompt, j.prompt))
		if m > n && cellsOf(j.prompt[n:m]) >= worthwhile {
			return true
		}
	}
	return false
}

// makeRoom forgets idle sequences until a job has room that begins with n units
// of source.
func (s *scheduler) makeRoom(j *job, source *sequence, n int) bool {
	if n == 0 {
		source = nil
	}
	reserved := cellsOf(j.prompt[n:]) + j.most
	for _, other := range s.active {
		reserved += other.toCome()
	}
	for s.ledger.used+reserved > s.cells {
		stale := s.ledger.stalest(source)
		switch {
		case stale != nil:
			s.forget(stale, 0)
		case source != nil && !source.busy && len(source.units) > n:
			s.forget(source, n)
		default:
			return false
		}
	}
	return true
}

// forget drops the units of a sequence from the n-th on.
func (s *scheduler) forget(q *sequence, n int) {
	if n == len(q.units) {
		return
	}
	if n > 0 && !s.context.Cut(q.id, positionsOf(q.units[:n])) {
		n = 0
	} else if n == 0 {
		s.context.Cut(q.id, 0)
	}
	s.ledger.cut(q, n)
}

// start gives a job a sequence that begins with n units of source.
func (s *scheduler) start(j *job, source *sequence, n int) {
	own := s.ledger.idle()
	if n > 0 && !source.busy && (own == nil || len(own.units) > 0) {
		own = source
		s.forget(own, n)
	} else {
		s.forget(own, 0)
		if n > 0 {
			s.context.Fork(source.id, own.id, positionsOf(source.units[:n]))
			s.ledger.fork(source, own, n)
		}
	}
	own.busy = true
	s.ledger.touch(own)
	j.sequence, j.read, j.position, j.output = own, len(own.units), own.position(), -1
	j.response.Usage.CachedTokens = cellsOf(j.prompt[:j.read])
	j.started = time.Now()
	if s.engine.config.deterministic && j.read == 0 {
		s.context.Reset() // cells are filled from the first one on
		s.ledger.reset()
	}
	for _, u := range j.prompt {
		if u.tile == nil {
			j.sampler.Accept(u.token)
		}
	}
	s.mu.Lock()
	s.active = append(s.active, j)
	s.mu.Unlock()
}

// step computes a batch of tokens, samples from it, and computes one of tiles,
// which overwrites what there was to sample from.
func (s *scheduler) step() {
	if err := s.computeTokens(); err != nil {
		s.fail(err)
		return
	}
	for _, j := range slices.Clone(s.active) {
		if j.output >= 0 {
			s.sample(j)
		}
	}
	if err := s.computeTiles(); err != nil {
		s.fail(err)
	}
}

// fail ends all active jobs: it is unknown what the context still holds.
func (s *scheduler) fail(err error) {
	if errors.Is(err, llama.ErrStopped) {
		err = context.Canceled
	}
	for _, j := range slices.Clone(s.active) {
		if j.ctx.Err() != nil {
			err = j.ctx.Err()
		}
		s.leave(j, err)
	}
	s.context.Reset()
	s.ledger.reset()
}

// computeTokens runs the last token of each job that answers, and the text that
// comes next in the prompts of the others.
func (s *scheduler) computeTokens() error {
	s.context.Clear()
	added := make([]int, len(s.active)) // units by job
	for i, j := range s.active {
		j.output = -1
		if j.answers() {
			j.output = s.context.AddToken(j.token, j.position, j.sequence.id, true)
			added[i] = 1
		}
	}
	for i, j := range s.active {
		for !j.answers() && s.context.Len() < s.context.BatchSize() {
			at := j.read + added[i]
			if at == len(j.prompt) || j.prompt[at].tile != nil {
				break
			}
			last := at == len(j.prompt)-1
			output := s.context.AddToken(j.prompt[at].token, j.position+added[i], j.sequence.id, last)
			if last {
				j.output = output
			}
			added[i]++
		}
	}
	if s.context.Len() == 0 {
		return nil
	}
	if err := s.compute(s.context.Run); err != nil {
		return err
	}
	for i, j := range s.active {
		j.position += added[i]
		if j.answers() {
			s.ledger.add(j.sequence, unit{token: j.token})
			continue
		}
		s.ledger.add(j.sequence, j.prompt[j.read:j.read+added[i]]...)
		j.read += added[i]
	}
	return nil
}

// computeTiles shows the tile that comes next to each job that has one, as many
// jobs as fit a batch, at least one.
func (s *scheduler) computeTiles() error {
	var tiles []llama.Tile
	var jobs []*job
	room := s.context.BatchSize()
	for _, j := range s.active {
		if j.answers() || j.prompt[j.read].tile == nil {
			continue
		}
		t := j.prompt[j.read].tile
		if len(jobs) > 0 && t.Count > room {
			continue
		}
		room -= t.Count
		jobs = append(jobs, j)
		tiles = append(tiles, llama.Tile{Embeddings: t.Embeddings, Count: t.Count, Columns: t.Columns, Pos: j.position, Sequence: j.sequence.id})
	}
	if len(jobs) == 0 {
		return nil
	}
	if err := s.compute(func() error { return s.context.RunTiles(tiles) }); err != nil {
		return err
	}
	for _, j := range jobs {
		u := j.prompt[j.read]
		s.ledger.add(j.sequence, u)
		j.position += u.positions()
		j.read++
	}
	return nil
}

// compute runs a batch, unless nobody waits for it.
func (s *scheduler) compute(run func() error) error {
	s.mu.Lock()
	s.context.Go()
	abandoned := !slices.ContainsFunc(s.active, func(j *job) bool { return j.ctx.Err() == nil })
	s.mu.Unlock()
	select {
	case <-s.stopped:
		abandoned = true
	default:
	}
	if abandoned {
		return llama.ErrStopped
	}
	s.engine.compute.Lock()
	defer s.engine.compute.Unlock()
	return run()
}

var errNaN = errors.New("the model computed no numbers (NaN): its weights or the GPU's results are damaged")

// sample chooses the next token of a job's answer, and ends the job when the
// model ends its turn, a stop string comes, or the limit of tokens is reached.
func (s *scheduler) sample(j *job) {
	if j.answered.IsZero() {
		j.answered = time.Now()
		j.response.Timings.Prefill = j.answered.Sub(j.started)
		if j.logits != nil {
			j.logits(s.context.Logits(j.output))
		}
	}
	token, logprob := j.sampler.Sample(s.context, j.output)
	if math.IsNaN(logprob) {
		s.leave(j, errNaN)
		return
	}
	if s.engine.model.EndsAnswer(token) {
		s.finish(j, sdk.FinishStop)
		return
	}
	j.response.LogProbs = append(j.response.LogProbs, logprob)
	j.response.Usage.OutputTokens++
	j.token = token
	switch {
	case j.text.add(s.engine.model.Piece(token, false)):
		s.finish(j, sdk.FinishStop)
	case j.response.Usage.OutputTokens == j.most:
		s.finish(j, sdk.FinishLength)
	}
}

func (s *scheduler) finish(j *job, reason sdk.FinishReason) {
	j.response.Text, j.response.Finish = j.text.finish(), reason
	s.leave(j, nil)
}
