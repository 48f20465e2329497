package host

import (
	"bytes"
	"log/slog"
	"testing"
)

func TestParseLogLine(t *testing.T) {
	var ours bytes.Buffer
	slog.New(slog.NewJSONHandler(&ours, nil)).Warn("the cache is \x1b[31mdamaged", "by", "mice", "at", 3)
	for name, c := range map[string]struct {
		line  string
		level slog.Level
		text  string
		ok    bool
	}{
		"slog":              {ours.String(), slog.LevelWarn, "the cache is \x1b[31mdamaged at=3 by=mice", true},
		"hclog":             {`{"@level":"error","@message":"no memory","@module":"x","@timestamp":"t","bytes":12}`, slog.LevelError, "no memory bytes=12", true},
		"Python":            {`{"level": "WARNING", "message": "slow"}`, slog.LevelWarn, "slow", true},
		"info":              {`{"level":"INFO","msg":"loaded"}`, slog.LevelInfo, "loaded", true},
		"text":              {"2026/01/31 12:00:00 WARN all is well", 0, "", false},
		"an answer":         {`{"msg": "WARN"}`, 0, "", false},
		"another level":     {`{"level":"loud","msg":"x"}`, 0, "", false},
		"a level of number": {`{"level":3,"msg":"x"}`, 0, "", false},
		"cut off":           {`{"level":"WARN","msg":"x`, 0, "", false},
		"nothing":           {"", 0, "", false},
	} {
		if l, ok := ParseLogLine([]byte(c.line)); ok != c.ok || l.Text != c.text || l.Level != c.level {
			t.Errorf("%s: %+v, %t", name, l, ok)
		}
	}
}
