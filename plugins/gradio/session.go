package main

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"sync"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// session is a conversation that an app remembers.
type session struct {
	hash  string
	turns []turn // with the answers that were given
}

// sessions keeps those that may go on. It is safe for concurrent use.
type sessions struct {
	mu   sync.Mutex
	open []session
}

// maxSessions bounds the conversations that are kept; an older one is had anew.
const maxSessions = 1000

func newHash() string { return strings.ToLower(rand.Text()) }

// take returns the session that has had just these turns. It goes on with one
// case only.
func (s *sessions) take(had []turn) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.open, func(o session) bool { return slices.EqualFunc(o.turns, had, same) })
	if i < 0 {
		return session{}, false
	}
	found := s.open[i]
	s.open = slices.Delete(s.open, i, i+1)
	return found, true
}

func (s *sessions) put(o session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.open) >= maxSessions {
		s.open = slices.Delete(s.open, 0, 1)
	}
	s.open = append(s.open, o)
}

// same compares a turn that an app had with one of a request, whose answer may
// lack what was thought before it.
func same(was, is turn) bool {
	return was.system == is.system && was.prompt == is.prompt && continues(was.answer, is.answer) &&
		slices.EqualFunc(was.images, is.images, func(a, b *sdk.Image) bool { return a.SHA256 == b.SHA256 && a.Path == b.Path })
}

func continues(was, is string) bool {
	return strings.HasSuffix(strings.TrimSpace(was), strings.TrimSpace(is))
}

// resume returns a session that has had these turns, and has them anew where there
// is none: an earlier answer may have come from the cache.
func (b *backend) resume(ctx context.Context, had []turn) (session, error) {
	if len(had) == 0 {
		return session{hash: newHash()}, nil
	}
	if !b.endpoint.remembers() {
		return session{}, sdk.Errorf(sdk.InvalidRequest, "endpoint /%s keeps no conversation, so that a case of several turns cannot be asked of it", b.endpoint.name)
	}
	if s, ok := b.sessions.take(had); ok {
		return s, nil
	}
	s := session{hash: newHash()}
	for i, t := range had {
		answer, err := b.ask(ctx, &s, t)
		if err != nil {
			return s, err
		}
		if !continues(answer, t.answer) {
			return s, sdk.Errorf(sdk.Internal, "the conversation cannot be continued: asked again, the app answers turn %d with %q, and it was %q before", i+1, shorten(answer), shorten(t.answer))
		}
	}
	return s, nil
}
