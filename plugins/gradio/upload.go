package main

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

// maxImage bounds an image file, in bytes.
const maxImage = 256 << 20

// uploadAge is how long an app is trusted to keep a file; those that delete
// files do so after hours.
const uploadAge = 5 * time.Minute

// uploads remembers where the app keeps images. It is safe for concurrent use.
type uploads struct {
	mu    sync.Mutex
	known map[string]uploaded // by SHA-256
}

type uploaded struct {
	path string
	at   time.Time
}

// file is an image on the app's side, as Gradio's FileData.
func (a *app) file(ctx context.Context, u *uploads, i *sdk.Image) (any, error) {
	u.mu.Lock()
	was, ok := u.known[i.SHA256]
	u.mu.Unlock()
	if !ok || i.SHA256 == "" || time.Since(was.at) > uploadAge {
		data, name, err := encoded(ctx, i)
		if err != nil {
			return nil, err
		}
		if was.path, err = a.upload(ctx, data, name); err != nil {
			return nil, err
		}
		u.mu.Lock()
		if u.known == nil || len(u.known) > 10_000 {
			u.known = map[string]uploaded{}
		}
		u.known[i.SHA256] = uploaded{was.path, time.Now()}
		u.mu.Unlock()
	}
	return map[string]any{"path": was.path, "orig_name": filepath.Base(was.path), "meta": map[string]any{"_type": "gradio.FileData"}}, nil
}

// encoded is an image that every app sees alike: as it is where it is a plain PNG
// or JPEG, else upright, on white, as PNG.
func encoded(ctx context.Context, i *sdk.Image) (data []byte, name string, err error) {
	data, name = i.Bytes, "image"
	if i.Path != "" {
		if data, err = regular.Read(i.Path, maxImage); err != nil {
			return nil, "", sdk.Errorf(sdk.InvalidRequest, "image %s: %w", i.Path, err)
		}
		name = strings.TrimSuffix(filepath.Base(i.Path), filepath.Ext(i.Path))
	}
	about, plain, err := imaging.Plain(bytes.NewReader(data))
	if err != nil {
		return nil, "", sdk.Errorf(sdk.InvalidRequest, "image %s: %w", i.Path, err)
	}
	var out bytes.Buffer
	err = imaging.ViewBytes(ctx, data, func(p *imaging.Picture) error { // also of a plain one, which may be cut off
		if plain {
			return nil
		}
		return png.Encode(&out, p.Opaque())
	})
	switch {
	case err != nil:
		return nil, "", err
	case !plain:
		return out.Bytes(), name + ".png", nil
	case about.MediaType == "image/jpeg":
		return data, name + ".jpg", nil
	}
	return data, name + ".png", nil
}

// upload hands a file to the app, and returns its path there.
func (a *app) upload(ctx context.Context, data []byte, name string) (string, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("files", name)
	if err == nil {
		_, _ = part.Write(data) // to memory
		err = form.Close()
	}
	if err != nil {
		return "", fmt.Errorf("write the form: %w", err)
	}
	const path = "/upload"
	var paths []string
	if err := a.exchange(ctx, http.MethodPost, a.prefix+path, form.FormDataContentType(), &body, &paths); err != nil {
		return "", err
	}
	if len(paths) != 1 || paths[0] == "" {
		return "", sdk.Errorf(sdk.Internal, "the app at %s took an image and names %d files", a.config.URL, len(paths))
	}
	return paths[0], nil
}
