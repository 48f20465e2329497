package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/ssestream"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// Tries of a call that failed for a reason that may pass, and the first wait between them.
const (
	mostTries = 3
	firstWait = 300 * time.Millisecond
)

// call asks the server. A server that is busy is asked again when it says so, for as long
// as the config allows; what broke is tried again unless a token of the answer came.
func (s *server) call(ctx context.Context, b *body, emit func(string)) (sdk.Response, error) {
	waited, tries := time.Duration(0), 0
	for {
		if err := s.limiter.enter(ctx); err != nil {
			return sdk.Response{}, err
		}
		sdk.Begun(ctx)
		a := &answer{emit: emit, sent: time.Now()}
		r, err := s.ask(ctx, b, a)
		var refused *statusError
		switch {
		case ctx.Err() != nil:
			s.limiter.failed()
			return sdk.Response{}, ctx.Err()
		case err == nil:
			s.limiter.answered(r.Timings.Prefill)
			s.failures.Store(0)
			return r, s.whole(a)
		case errors.As(err, &refused) && refused.busy():
			wait := s.limiter.refused(a.sent, refused.wait, refused.waiting)
			if waited += wait; waited > s.config.wait() {
				return sdk.Response{}, s.clean(sdk.Errorf(sdk.Internal, "%w; it asks to wait %s, and max_wait allows %s in all", err, wait.Round(time.Millisecond), s.config.wait()))
			}
			continue
		}
		s.limiter.failed()
		tries++
		if !s.worthAnotherTry(err, a, tries) {
			return sdk.Response{}, s.clean(settled(err))
		}
		if err := sleep(ctx, backoff(tries)); err != nil {
			return sdk.Response{}, err
		}
	}
}

// worthAnotherTry reports whether a failure may pass. Once several calls in a row have
// used up their tries, the others do not wait as long for the same.
func (s *server) worthAnotherTry(err error, a *answer, tries int) bool {
	if kindOf(err) != sdk.Unavailable || !a.first.IsZero() {
		return false
	}
	if tries < mostTries && s.failures.Load() < mostTries {
		return true
	}
	s.failures.Add(1)
	return false
}

func kindOf(err error) sdk.ErrorKind {
	if status, ok := errors.AsType[*statusError](err); ok {
		return status.kind()
	}
	return sdk.KindOf(err)
}

// settled is an error that has been tried again already, which vlmspec need not do.
func settled(err error) error {
	kind := kindOf(err)
	if kind == sdk.Unavailable {
		kind = sdk.Internal
	}
	return sdk.Errorf(kind, "%w", err)
}

func backoff(tries int) time.Duration {
	d := firstWait << (tries - 1)
	return d/2 + rand.N(d)
}

// clean takes the key out of what is said, since servers quote it.
func (s *server) clean(err error) error {
	text := err.Error()
	for _, secret := range s.secrets {
		text = strings.ReplaceAll(text, secret, "[redacted]")
	}
	return sdk.Errorf(sdk.KindOf(err), "%s", text)
}

// ask sends a request and reads the answer by way of a.
func (s *server) ask(ctx context.Context, b *body, a *answer) (sdk.Response, error) {
	if err := s.exchange(ctx, b, a); err != nil {
		return sdk.Response{}, err
	}
	return a.response()
}

// exchange sends a request and reads the answer into a.
func (s *server) exchange(ctx context.Context, b *body, a *answer) error {
	var res *http.Response
	err := s.client.Post(ctx, s.dialect.protocol.path(s), b.reader(), &res, option.WithHeader("Content-Type", "application/json"), option.WithMiddleware(s.refusals(b)))
	var status *statusError
	switch {
	case errors.As(err, &status):
		return status
	case err != nil:
		return unreachable(s.config.BaseURL, err)
	}
	defer res.Body.Close()
	limited := &limitedReader{Reader: res.Body, left: s.mostBytes()}
	err = s.read(res.Header.Get("Content-Type"), limited, a)
	if err != nil && limited.left < 0 {
		return errTooLong(s.config.MaxAnswerMB)
	}
	return err
}

// refusals has a request carry its length, and makes an error of an answer that is none.
func (s *server) refusals(b *body) option.Middleware {
	return func(req *http.Request, next option.MiddlewareNext) (*http.Response, error) {
		if b != nil {
			req.ContentLength = b.size
			req.GetBody = func() (io.ReadCloser, error) { return b.reader(), nil }
		}
		res, err := next(req)
		if err != nil || res.StatusCode < 300 {
			return res, err
		}
		defer res.Body.Close()
		return nil, newStatusError(res, time.Now())
	}
}

// read takes the answer to pieces, by what the server says that it is.
func (s *server) read(contentType string, in io.Reader, a *answer) error {
	media, _, _ := mime.ParseMediaType(contentType)
	r := s.dialect.protocol.reader()
	switch media {
	case "text/event-stream":
		return readEvents(r, in, a)
	case "application/x-ndjson":
		return readLines(r, in, a)
	case "application/json", "":
		data, err := io.ReadAll(in)
		if err != nil {
			return broken(err)
		}
		return r.whole(a, data)
	}
	begin, _ := io.ReadAll(io.LimitReader(in, 4<<10))
	words, _ := wordsOf(begin)
	return sdk.Errorf(sdk.Internal, "the server answers with %s, expected JSON: %s; is base_url right?", media, words)
}

// readEvents reads server-sent events.
func readEvents(r reader, in io.Reader, a *answer) error {
	d := ssestream.NewDecoder(&http.Response{Body: io.NopCloser(in)})
	some := false
	for d.Next() {
		data := bytes.TrimSpace(d.Event().Data)
		if bytes.Equal(data, []byte("[DONE]")) {
			return nothing(some)
		}
		some = true
		if err := r.piece(a, data); err != nil {
			return err
		}
	}
	if err := d.Err(); err != nil {
		return broken(err)
	}
	return nothing(some)
}

// readLines reads JSON lines.
func readLines(r reader, in io.Reader, a *answer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	some := false
	for lines.Scan() {
		if line := bytes.TrimSpace(lines.Bytes()); len(line) > 0 {
			some = true
			if err := r.piece(a, line); err != nil {
				return err
			}
		}
	}
	if err := lines.Err(); err != nil {
		return broken(err)
	}
	return nothing(some)
}

func nothing(some bool) error {
	if !some {
		return sdk.Errorf(sdk.Unavailable, "the server's answer is empty")
	}
	return nil
}

func broken(err error) error {
	if errors.Is(err, errLimit) {
		return err
	}
	return sdk.Errorf(sdk.Unavailable, "the server's answer broke off: %w", root(err))
}

// errLimit says that an answer is longer than is read.
var errLimit = errors.New("too long")

// limitedReader fails beyond a number of bytes.
type limitedReader struct {
	io.Reader
	left int64
}

func (l *limitedReader) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, errLimit
	}
	n, err := l.Reader.Read(p[:min(int64(len(p)), l.left+1)])
	if l.left -= int64(n); l.left < 0 {
		return n, errLimit
	}
	return n, err
}

func errTooLong(most float64) error {
	return sdk.Errorf(sdk.Internal, "the server's answer is longer than %v MB; max_answer_mb in the config allows more", most)
}

func (s *server) mostBytes() int64 { return int64(s.config.MaxAnswerMB * 1e6) }
