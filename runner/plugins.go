package runner

import (
	"context"
	"io"
	"os"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/model"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// Plugins opens backends as plugin processes of a project. log gets what they
// print; nil drops it.
func Plugins(project string, log io.Writer) func(context.Context, spec.Backend) (sdk.Backend, error) {
	return func(ctx context.Context, b spec.Backend) (sdk.Backend, error) {
		o, err := hostOptions(project, log, b)
		if err != nil {
			return nil, err
		}
		return host.Open(ctx, o)
	}
}

func hostOptions(project string, log io.Writer, b spec.Backend) (host.Options, error) {
	attach, err := host.ParseAttach(os.Getenv(host.AttachEnv))
	if err != nil {
		return host.Options{}, sdk.Errorf(sdk.InvalidConfig, "%w", err)
	}
	config, err := model.Resolve(b)
	if err != nil {
		return host.Options{}, sdk.Errorf(sdk.InvalidConfig, "%w", err)
	}
	return host.Options{
		Name: b.Name, Plugin: b.Plugin, Config: config, Dir: b.Dir,
		Places: host.Places(project, os.Getenv), Log: log, Attach: attach,
	}, nil
}

// Start starts a backend as a process that others can attach to; its owner closes it.
func Start(ctx context.Context, project string, b spec.Backend) (*host.Backend, error) {
	o, err := hostOptions(project, nil, b)
	if err != nil {
		return nil, err
	}
	return host.Open(ctx, o)
}

// Attached opens a backend that another process has started, where attach names
// it, and starts one of its own where it does not.
func Attached(ctx context.Context, project string, b spec.Backend, attach host.Attachments) (sdk.Backend, error) {
	o, err := hostOptions(project, nil, b)
	if err != nil {
		return nil, err
	}
	if o.Attach == nil {
		o.Attach = attach
	}
	return host.Open(ctx, o)
}
