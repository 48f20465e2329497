package sdk

import (
	"errors"
	"fmt"
)

// ErrorKind says what an error means for the case and the run.
type ErrorKind string

// The kinds of error a backend reports; anything else counts as Internal.
const (
	// InvalidRequest: this case can never be answered (image unreadable, too
	// many images, prompt longer than the context). Not retried.
	InvalidRequest ErrorKind = "invalid_request"
	// InvalidConfig: the backend's configuration is wrong (missing model
	// file, truncated GGUF). No case of this backend can be answered.
	InvalidConfig ErrorKind = "invalid_config"
	// Unavailable: worth another try (server busy, connection lost). Of Configure:
	// there is no room for the model; it is tried again when no other is loaded.
	Unavailable ErrorKind = "unavailable"
	// Internal: the backend failed in a way it did not foresee.
	Internal ErrorKind = "internal"
	// Crashed: the backend process ended while it was needed. Set by the host.
	Crashed ErrorKind = "crashed"
	// Timeout: no whole answer within the case's time limit. Set by the host.
	Timeout ErrorKind = "timeout"
)

// Error is a backend error with a meaning. It survives the way over gRPC.
type Error struct {
	Kind    ErrorKind
	Message string // one sentence for a person
	Err     error  // cause, may be nil; only its text crosses processes
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Message + ": " + e.Err.Error()
	}
	return e.Message
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error of a kind; %w records a cause without repeating its text.
func Errorf(kind ErrorKind, format string, args ...any) error {
	return &Error{Kind: kind, Message: fmt.Errorf(format, args...).Error()}
}

// KindOf finds the kind of err, Internal when it has none.
func KindOf(err error) ErrorKind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}
