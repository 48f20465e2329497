package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// event is what the stream of a session says.
type event struct {
	Msg     string          `json:"msg"`
	EventID string          `json:"event_id"`
	Success bool            `json:"success"`
	Message string          `json:"message"` // of unexpected_error
	Output  json.RawMessage `json:"output"`
}

// output is that of process_completed.
type output struct {
	Data  []any   `json:"data"`
	Error *string `json:"error"`
}

// cancelTime bounds the request that cancels a call.
const cancelTime = time.Second

// call makes one call in a session, and returns the data of all results. It waits
// for a place in the queue.
func (a *app) call(ctx context.Context, fn int, session string, data []any) ([]any, error) {
	id, err := a.join(ctx, fn, session, data)
	if err != nil {
		return nil, err
	}
	out, err := a.await(ctx, session, id)
	if ctx.Err() != nil {
		a.cancel(fn, session, id)
		return nil, ctx.Err()
	}
	return out, err
}

// join puts a call into the queue.
func (a *app) join(ctx context.Context, fn int, session string, data []any) (string, error) {
	body := map[string]any{"data": data, "fn_index": fn, "session_hash": session, "event_data": nil, "trigger_id": nil}
	late := time.Now().Add(a.config.wait())
	for pause := 250 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		var joined struct {
			EventID string `json:"event_id"`
		}
		err := a.post(ctx, "/queue/join", body, &joined)
		switch {
		case err == nil && joined.EventID == "":
			return "", sdk.Errorf(sdk.Internal, "the app at %s has put a call into its queue and names no event", a.config.URL)
		case !errors.Is(err, errFull):
			return joined.EventID, err
		case time.Now().Add(pause).After(late):
			return "", sdk.Errorf(sdk.Unavailable, "the app at %s had no place in its queue for %s: %w", a.config.URL, a.config.wait(), err)
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(pause):
		}
	}
}

// await reads the stream of a session up to the end of a call. It never connects
// anew: what an app said meanwhile would be lost.
func (a *app) await(ctx context.Context, session, id string) ([]any, error) {
	const path = "/queue/data"
	res, err := a.send(ctx, http.MethodGet, a.prefix+path+"?session_hash="+session, "", nil)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, a.refused(path, res)
	}
	if kind := res.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/event-stream") {
		data, _ := io.ReadAll(io.LimitReader(res.Body, 4<<10))
		return nil, sdk.Errorf(sdk.Internal, "the app at %s answers %s with %s; expected a stream of events", a.config.URL, path, what(kind, data))
	}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, maxBody)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data:")
		if !ok {
			continue
		}
		var e event
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			return nil, sdk.Errorf(sdk.Internal, "the app at %s sent an event that is no JSON: %s", a.config.URL, what("", []byte(data)))
		}
		if out, done, err := a.completed(e, id); done {
			return out, err
		}
	}
	err = lines.Err()
	if err == nil {
		err = io.ErrUnexpectedEOF
	}
	return nil, sdk.Errorf(sdk.Unavailable, "the app at %s broke off before its answer was whole: %w", a.config.URL, err)
}

// completed reports whether an event ends a call, and how.
func (a *app) completed(e event, id string) (data []any, done bool, err error) {
	switch {
	case e.Msg == "unexpected_error":
		return nil, true, sdk.Errorf(sdk.Internal, "the app failed: %s", shorten(e.Message))
	case e.Msg == "close_stream":
		return nil, true, sdk.Errorf(sdk.Unavailable, "the app at %s ended the session before its answer", a.config.URL)
	case e.Msg != "process_completed" || e.EventID != id:
		return nil, false, nil
	}
	var out output
	if err := json.Unmarshal(e.Output, &out); err != nil {
		return nil, true, sdk.Errorf(sdk.Internal, "the app's answer is not as Gradio's: %s", what("", e.Output))
	}
	switch {
	case e.Success && out.Error == nil:
		return out.Data, true, nil
	case out.Error != nil && *out.Error != "":
		return nil, true, sdk.Errorf(sdk.Internal, "the app failed: %s", shorten(unquoted(*out.Error)))
	case a.about.ShowError:
		return nil, true, sdk.Errorf(sdk.Internal, "the app failed and does not say why; its log does")
	}
	return nil, true, sdk.Errorf(sdk.Internal, "the app failed and does not say why; its log does, or start it with launch(show_error=True)")
}

// unquoted takes off the quotes that Gradio 4 puts around an error.
func unquoted(s string) string {
	if len(s) > 1 && s[0] == '\'' && s[len(s)-1] == '\'' {
		return s[1 : len(s)-1]
	}
	return s
}

// cancel ends a call that nobody waits for, as far as the app lets it.
func (a *app) cancel(fn int, session, id string) {
	ctx, stop := context.WithTimeout(context.Background(), cancelTime)
	defer stop()
	var ignored any
	_ = a.post(ctx, "/cancel", map[string]any{"session_hash": session, "fn_index": fn, "event_id": id}, &ignored)
}
