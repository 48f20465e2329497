package visible

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
)

// JSON is JSON text with everything that [Text] would change escaped as JSON does:
// the same value, and safe to look at.
func JSON(data []byte) []byte {
	if mayCommand(string(data)) && commands.Match(data) { // none can stand outside of a string
		data = []byte(withoutCommands(string(data), `\u%04x`))
	}
	if harmless(data) {
		return data
	}
	var b bytes.Buffer
	for _, r := range string(data) {
		switch {
		case !unseen(r):
			b.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		}
	}
	return b.Bytes()
}

// Writer returns a writer that passes on what change makes of each text that is
// written to it; [Text] where change is nil. A text must not be cut within a
// character.
func Writer(w io.Writer, change func(string) string) io.Writer {
	if change == nil {
		change = Text
	}
	return writer{w, change}
}

// JSONWriter is a [Writer] for JSON.
func JSONWriter(w io.Writer) io.Writer { return jsonWriter{w} }

type jsonWriter struct{ next io.Writer }

// Write implements io.Writer.
func (w jsonWriter) Write(p []byte) (int, error) {
	if _, err := w.next.Write(JSON(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

type writer struct {
	next   io.Writer
	change func(string) string
}

// Write implements io.Writer.
func (w writer) Write(p []byte) (int, error) {
	if _, err := io.Copy(w.next, strings.NewReader(w.change(string(p)))); err != nil {
		return 0, err
	}
	return len(p), nil
}
