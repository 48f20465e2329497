package suite

import (
	"context"

	"github.com/vlmspec/vlmspec/runner/check"
)

// Answer is an answer with what it was given to: what the matchers look at.
type Answer = check.Input

// Ask shows images, by their paths, and a prompt to the project's default
// backend, greedily. It is for tests that specs cannot say, works once the
// backends have been started, and is answered as a case is, see
// [runner.Execution.Ask].
func (s *Suite) Ask(ctx context.Context, prompt string, images ...string) (Answer, error) {
	if s.err != nil {
		return Answer{}, s.err
	}
	return s.execution().Ask(ctx, prompt, images...)
}
