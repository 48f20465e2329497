package model

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// opening is what the first request for a file returns.
type opening struct {
	size      int64 // -1 when not known
	validator string
	ranges    bool // the server gives parts of the file
}

var rangeForm = regexp.MustCompile(`^bytes (\d+)-\d+/(\d+)$`)

// contentRange reads where an answer begins and how large the file is.
func contentRange(h http.Header) (start, total int64, ok bool) {
	m := rangeForm.FindStringSubmatch(h.Get("Content-Range"))
	if m == nil {
		return 0, 0, false
	}
	start, err1 := strconv.ParseInt(m[1], 10, 64)
	total, err2 := strconv.ParseInt(m[2], 10, 64)
	return start, total, err1 == nil && err2 == nil
}

// validatorOf is what tells one state of a file from another, "" for nothing.
func validatorOf(h http.Header) string {
	if tag := h.Get("Etag"); tag != "" && !strings.HasPrefix(tag, "W/") {
		return tag
	}
	return h.Get("Last-Modified")
}

const magic = "GGUF"

// open asks for the first bytes, which show whether it is a GGUF file, how large
// it is and whether the server gives ranges.
func (t *transfer) open(whole context.Context) (opening, error) {
	ctx, cancel := context.WithCancel(whole)
	defer cancel()
	defer time.AfterFunc(t.stall, cancel).Stop()
	resp, err := t.remote.get(ctx, t.source, 0, int64(len(magic)-1), "")
	if err != nil && ctx.Err() != nil && whole.Err() == nil {
		return opening{}, transient{error: fmt.Errorf("%s does not come: no answer in %s", t.ref.Base(), t.stall), slow: true}
	} else if err != nil {
		return opening{}, err
	}
	defer resp.Body.Close()
	first := opening{size: resp.ContentLength, validator: validatorOf(resp.Header)}
	if start, total, ok := contentRange(resp.Header); resp.StatusCode == http.StatusPartialContent {
		if first.size, first.ranges = -1, ok && start == 0 && total > 0; first.ranges {
			first.size = total
		}
	}
	begin, err := io.ReadAll(io.LimitReader(resp.Body, int64(len(magic))))
	if err != nil {
		return opening{}, broken(resp, err)
	}
	if err := t.checkBegin(begin, resp.Header); err != nil {
		return opening{}, err
	}
	return first, t.checkSize(&first, resp.Request.URL.Host)
}

// checkSize refuses a size that is not what the hub or the reference says, and a
// file of which nobody says how large it is: it could be without end.
func (t *transfer) checkSize(first *opening, host string) error {
	switch {
	case first.size < 0 && t.size < 0:
		return fmt.Errorf("%s: %s does not say how large the file is; add its size, #size=BYTES, to the address", t.ref, host)
	case first.size < 0:
		first.size = t.size
	case t.size >= 0 && first.size != t.size:
		who := "the hub says"
		if t.ref.size > 0 {
			who = "its reference says"
		}
		return fmt.Errorf("%s: %s that it has %d bytes, and %s offers %d", t.ref, who, t.size, host, first.size)
	case first.size > largest:
		return fmt.Errorf("%s: %s says that the file has %s, more than a model can have", t.ref, host, Bytes(first.size))
	}
	return nil
}

// checkBegin refuses what is no GGUF file before all of it comes.
func (t *transfer) checkBegin(begin []byte, h http.Header) error {
	switch {
	case string(begin) == magic:
		return nil
	case len(begin) == 0:
		return fmt.Errorf("%s: the file is empty", t.ref)
	case strings.HasPrefix(h.Get("Content-Type"), "text/html") || bytes.HasPrefix(bytes.TrimSpace(begin), []byte("<")):
		return fmt.Errorf("%s is a web page, not a GGUF file: give the address of the file itself, not of a page about it", t.ref)
	}
	return fmt.Errorf("%s is no GGUF file: it begins with %q", t.ref, begin)
}

// stream fetches the file over one connection from beginning to end, and again
// from the beginning when that breaks, for a server that gives no ranges.
func (t *transfer) stream(ctx context.Context, first opening) error {
	t.progress = progress{Reference: t.ref.String(), URL: t.url, Validator: first.validator, Size: first.size, Received: []int64{0}}
	if err := t.room(first.size); err != nil {
		return err
	}
	if err := t.create(true); err != nil {
		return err
	}
	defer t.tick()()
	return t.persist(ctx, func() (further bool, err error) { return false, t.receive(ctx) })
}

// receive fetches and writes all of the file.
func (t *transfer) receive(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	resp, err := t.remote.get(ctx, t.source, 0, -1, "")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.ContentLength >= 0 && resp.ContentLength != t.Size {
		return anew{fmt.Errorf("%s has changed on the server while it came", t.ref.Base())}
	}
	t.state.Lock()
	t.Received[0] = 0
	t.state.Unlock()
	if _, err := t.copy(resp, cancel, 0, 0, t.Size); err != nil {
		return err
	}
	defer time.AfterFunc(t.stall, cancel).Stop() // it may not end at all
	if n, _ := io.ReadFull(resp.Body, make([]byte, 1)); n > 0 {
		return anew{fmt.Errorf("%s: %s sends more than the %d bytes that the file has", t.ref, resp.Request.URL.Host, t.Size)}
	}
	return nil
}

// copy writes the bytes from from to end of the file, as they come, as more of a
// chunk. A connection over which too little comes for too long is cancelled.
func (t *transfer) copy(resp *http.Response, cancel func(), k int, from, end int64) (n int64, err error) {
	stalled := time.AfterFunc(t.stall, cancel)
	defer stalled.Stop()
	buf := make([]byte, 256<<10)
	for counted := from; from < end; {
		m, err := resp.Body.Read(buf[:min(int64(len(buf)), end-from)])
		if from+int64(m)-counted >= stallBytes {
			counted = from + int64(m)
			stalled.Reset(t.stall)
		}
		if _, err := t.part.WriteAt(buf[:m], from); err != nil {
			return n, t.writeError(err)
		}
		from, n = from+int64(m), n+int64(m)
		t.state.Lock()
		t.Received[k] += int64(m)
		t.state.Unlock()
		if err != nil && from != end {
			return n, broken(resp, err)
		}
	}
	return n, nil
}

func broken(resp *http.Response, err error) error {
	why, slow := err.Error(), errors.Is(err, context.Canceled)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		why = "it ended early"
	case slow:
		why = "next to nothing came any more"
	}
	return transient{error: fmt.Errorf("the connection to %s broke: %s", resp.Request.URL.Host, why), slow: slow}
}
