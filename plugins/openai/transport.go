package main

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

// newTransport connects to the server as the config says.
func newTransport(c config, connections int) (*http.Transport, error) {
	t := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		MaxIdleConns:          connections,
		MaxIdleConnsPerHost:   connections,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
		ForceAttemptHTTP2:     true,
		WriteBufferSize:       64 << 10,
	}
	if c.Proxy != "" {
		u, err := url.Parse(c.Proxy)
		if err != nil || u.Host == "" {
			return nil, sdk.Errorf(sdk.InvalidConfig, "config: proxy is no address; write one like http://proxy.example:3128")
		}
		t.Proxy = http.ProxyURL(u)
	}
	if c.CA != "" {
		pool, err := certificates(c.CA)
		if err != nil {
			return nil, err
		}
		t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	return t, nil
}

func certificates(path string) (*x509.CertPool, error) {
	data, err := regular.Read(path, 16<<20)
	if err != nil {
		return nil, sdk.Errorf(sdk.InvalidConfig, "config: ca: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(data) {
		return nil, sdk.Errorf(sdk.InvalidConfig, "config: ca: %s holds no certificate in PEM form", path)
	}
	return pool, nil
}

// newClient speaks to the server by OpenAI's own library, which adds the key and sees
// to it that no redirect gets hold of it. What is tried again call.go decides.
func newClient(c config, base string, t http.RoundTripper) openai.Client {
	options := []option.RequestOption{
		option.WithBaseURL(base + "/"), option.WithMaxRetries(0), option.WithHTTPClient(&http.Client{Transport: t}),
	}
	switch {
	case c.Key == "":
		options = append(options, option.WithHeaderDel("Authorization"))
	case c.Dialect == "azure":
		options = append(options, option.WithHeaderDel("Authorization"), option.WithHeader("Api-Key", c.Key))
	default:
		options = append(options, option.WithAPIKey(c.Key))
	}
	if c.APIVersion != "" {
		options = append(options, option.WithQuery("api-version", c.APIVersion))
	}
	for name, value := range c.Headers {
		options = append(options, option.WithHeader(name, value))
	}
	return openai.NewClient(options...)
}
