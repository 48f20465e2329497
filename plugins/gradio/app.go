package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// maxBody bounds what an app sends at once, in bytes.
const maxBody = 64 << 20

// app is a running app.
type app struct {
	config config
	http   *http.Client // keeps the cookies of a login
	prefix string       // of all paths but /config and /login; "" in Gradio 4
	about  about
}

// about is what an app says of itself in /config.
type about struct {
	Version      string       `json:"version"`
	Prefix       string       `json:"api_prefix"`
	Protocol     string       `json:"protocol"`
	ShowError    bool         `json:"show_error"`
	Dependencies []dependency `json:"dependencies"`
	Components   []component  `json:"components"`
}

type dependency struct {
	ID      *int  `json:"id"`
	APIName any   `json:"api_name"` // string, or false
	Inputs  []int `json:"inputs"`
	Outputs []int `json:"outputs"`
}

type component struct {
	ID   int    `json:"id"`
	Type string `json:"type"`
}

// connect logs in, where there is a login, and asks the app what it is.
func connect(ctx context.Context, c config) (*app, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	a := &app{config: c, http: &http.Client{Jar: jar}}
	if c.User != "" {
		if err := a.login(ctx); err != nil {
			return nil, err
		}
	}
	if err := a.get(ctx, "/config", &a.about); err != nil {
		return nil, err
	}
	a.prefix = strings.TrimSuffix(a.about.Prefix, "/")
	if p := a.about.Protocol; a.about.Version == "" || len(a.about.Dependencies) == 0 {
		return nil, sdk.Errorf(sdk.InvalidConfig, "%s is no Gradio app with an endpoint: its /config says no version and no functions", c.URL)
	} else if !strings.HasPrefix(p, "sse") {
		return nil, sdk.Errorf(sdk.InvalidConfig, "the app at %s is of Gradio %s and speaks the protocol %q; expected Gradio 4.40 or newer, which speaks sse_v3", c.URL, a.about.Version, p)
	}
	return a, nil
}

func (a *app) login(ctx context.Context) error {
	form := url.Values{"username": {a.config.User}, "password": {a.config.Password}}
	res, err := a.send(ctx, http.MethodPost, "/login", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return sdk.Errorf(sdk.InvalidConfig, "the app at %s refuses the login of user %q: %s", a.config.URL, a.config.User, refusal(res))
	}
	return nil
}

// get reads JSON, as post does.
func (a *app) get(ctx context.Context, path string, into any) error {
	return a.exchange(ctx, http.MethodGet, path, "", nil, into)
}

func (a *app) post(ctx context.Context, path string, body, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return a.exchange(ctx, http.MethodPost, a.prefix+path, "application/json", bytes.NewReader(data), into)
}

// send makes a request; an error of the connection is one that may pass.
func (a *app) send(ctx context.Context, method, path, kind string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, a.config.URL+path, body)
	if err != nil {
		return nil, sdk.Errorf(sdk.InvalidConfig, "config: url: %w", err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if a.config.Token != "" {
		req.Header.Set("Authorization", "Bearer "+a.config.Token)
	}
	res, err := a.http.Do(req)
	if err == nil {
		return res, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err // the address stands in front
	}
	return nil, sdk.Errorf(sdk.Unavailable, "the app at %s cannot be reached: %w", a.config.URL, err)
}

// exchange sends a request and reads the JSON of its response.
func (a *app) exchange(ctx context.Context, method, path, kind string, body io.Reader, into any) error {
	res, err := a.send(ctx, method, path, kind, body)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	path = strings.TrimPrefix(path, a.prefix) // as people know it
	if res.StatusCode != http.StatusOK {
		return a.refused(path, res)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	switch {
	case err != nil:
		return sdk.Errorf(sdk.Unavailable, "the app at %s broke off its answer to %s: %w", a.config.URL, path, err)
	case len(data) > maxBody:
		return sdk.Errorf(sdk.Internal, "the app at %s answers %s with more than %d MB", a.config.URL, path, maxBody>>20)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return sdk.Errorf(sdk.InvalidConfig, "%s answers %s with %s and no JSON; is it a Gradio app?", a.config.URL, path, what(res.Header.Get("Content-Type"), data))
	}
	return nil
}

// errFull says that the app's queue has no place.
var errFull = errors.New("the queue is full")

// refused is the error of a status that is not 200.
func (a *app) refused(path string, res *http.Response) error {
	switch text := refusal(res); {
	case res.StatusCode == http.StatusServiceUnavailable || res.StatusCode == http.StatusTooManyRequests:
		return fmt.Errorf("%w: %s", errFull, text)
	case res.StatusCode == http.StatusUnauthorized && a.config.User == "" && a.config.Token == "":
		return sdk.Errorf(sdk.InvalidConfig, "the app at %s wants a login: give user and password, or the token of a private Space, in config (%s)", a.config.URL, text)
	case res.StatusCode == http.StatusUnauthorized, res.StatusCode == http.StatusForbidden:
		return sdk.Errorf(sdk.InvalidConfig, "the app at %s refuses the login: %s", a.config.URL, text)
	case res.StatusCode == http.StatusNotFound:
		return sdk.Errorf(sdk.InvalidConfig, "%s has no %s; is it the address of a Gradio app? (%s)", a.config.URL, path, text)
	case res.StatusCode >= 500:
		return sdk.Errorf(sdk.Unavailable, "the app at %s failed at %s: %s", a.config.URL, path, text)
	default:
		return sdk.Errorf(sdk.Internal, "the app at %s refuses %s: %s", a.config.URL, path, text)
	}
}

// refusal is what a response says, in its own words, shortened.
func refusal(res *http.Response) string {
	data, _ := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	var said struct {
		Detail any `json:"detail"`
	}
	if json.Unmarshal(data, &said) == nil && said.Detail != nil {
		if text, ok := said.Detail.(string); ok {
			return fmt.Sprintf("%s: %s", res.Status, shorten(text))
		}
	}
	return fmt.Sprintf("%s: %s", res.Status, what(res.Header.Get("Content-Type"), data))
}

// what describes a body that was not expected.
func what(kind string, data []byte) string {
	text := strings.Join(strings.Fields(strings.ToValidUTF8(string(data[:min(len(data), 600)]), "?")), " ")
	if text == "" {
		return "an empty body"
	}
	return fmt.Sprintf("%q (%s)", shorten(text), kind)
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 300 {
		return string(r[:300]) + "…"
	}
	return s
}
