//go:build llamacpp

package main

import (
	"context"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// backend is the sdk.Backend over llama.cpp. Generate may be called any number
// of times at once.
type backend struct {
	engine *engine // nil before Configure
	info   sdk.Info
}

func newBackend() (sdk.Backend, error) {
	return &backend{info: sdk.Info{Name: "llamacpp", Version: version(), ConfigSchema: configSchema, PathKeys: pathKeys}}, nil
}

// Describe says what was loaded; before Configure, where it could be loaded to.
func (b *backend) Describe(context.Context) (sdk.Info, error) {
	if b.engine != nil {
		return b.info, nil
	}
	info := b.info
	devices, err := devices()
	if err != nil {
		return info, sdk.Errorf(sdk.InvalidConfig, "%v", err)
	}
	if info.Engine, err = engineIdentity(); err != nil {
		return info, err
	}
	info.Device = deviceName(gpusOf(devices))
	info.Details = map[string]string{"devices": deviceList(devices), "libraries": libraryList(llama.Libraries()), "probe": probeFlag}
	return info, nil
}

// Configure loads the model. It can't be interrupted while llama.cpp reads files.
func (b *backend) Configure(_ context.Context, m map[string]any) error {
	if b.engine != nil {
		return sdk.Errorf(sdk.Internal, "llamacpp: Configure was called twice")
	}
	c, err := parseConfig(m)
	if err != nil {
		return err
	}
	e, err := load(c)
	if err != nil {
		return err
	}
	b.info, b.engine = e.describe(b.info), e
	return nil
}

// Generate answers one request.
func (b *backend) Generate(ctx context.Context, req sdk.Request, emit func(string)) (sdk.Response, error) {
	if b.engine == nil {
		return sdk.Response{}, sdk.Errorf(sdk.Internal, "llamacpp: Generate was called before Configure")
	}
	a, err := read(ctx, req, b.engine.salt)
	if err != nil {
		return sdk.Response{}, err
	}
	return b.engine.generate(ctx, a, emit)
}

// Close ends what is computed and frees the model.
func (b *backend) Close() error {
	if b.engine != nil {
		b.engine.close()
	}
	return nil
}
