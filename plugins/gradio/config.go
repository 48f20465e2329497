package main

import (
	_ "embed"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

//go:embed config.schema.json
var configSchema []byte

// config is the backend's config, checked against the schema by the host.
type config struct {
	URL         string         `json:"url"`
	Endpoint    string         `json:"endpoint"`
	Inputs      map[string]any `json:"inputs"`
	Output      any            `json:"output"` // string, float64 or nil
	Revision    string         `json:"revision"`
	User        string         `json:"user"`
	Password    string         `json:"password"`
	Token       string         `json:"token"`
	Concurrency int            `json:"concurrency"`
	MaxWait     *float64       `json:"max_wait"` // seconds
}

// space is the address of a Space on Hugging Face's own pages.
var space = regexp.MustCompile(`^https://huggingface\.co/spaces/([^/]+)/([^/?#]+)/?$`)

var noHost = regexp.MustCompile(`[^a-z0-9]+`)

func readConfig(m map[string]any) (c config, err error) {
	data, err := json.Marshal(m)
	if err == nil {
		err = json.Unmarshal(data, &c)
	}
	if err != nil {
		return c, sdk.Errorf(sdk.InvalidConfig, "config: %w", err)
	}
	if s := space.FindStringSubmatch(c.URL); s != nil { // served under a name of its own
		c.URL = "https://" + noHost.ReplaceAllString(strings.ToLower(s[1]+"-"+s[2]), "-") + ".hf.space"
	}
	u, err := url.Parse(c.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return c, sdk.Errorf(sdk.InvalidConfig, "config: url is no http or https address; write one like http://127.0.0.1:7860")
	case u.User != nil:
		return c, sdk.Errorf(sdk.InvalidConfig, "config: url has a user or password in it; use user and password, with ${env:...}")
	case u.RawQuery != "" || u.Fragment != "":
		return c, sdk.Errorf(sdk.InvalidConfig, "config: url has a ? or # in it; write the address of the app alone")
	case (c.User == "") != (c.Password == ""):
		return c, sdk.Errorf(sdk.InvalidConfig, "config: a login needs both user and password")
	}
	c.URL = strings.TrimRight(c.URL, "/")
	c.Endpoint = strings.TrimPrefix(c.Endpoint, "/")
	c.Concurrency = max(c.Concurrency, 1)
	return c, nil
}

func (c config) wait() time.Duration {
	if c.MaxWait == nil {
		return time.Minute
	}
	return time.Duration(*c.MaxWait * float64(time.Second))
}
