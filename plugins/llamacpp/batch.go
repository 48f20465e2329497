//go:build llamacpp

package main

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

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
			at := j.prefilled + added[i]
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
	if err := s.compute(s.context.Len(), s.context.Run); err != nil {
		return err
	}
	for i, j := range s.active {
		j.position += added[i]
		if j.answers() {
			s.ledger.add(j.sequence, unit{token: j.token})
			continue
		}
		s.ledger.add(j.sequence, j.prompt[j.prefilled:j.prefilled+added[i]]...)
		j.prefilled += added[i]
	}
	return nil
}

// computeTiles shows the tile that comes next to each job that has one, as many
// jobs as fit a batch, at least one.
func (s *scheduler) computeTiles() error {
	var tiles []llama.Tile
	var jobs []*job
	room, n := s.context.BatchSize(), 0
	for _, j := range s.active {
		if j.answers() || j.prompt[j.prefilled].tile == nil {
			continue
		}
		t := j.prompt[j.prefilled].tile
		if len(jobs) > 0 && t.Count > room {
			continue
		}
		room, n = room-t.Count, n+t.Count
		jobs = append(jobs, j)
		tiles = append(tiles, llama.Tile{Embeddings: t.Embeddings, Count: t.Count, Columns: t.Columns, Pos: j.position, Sequence: j.sequence.id})
	}
	if len(jobs) == 0 {
		return nil
	}
	if err := s.compute(n, func() error { return s.context.RunTiles(tiles) }); err != nil {
		return err
	}
	for _, j := range jobs {
		u := j.prompt[j.prefilled]
		s.ledger.add(j.sequence, u)
		j.position += u.positions()
		j.prefilled++
	}
	return nil
}

// compute runs a batch of so many cells, unless nobody waits for it.
func (s *scheduler) compute(cells int, run func() error) error {
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
	start := time.Now()
	err := run()
	if s.engine.config.threads == auto && !s.engine.config.deterministic {
		if before := s.pace.threads; s.pace.note(cells, time.Since(start)) != before {
			s.context.SetThreads(s.pace.threads)
		}
	}
	return err
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
	case j.response.Usage.OutputTokens == j.maxTokens:
		s.finish(j, sdk.FinishLength)
	}
}

func (s *scheduler) finish(j *job, reason sdk.FinishReason) {
	j.response.Text, j.response.Finish = j.text.finish(), reason
	s.leave(j, nil)
}
