package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

func TestProbeOfAnEngine(t *testing.T) {
	folder := t.TempDir()
	for name, test := range map[string]struct{ script, argument, want string }{
		"works":        {"exit 0", "--probe", "ok       plugin p decodes with e\n"},
		"gets it":      {`[ "$1" = --try ]`, "--try", "ok       plugin p decodes with e\n"},
		"fails":        {"echo decode 64 tokens: NaN >&2; echo more >&2; exit 2", "--probe", "problem  plugin p: its engine (e 1) fails when it decodes: exit status 2: decode 64 tokens: NaN\n"},
		"is killed":    {"kill -ILL $$", "--probe", "fails when it decodes: signal: illegal instruction"},
		"has no probe": {"exit 2", "", ""},
		"is no flag":   {"exit 2", "rm", ""},
	} {
		path := filepath.Join(folder, strings.ReplaceAll(name, " ", "-"))
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+test.script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		d := &checkup{app: &app{out: &out}}
		info := sdk.Info{Name: "p", Engine: sdk.Engine{Name: "e", Version: "1"}, Details: map[string]string{"probe": test.argument}}
		d.probe(t.Context(), host.Found{Path: path}, info)
		if got := out.String(); !strings.Contains(got, test.want) || test.want == "" && got != "" || d.bad != strings.Contains(test.want, "fails") {
			t.Errorf("%s: %q, bad %v", name, got, d.bad)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	hangs := filepath.Join(folder, "hangs")
	if err := os.WriteFile(hangs, []byte("#!/bin/sh\nsleep 1000\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := runProbe(ctx, hangs, "--probe"); err == nil {
		t.Error("a probe that hangs was not ended")
	}
}
