package infer

import (
	"context"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// schooled is a backend whose answers keep to a schema.
type schooled struct{ fake }

func (s *schooled) Describe(ctx context.Context) (sdk.Info, error) {
	info, err := s.fake.Describe(ctx)
	info.Capabilities.JSONSchema = true
	return info, err
}

// A backend that knows no schemas would refuse one.
func TestSchemaGoesToBackendsThatTakeOne(t *testing.T) {
	able, unable := &schooled{}, &fake{}
	p := Start(t.Context(), nil, Options{Open: func(_ context.Context, name string) (sdk.Backend, error) {
		return map[string]sdk.Backend{"able": able, "unable": unable}[name], nil
	}})
	defer p.Close()
	extra := map[string]any{sdk.JSONSchemaParam: map[string]any{"type": "object"}}
	for _, name := range []string{"able", "unable"} {
		if _, _, err := p.Ask(t.Context(), Request{Backend: name, Request: sdk.Request{Params: sdk.Params{Extra: extra}}}); err != nil {
			t.Fatal(err)
		}
	}
	if able.asked[0].Params.Extra[sdk.JSONSchemaParam] == nil || unable.asked[0].Params.Extra != nil || len(extra) != 1 {
		t.Errorf("able %v, unable %v, given %v", able.asked[0].Params.Extra, unable.asked[0].Params.Extra, extra)
	}
}
