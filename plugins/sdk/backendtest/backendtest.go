// Package backendtest is what a backend must do for vlmspec, as a test: call
// [Run] from a test of your backend, and [Program] with its program once it is
// built. The checks are those of package conformance, which `vlmspec backends
// test` runs as well.
package backendtest

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/conformance"
)

// Options fit the checks to a backend.
type Options = conformance.Options

// Run checks a backend that nobody has configured yet, and closes it.
func Run(t *testing.T, b sdk.Backend, o Options) {
	t.Helper()
	conformance.Backend(t.Context(), b, o, reporter(t))
}

// Program checks a backend as vlmspec starts it: the program at a path, in
// whatever language it is written.
func Program(t *testing.T, path string, o Options) {
	t.Helper()
	Found(t, host.Found{Name: strings.TrimPrefix(filepath.Base(path), host.Prefix), Path: path}, o)
}

// Found is [Program] with the arguments that a program is started with.
func Found(t *testing.T, f host.Found, o Options) {
	t.Helper()
	conformance.Program(t.Context(), f, o, reporter(t))
}

// reporter makes each result a subtest.
func reporter(t *testing.T) func(conformance.Result) {
	return func(r conformance.Result) {
		t.Run(r.Name, func(t *testing.T) {
			for _, note := range r.Notes {
				if r.Outcome == conformance.Failed {
					t.Error(note)
				}
			}
			if r.Outcome == conformance.Skipped {
				t.Skip(r.Notes)
			}
		})
	}
}
