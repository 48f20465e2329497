package model

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// source is where a file comes from and what is known of it before it comes.
type source struct {
	ref    Ref
	url    string
	commit string // of the hub
	sum    string // SHA-256 in hex, "" when not known
	size   int64  // -1 when not known
}

// transient is an error that trying again may help against.
type transient struct {
	error
	after time.Duration // that the server asks to wait; 0 when it does not say
	slow  bool          // so little came that it counts as nothing
}

func (t transient) Unwrap() error { return t.error }

// remote makes requests.
type remote struct {
	client   *http.Client
	endpoint string // of the hub, without a slash at the end
	token    string // "" for none
}

// newRemote makes requests through the proxies of the environment.
func newRemote(endpoint, token string, connections int) (*remote, error) {
	hub, err := url.Parse(endpoint)
	if err != nil || hub.Host == "" || hub.Scheme != "https" && hub.Scheme != "http" {
		return nil, fmt.Errorf("HF_ENDPOINT is %q; expected an address such as https://huggingface.co", endpoint)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true // a compressed answer has no ranges of the file
	transport.ResponseHeaderTimeout = 30 * time.Second
	transport.MaxConnsPerHost = connections + 1
	// HTTP/2 would put all ranges on one connection, which is what several are to avoid.
	transport.Protocols = new(http.Protocols)
	transport.Protocols.SetHTTP1(true)
	r := &remote{endpoint: strings.TrimRight(endpoint, "/"), token: token}
	r.client = &http.Client{Transport: &withToken{transport, hub, token}, CheckRedirect: checkRedirect}
	return r, nil
}

// withToken sends the token to the hub itself and nobody else, whoever redirects
// to where: Go's own rule would also send it to the hub's subdomains.
type withToken struct {
	http.RoundTripper
	hub   *url.URL
	token string
}

func (t *withToken) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("User-Agent", "vlmspec")
	req.Header.Del("Referer") // may hold a signature
	if t.token != "" && req.URL.Host == t.hub.Host && req.URL.Scheme == t.hub.Scheme {
		req.Header.Set("Authorization", "Bearer "+t.token)
	}
	return t.RoundTripper.RoundTrip(req)
}

// redirectError says where a server must not lead; to try again does not help.
type redirectError string

func (e redirectError) Error() string { return string(e) }

func checkRedirect(req *http.Request, via []*http.Request) error {
	from, to := via[0].URL.Scheme, req.URL.Scheme
	switch {
	case len(via) >= 10:
		return redirectError("it redirects without end")
	case to != "https" && (to != "http" || from == "https"):
		return redirectError("it redirects from " + from + " to " + to)
	}
	return nil
}

// look asks the hub what a file is, without the file: its size, its SHA-256 and
// the commit, so that what is fetched then cannot change on the way.
func (r *remote) look(ctx context.Context, ref Ref) (source, error) {
	src := source{ref: ref, url: ref.link(r.endpoint, ""), sum: ref.sum, size: -1}
	if ref.size > 0 {
		src.size = ref.size
	}
	if ref.repo == "" {
		return src, nil
	}
	client := *r.client
	client.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if req.URL.Host != via[0].URL.Host || req.Response.Header.Get("X-Linked-Size") != "" {
			return http.ErrUseLastResponse // the hub has said what it knows; beyond lies the file
		}
		return checkRedirect(req, via)
	}
	resp, err := r.ask(ctx, &client, http.MethodHead, src, nil)
	if err != nil {
		return src, err
	}
	defer resp.Body.Close()
	head := func(linked, own string) string {
		if v := resp.Header.Get(linked); v != "" || resp.StatusCode >= 300 {
			return v // of a redirect, its own headers describe the redirect
		}
		return resp.Header.Get(own)
	}
	if sum := strings.Trim(strings.TrimPrefix(head("X-Linked-Etag", "Etag"), "W/"), `"`); sumForm.MatchString(sum) {
		src.sum = sum // of a file in Git itself it is no SHA-256 of the file
	}
	if n, err := strconv.ParseInt(head("X-Linked-Size", "Content-Length"), 10, 64); err == nil {
		src.size = n
	}
	if src.commit = resp.Header.Get("X-Repo-Commit"); src.commit != "" {
		src.url = ref.link(r.endpoint, src.commit)
	}
	return src, nil
}

// get asks for a file, or bytes from to to of it unless to is negative; with a
// validator only if it is still the same file.
func (r *remote) get(ctx context.Context, src source, from, to int64, validator string) (*http.Response, error) {
	h := http.Header{"Accept-Encoding": {"identity"}}
	if to >= 0 {
		h.Set("Range", fmt.Sprintf("bytes=%d-%d", from, to))
		if validator != "" {
			h.Set("If-Range", validator)
		}
	}
	return r.ask(ctx, r.client, http.MethodGet, src, h)
}

// ask makes a request and turns what is no answer into an error.
func (r *remote) ask(ctx context.Context, client *http.Client, method string, src source, h http.Header) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, src.url, nil)
	if err != nil {
		return nil, err
	}
	maps.Copy(req.Header, h)
	resp, err := client.Do(req)
	if err != nil {
		return nil, failedConnection(req.URL.Hostname(), err)
	}
	if resp.StatusCode < 300 || resp.StatusCode < 400 && method == http.MethodHead {
		return resp, nil
	}
	_, _ = io.CopyN(io.Discard, resp.Body, 4<<10) // so that the connection can be used again
	_ = resp.Body.Close()
	return nil, r.refused(src.ref, resp)
}

// failedConnection describes a connection that was not made, without the address,
// which may hold a signature.
func failedConnection(host string, err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return fmt.Errorf("no host %s is found: is there a network, and does it need a proxy (HTTPS_PROXY)?", host)
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	if _, bad := errors.AsType[redirectError](err); bad {
		return fmt.Errorf("%s is not used: %w", host, err)
	}
	if bad, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fmt.Errorf("%s is not trusted: %w", host, bad.Err)
	}
	return transient{error: fmt.Errorf("no connection to %s: %w", host, err)}
}

// refused reports a status in which there is no file.
func (r *remote) refused(ref Ref, resp *http.Response) error {
	status := resp.Status
	switch code := resp.StatusCode; {
	case code == http.StatusTooManyRequests, code == http.StatusRequestTimeout, code >= 500:
		return transient{fmt.Errorf("%s answers %s", resp.Request.URL.Host, status), retryAfter(resp.Header.Get("Retry-After")), false}
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return r.forbidden(ref, resp)
	case code == http.StatusNotFound, code == http.StatusGone:
		switch resp.Header.Get("X-Error-Code") {
		case "RepoNotFound":
			return fmt.Errorf("%s: the hub has no repository %s (%s)", ref, ref.repo, status)
		case "RevisionNotFound":
			return fmt.Errorf("%s: %s has no revision %s (%s)", ref, ref.repo, ref.revision, status)
		}
		return fmt.Errorf("%s: there is no such file (%s)", ref, status)
	case code == http.StatusRequestedRangeNotSatisfiable:
		return fmt.Errorf("%s: the file is empty (%s)", ref, status)
	}
	return fmt.Errorf("%s: %s answers %s", ref, resp.Request.URL.Host, status)
}

func (r *remote) forbidden(ref Ref, resp *http.Response) error {
	switch {
	case ref.repo == "":
		return fmt.Errorf("%s: the server does not give it to everybody (%s)", ref, resp.Status)
	case r.token == "":
		return fmt.Errorf("%s: gated, private or not there (%s): accept its terms at %s/%s, and set HF_TOKEN to a token of yours", ref, resp.Status, r.endpoint, ref.repo)
	default:
		return fmt.Errorf("%s: HF_TOKEN gives no access (%s): accept its terms at %s/%s, and check the token", ref, resp.Status, r.endpoint, ref.repo)
	}
}

func retryAfter(text string) time.Duration {
	if n, err := strconv.Atoi(text); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return time.Until(at)
	}
	return 0
}
