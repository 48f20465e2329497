package main

import (
	_ "embed"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

//go:embed config.schema.json
var configSchema []byte

// config is the backend's config, checked against the schema by the host.
type config struct {
	BaseURL     string            `json:"base_url"`
	Dialect     string            `json:"dialect"`
	Model       string            `json:"model"`
	Key         string            `json:"key"`
	Headers     map[string]string `json:"headers"`
	APIVersion  string            `json:"api_version"`
	Revision    string            `json:"revision"`
	Concurrency int               `json:"concurrency"`
	Context     int               `json:"context"`
	LogProbs    *bool             `json:"logprobs"`
	Stream      *bool             `json:"stream"`
	ImageFormat string            `json:"image_format"`
	ImageURL    string            `json:"image_url"`
	Body        map[string]any    `json:"body"`
	MaxWait     float64           `json:"max_wait"`      // seconds
	MaxAnswerMB float64           `json:"max_answer_mb"` // megabytes
	Proxy       string            `json:"proxy"`
	CA          string            `json:"ca"` // path
}

func readConfig(m map[string]any) (c config, err error) {
	data, err := json.Marshal(m)
	if err == nil {
		err = json.Unmarshal(data, &c)
	}
	if err != nil {
		return c, sdk.Errorf(sdk.InvalidConfig, "config: %w", err)
	}
	if c.MaxWait == 0 {
		c.MaxWait = 60
	}
	if c.MaxAnswerMB == 0 {
		c.MaxAnswerMB = 16
	}
	return c, c.check()
}

func (c *config) check() error {
	if c.BaseURL == "" && c.Dialect != "" {
		c.BaseURL = dialects[c.Dialect].url
	}
	if c.BaseURL == "" {
		return sdk.Errorf(sdk.InvalidConfig, "config: key %q is missing; write one like base_url: http://127.0.0.1:8000/v1", "base_url")
	}
	u, err := url.Parse(c.BaseURL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return sdk.Errorf(sdk.InvalidConfig, "config: base_url is no http or https address; write one like http://127.0.0.1:8000/v1")
	case u.User != nil:
		return sdk.Errorf(sdk.InvalidConfig, "config: base_url has a user or password in it; use key or headers, with ${env:...}")
	case u.RawQuery != "" || u.Fragment != "":
		return sdk.Errorf(sdk.InvalidConfig, "config: base_url has a ? or # in it; write it without, and api_version as a key of its own")
	case c.Dialect == "azure" && c.Model == "":
		return sdk.Errorf(sdk.InvalidConfig, "config: key %q is missing: of azure it is the name of the deployment", "model")
	case c.APIVersion != "" && c.Dialect != "azure":
		return sdk.Errorf(sdk.InvalidConfig, "config: api_version is of dialect azure")
	}
	for _, reserved := range ours {
		if _, taken := c.Body[reserved]; taken {
			return sdk.Errorf(sdk.InvalidConfig, "config: body.%s is set by vlmspec itself; leave it out", reserved)
		}
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	return nil
}

// root is where a server has what is not of OpenAI's protocol.
func (c *config) root() string { return strings.TrimSuffix(c.BaseURL, "/v1") }

func (c *config) wait() time.Duration { return time.Duration(c.MaxWait * float64(time.Second)) }

// streams reports whether answers are taken as they are produced.
func (c *config) streams() bool { return c.Stream == nil || *c.Stream }
