// Package backend knows which program answers: it finds, starts and attaches to
// backends as plugin processes, and knows by a fingerprint whose answers are
// whose, between runs too. Start reading at [Opener]; fingerprint.go has the rest.
package backend

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/model"
	"github.com/vlmspec/vlmspec/runner/spec"
	"github.com/vlmspec/vlmspec/runner/trust"
)

// Plugins opens backends as plugin processes of a project. log gets what they
// print; nil drops it. limit is the longest time limit of what a backend is
// asked, and how long it may be silent while it starts, too; 0 is the host's own.
// running are processes to attach to, beside those that the environment names.
func Plugins(project string, log io.Writer, limit func(backend string) time.Duration, running host.Attachments) func(context.Context, spec.Backend) (sdk.Backend, error) {
	return func(ctx context.Context, b spec.Backend) (sdk.Backend, error) {
		o, err := hostOptions(project, log, b)
		if err != nil {
			return nil, err
		}
		if o.Attach == nil {
			o.Attach = running
		}
		o.Silence = min(limit(b.Name), host.SilenceTime)
		return host.Open(ctx, o)
	}
}

func hostOptions(project string, log io.Writer, b spec.Backend) (host.Options, error) {
	attach, err := host.ParseAttach(os.Getenv(host.AttachEnv))
	if err != nil {
		return host.Options{}, sdk.Errorf(sdk.InvalidConfig, "%w", err)
	}
	places := host.Places(project, os.Getenv)
	if missing, err := trust.Missing(project, trust.Backend(project, b, places)); err != nil || len(missing) > 0 {
		if err == nil {
			err = &trust.Error{Programs: missing}
		}
		return host.Options{}, sdk.Errorf(sdk.InvalidConfig, "%w", err)
	}
	config, err := model.Resolve(b)
	if err != nil {
		return host.Options{}, sdk.Errorf(sdk.InvalidConfig, "%w", err)
	}
	return host.Options{
		LoadTime: b.LoadTimeout, Name: b.Name, Plugin: b.Plugin, Config: config, Dir: b.Dir, Env: b.Env.Extra,
		Places: places, Log: log, Attach: attach,
	}, nil
}

// Program is what would be started as a backend, and the config that it would get,
// with paths as they stand in vlmspec.yaml.
func Program(project string, b spec.Backend) (host.Found, map[string]any, error) {
	o, err := hostOptions(project, nil, b)
	if err != nil {
		return host.Found{}, nil, err
	}
	f, err := host.FindFor(o.Plugin, o.Config, o.Dir, o.Places)
	return f, o.Config, err
}

// Start starts a backend as a process that others can attach to; its owner closes it.
func Start(ctx context.Context, project string, b spec.Backend) (*host.Backend, error) {
	o, err := hostOptions(project, nil, b)
	if err != nil {
		return nil, err
	}
	return host.Open(ctx, o)
}

// Opener opens the backends of a project by name. A mistake in the configuration
// of one is said with its place.
func Opener(p *spec.Project, open func(context.Context, spec.Backend) (sdk.Backend, error)) func(context.Context, string) (sdk.Backend, error) {
	return func(ctx context.Context, name string) (sdk.Backend, error) {
		b := p.Backends[name]
		if b.Err != nil {
			return nil, &sdk.Error{Kind: sdk.InvalidConfig, Message: b.Err.Error()}
		}
		backend, err := open(ctx, b)
		if err != nil {
			return nil, placed(err, b.Pos)
		}
		return backend, nil
	}
}

// placed adds where a backend is configured to what is wrong with it.
func placed(err error, pos spec.Pos) error {
	e := &sdk.Error{Kind: sdk.KindOf(err), Message: err.Error()}
	if inner, ok := err.(*sdk.Error); ok && inner.Err != nil { //nolint:errorlint // the host's own error, to keep its parts apart
		e.Message, e.Err = inner.Message, inner.Err
	}
	e.Message = fmt.Sprintf("%s: %s", pos, e.Message)
	return e
}
