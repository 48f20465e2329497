package host

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
)

// LogLine is a line of a backend's standard error that says how grave it is: a
// JSON object with level and msg, as Go's log/slog writes it, or @level and
// @message, as hclog does. Backends in other languages write the same.
type LogLine struct {
	Level slog.Level
	Text  string // the message, then its attributes as key=value, sorted
}

// ParseLogLine reads a line without its end; ok is false for one that is no
// structured log line.
func ParseLogLine(line []byte) (l LogLine, ok bool) {
	line = bytes.TrimSpace(line)
	if len(line) == 0 || line[0] != '{' {
		return l, false
	}
	fields := map[string]any{}
	if json.Unmarshal(line, &fields) != nil {
		return l, false
	}
	level, leveled := first(fields, "level", "@level")
	text, said := first(fields, "msg", "message", "@message")
	if !leveled || !said {
		return l, false
	}
	if l.Level, ok = levels[strings.ToLower(level)]; !ok {
		return l, false
	}
	for _, about := range []string{"time", "@timestamp", "timestamp", "source", "@caller", "@module"} {
		delete(fields, about)
	}
	l.Text = text
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		l.Text += fmt.Sprintf(" %s=%v", key, fields[key])
	}
	return l, true
}

var levels = map[string]slog.Level{
	"trace": slog.LevelDebug - 4, "debug": slog.LevelDebug, "info": slog.LevelInfo,
	"warn": slog.LevelWarn, "warning": slog.LevelWarn, "error": slog.LevelError, "fatal": slog.LevelError, "critical": slog.LevelError,
}

// first takes the text of the first key that is there out of the fields.
func first(fields map[string]any, keys ...string) (text string, ok bool) {
	for _, key := range keys {
		if text, ok = fields[key].(string); ok {
			delete(fields, key)
			return text, true
		}
	}
	return "", false
}
