package report

import (
	"encoding/json"
	"io"

	"github.com/vlmspec/vlmspec/runner/internal/visible"

	"github.com/vlmspec/vlmspec/runner/result"
)

func writeJSON(w io.Writer, run *result.Run) error {
	enc := json.NewEncoder(visible.JSONWriter(w))
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		*result.Run
		Unread int `json:"unread"` // answers that could not be read
	}{run, result.Unread(run.Cases)})
}
