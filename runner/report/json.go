package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"

	"github.com/vlmspec/vlmspec/runner/internal/visible"

	"github.com/vlmspec/vlmspec/runner/result"
)

// writeJSON writes the whole run. Cases follow one by one, as all of them together, encoded, take several times the memory
// of the run.
func writeJSON(out io.Writer, run *result.Run) error {
	w := &jsonWriter{out: bufio.NewWriterSize(out, 1<<16)}
	w.text("{\n  \"manifest\": ")
	w.value("  ", run.Manifest)
	w.text(",\n  \"cases\": [")
	for i := range run.Cases {
		w.text(map[bool]string{true: "\n    ", false: ",\n    "}[i == 0])
		w.value("    ", &run.Cases[i])
	}
	if len(run.Cases) > 0 {
		w.text("\n  ")
	}
	w.text("]")
	w.list("not_run", len(run.NotRun), run.NotRun)
	w.list("gates", len(run.Gates), run.Gates)
	w.list("mistakes", len(run.Mistakes), run.Mistakes)
	w.text(",\n  \"unread\": ") // answers that could not be read
	w.value("  ", result.Unread(run.Cases))
	w.text(",\n  \"warnings\": ") // checks that only warn and do not hold
	w.value("  ", tallyOf(run).warnings)
	w.text("\n}\n")
	if w.err == nil {
		w.err = w.out.Flush()
	}
	return w.err
}

// jsonWriter writes parts of a JSON text; the first error stays.
type jsonWriter struct {
	out *bufio.Writer
	buf bytes.Buffer
	err error
}

func (w *jsonWriter) text(s string) {
	if w.err == nil {
		_, w.err = w.out.WriteString(s)
	}
}

// list writes what a run may have, under its name.
func (w *jsonWriter) list(name string, n int, v any) {
	if n > 0 {
		w.text(",\n  \"" + name + "\": ")
		w.value("  ", v)
	}
}

// value writes a value whose further lines begin with a prefix.
func (w *jsonWriter) value(prefix string, v any) {
	if w.err != nil {
		return
	}
	w.buf.Reset()
	enc := json.NewEncoder(&w.buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent(prefix, "  ")
	if w.err = enc.Encode(v); w.err == nil {
		_, w.err = w.out.Write(visible.JSON(bytes.TrimSuffix(w.buf.Bytes(), []byte("\n"))))
	}
}
