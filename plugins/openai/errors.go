package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// mostShown bounds what is quoted of a server, in bytes.
const mostShown = 300

// statusError is an answer that is none.
type statusError struct {
	status  int
	words   string // the server's own
	code    string // "insufficient_quota"
	wait    time.Duration
	waiting bool // the server says how long to wait
}

func (e *statusError) Error() string {
	s := fmt.Sprintf("the server answered %d %s", e.status, http.StatusText(e.status))
	switch e.status {
	case http.StatusUnauthorized:
		s = "the server refuses the key (401)"
	case http.StatusForbidden:
		s = "the server forbids it to this key (403)"
	case http.StatusNotFound:
		s = "the server has no such model or path (404)"
	case http.StatusRequestEntityTooLarge:
		s = "the request is too large for the server (413)"
	}
	if e.words != "" {
		s += ": " + e.words
	}
	return s
}

// busy reports whether the server asks for fewer requests.
func (e *statusError) busy() bool {
	return (e.status == http.StatusTooManyRequests || e.status == http.StatusServiceUnavailable || e.status == 529) && e.code != "insufficient_quota"
}

// kind says what an error of a call means.
func (e *statusError) kind() sdk.ErrorKind {
	switch {
	case e.busy(), e.status >= 500, e.status == http.StatusRequestTimeout:
		return sdk.Unavailable
	case e.status == http.StatusTooManyRequests:
		return sdk.Internal // no money left
	}
	return sdk.InvalidRequest
}

// newStatusError reads why a server answers with an error.
func newStatusError(res *http.Response, now time.Time) *statusError {
	data, _ := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	e := &statusError{status: res.StatusCode}
	e.words, e.code = wordsOf(data)
	e.wait, e.waiting = retryAfter(res.Header, now)
	return e
}

// retryAfter reads how long a server asks to wait: seconds, a date (RFC 9110, section
// 10.2.3) or OpenAI's milliseconds.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	if ms, err := time.ParseDuration(h.Get("Retry-After-Ms") + "ms"); err == nil && ms >= 0 {
		return ms, true
	}
	value := h.Get("Retry-After")
	if s, err := time.ParseDuration(value + "s"); err == nil && s >= 0 {
		return s, true
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), 0), true
	}
	return 0, false
}

var tag = regexp.MustCompile(`(?s)<(script|style).*?</(script|style)>|<[^>]*>`)

// wordsOf finds the sentence in what servers answer with: OpenAI's error.message,
// vLLM's message, FastAPI's detail, Ollama's error, a page.
func wordsOf(data []byte) (words, code string) {
	var body map[string]json.RawMessage
	if json.Unmarshal(data, &body) == nil {
		for _, key := range []string{"error", "message", "detail", "msg"} {
			if raw, ok := body[key]; ok && string(raw) != "null" {
				return sentenceOf(raw)
			}
		}
	}
	text := string(data)
	if bytes.Contains(bytes.ToLower(data[:min(len(data), 512)]), []byte("<html")) {
		text = tag.ReplaceAllString(text, " ")
	}
	return shortened(text), ""
}

func sentenceOf(raw json.RawMessage) (words, code string) {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return shortened(s), ""
	}
	var o struct {
		Message string `json:"message"`
		Code    any    `json:"code"`
		Type    string `json:"type"`
	}
	if json.Unmarshal(raw, &o) == nil && o.Message != "" {
		code, _ := o.Code.(string)
		if code == "" {
			code = o.Type
		}
		return shortened(o.Message), code
	}
	return shortened(string(raw)), ""
}

// reported is the error that an event of a stream carries, nil where it is none.
func reported(data []byte) error {
	var e struct {
		Error json.RawMessage `json:"error"`
	}
	if bytes.Contains(data, []byte(`"error"`)) {
		_ = json.Unmarshal(data, &e) // whoever reads the answer says what is wrong
	}
	if len(e.Error) == 0 || string(e.Error) == "null" {
		return nil
	}
	words, code := sentenceOf(e.Error)
	kind := sdk.Unavailable
	if code == "context_length_exceeded" || code == "exceed_context_size_error" || code == "invalid_request_error" {
		kind = sdk.InvalidRequest
	}
	return sdk.Errorf(kind, "the server broke off: %s", words)
}

func reportedOr(data []byte, otherwise string) error {
	if err := reported(data); err != nil {
		return err
	}
	words, _ := wordsOf(data)
	return sdk.Errorf(sdk.Unavailable, "%s: %s", otherwise, words)
}

// shortened is the beginning of a text on one line.
func shortened(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= mostShown {
		return s
	}
	cut := mostShown
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// unreachable says in a sentence why a server could not be asked. Where another try
// would not help it is an error of kind Internal.
func unreachable(base string, err error) error {
	host := base
	if u, parseErr := url.Parse(base); parseErr == nil {
		host = u.Host
	}
	var dns *net.DNSError
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var verify *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var what string
	lasting := false
	switch {
	case errors.As(err, &dns):
		lasting = dns.IsNotFound
		what = "its name cannot be found (DNS)"
	case errors.As(err, &unknown):
		lasting, what = true, "its certificate is signed by an authority that is not known; name that in config key ca"
	case errors.As(err, &name), errors.As(err, &invalid), errors.As(err, &verify):
		lasting, what = true, "its certificate is not valid: "+root(err).Error()
	case errors.As(err, &record), errors.As(err, &alert):
		lasting, what = true, "it does not speak TLS as it should: is it http rather than https?"
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		lasting, what = true, "it speaks http, not https; write http:// in base_url"
	case errors.Is(err, syscall.ECONNREFUSED):
		what = "the connection is refused; is the server running?"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.EPIPE):
		what = "it closed the connection"
	default:
		what = root(err).Error()
	}
	kind := sdk.Unavailable
	if lasting {
		kind = sdk.Internal
	}
	return sdk.Errorf(kind, "%s cannot be reached: %s", host, what)
}

// root is the innermost cause, which has no address in it.
func root(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil || errors.Is(err, context.Canceled) {
			return err
		}
		err = inner
	}
}
