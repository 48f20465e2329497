package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/vlmspec/vlmspec/runner/internal/visible"
	"github.com/vlmspec/vlmspec/runner/model"
)

func progressOf(t *testing.T, columns int) (*pullProgress, *bytes.Buffer, *time.Time) {
	t.Helper()
	r, err := model.Parse("hf:o/r/SmolVLM-256M-Instruct-Q8_0.gguf")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	now := time.Unix(0, 0)
	p := newPullProgress(&out, r, visible.Line)
	p.columns, p.now = columns, func() time.Time { return now }
	return p, &out, &now
}

// On a terminal one line moves, and never breaks.
func TestProgressOnATerminal(t *testing.T) {
	for name, c := range map[string]struct {
		columns int
		total   int64
		want    string
	}{
		"wide":           {120, 100_000_000, "SmolVLM-256M-Instruct-Q8_0.gguf  ━━━━━━━━━━━━━━━╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌   50 %  50.0 MB of 100.0 MB  10.0 MB/s  5.0 s left"},
		"narrow":         {62, 100_000_000, "SmolVLM…     50 %  50.0 MB of 100.0 MB  10.0 MB/s  5.0 s le"},
		"very narrow":    {20, 100_000_000, "SmolVLM…     50 %"},
		"without a size": {120, -1, "SmolVLM-256M-Instruct-Q8_0.gguf  ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌  50.0 MB  10.0 MB/s"},
		"over a minute":  {120, 3_050_000_000, "  1 %  50.0 MB of 3.0 GB  10.0 MB/s  5 min left"},
	} {
		t.Run(name, func(t *testing.T) {
			p, out, now := progressOf(t, c.columns)
			p.show(model.Event{Done: 40_000_000, Total: c.total}) // was there before: no speed
			*now = now.Add(time.Second)
			out.Reset()
			p.show(model.Event{Done: 50_000_000, Total: c.total})
			got := strings.TrimPrefix(out.String(), "\r\x1b[K")
			if utf8.RuneCountInString(got) >= c.columns || !strings.Contains(got, c.want) && !strings.HasPrefix(c.want, got) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			out.Reset()
			p.show(model.Event{Note: "the connection broke"})
			p.show(model.Event{Note: "the connection broke"})
			p.end()
			if got := out.String(); got != "\r\x1b[KSmolVLM-256M-Instruct-Q8_0.gguf: the connection broke\n" {
				t.Errorf("got %q", got)
			}
		})
	}
}

// Elsewhere a line comes now and then; a pull that begins anew has no speed below nothing.
func TestProgressInALog(t *testing.T) {
	p, out, now := progressOf(t, 0)
	for _, e := range []struct{ after, done int64 }{{0, 10}, {1, 500}, {10, 6_000}, {1, 0}, {11, 11_000}} {
		*now = now.Add(time.Duration(e.after) * time.Second)
		p.show(model.Event{Done: e.done, Total: 20_000})
	}
	p.end()
	want := `pulling SmolVLM-256M-Instruct-Q8_0.gguf, 20.0 kB, of which 10 bytes are here
pulling SmolVLM-256M-Instruct-Q8_0.gguf, 30 %, 6.0 kB of 20.0 kB, 550 bytes/s, 25 s left
pulling SmolVLM-256M-Instruct-Q8_0.gguf, 55 %, 11.0 kB of 20.0 kB, 1.0 kB/s, 9.0 s left
`
	if out.String() != want {
		t.Errorf("got %s", out)
	}
}
