package conformance

import (
	"bytes"
	"encoding/json"
	"maps"
	"path/filepath"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

func (c *c) describesItself() {
	info, err := c.describe()
	if err != nil {
		c.fatalf("Describe: %v", err)
	}
	c.info = info
	if info.Name == "" || info.Version == "" {
		c.failf("name %q and version %q must not be empty", info.Name, info.Version)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(info.ConfigSchema))
	if err != nil {
		c.fatalf("ConfigSchema is no JSON: %v", err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("config.json", doc); err != nil {
		c.fatalf("ConfigSchema: %v", err)
	}
	schema, err := compiler.Compile("config.json")
	if err != nil {
		c.fatalf("ConfigSchema is no JSON Schema: %v", err)
	}
	config, err := plain(c.o.Config)
	if err != nil {
		c.fatalf("the config of this test is no JSON: %v", err)
	}
	if err := schema.Validate(config); err != nil {
		c.failf("ConfigSchema refuses the config of this test: %v", err)
	}
	more, _ := config.(map[string]any)
	more = maps.Clone(more)
	more["no_such_key"] = 1
	if schema.Validate(more) == nil {
		c.failf("ConfigSchema takes unknown keys, so a typo would be ignored; set additionalProperties to false")
	}
}

func (c *c) describe() (sdk.Info, error) {
	if c.b != nil {
		return c.b.Describe(c.ctx)
	}
	return host.Inspect(c.ctx, c.program)
}

// refusesConfig names a file that is missing wherever the config names one.
func (c *c) refusesConfig() {
	tried := false
	for _, key := range c.info.PathKeys {
		if _, ok := c.o.Config[key].(string); !ok || key == "file" && c.program.Name == "python" {
			continue // in a map or list, or not in this config, or what is tested here
		}
		tried = true
		config := maps.Clone(c.o.Config)
		config[key] = filepath.Join(c.dir, "missing")
		b, err := c.open(c.ctx, config)
		if err == nil {
			_ = b.Close()
			c.failf("it takes %s: %s, where there is no file; it must refuse that when it is configured", key, config[key])
		} else if sdk.KindOf(err) != sdk.InvalidConfig {
			c.failf("%s: %s, where there is no file, is an error of kind %s (%v); expected %s", key, config[key], sdk.KindOf(err), err, sdk.InvalidConfig)
		}
	}
	if !tried {
		c.skip("its config names no file")
	}
}

func (c *c) takesConfig() {
	var err error
	if c.b == nil {
		c.b, err = c.open(c.ctx, c.o.Config)
	} else {
		err = c.b.Configure(c.ctx, c.o.Config)
	}
	if err != nil {
		c.fatalf("Configure: %v", err)
	}
	info, err := c.b.Describe(c.ctx)
	if err != nil {
		c.fatalf("Describe: %v", err)
	}
	c.info = info
	if info.Model == "" {
		c.failf("Info.Model is empty; expected a name for people")
	}
	digest, ok := strings.CutPrefix(info.ModelDigest, "sha256:")
	if info.ModelDigest != "" && (!ok || len(digest) != 64) {
		c.failf("Info.ModelDigest is %q; expected sha256:<64 hex digits>", info.ModelDigest)
	}
}

// plain is config as JSON has it.
func plain(config map[string]any) (any, error) {
	data, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(data))
}
