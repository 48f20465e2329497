package plugin_test

import (
	"context"
	"fmt"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/plugin"
)

// parrot answers with the number of images it was shown.
type parrot struct{}

func (parrot) Configure(context.Context, map[string]any) error { return nil }

func (parrot) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{
		Name: "parrot", Version: "1.0.0", Model: "none",
		ConfigSchema: []byte(`{"type": "object", "additionalProperties": false}`),
	}, nil
}

func (parrot) Generate(_ context.Context, req sdk.Request, _ func(string)) (sdk.Response, error) {
	images := 0
	for _, m := range req.Messages {
		for _, p := range m.Parts {
			if p.Image != nil {
				images++
			}
		}
	}
	return sdk.Response{Text: fmt.Sprintf("I see %d images.", images), Finish: sdk.FinishStop}, nil
}

func (parrot) Close() error { return nil }

// A whole backend: build it as vlmspec-backend-parrot, put it on PATH, and name
// the plugin parrot in vlmspec.yaml.
func ExampleServe() {
	plugin.Serve(parrot{})
}
