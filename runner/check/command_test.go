package check

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/runner/result"
)

// judgedBy is the verdict of a shell script on an answer.
func judgedBy(t *testing.T, ctx context.Context, script, options, answer string) result.Verdict { //nolint:revive // t comes first
	t.Helper()
	c := mustCompile(t, fmt.Sprintf("command: {run: [sh, -c, %q]%s}", script, options))
	return c.Judge(ctx, Input{Answer: cmp.Or(answer, "an answer")})
}

func TestCommandThatBehavesBadly(t *testing.T) {
	large := strings.Repeat("x", 1<<20) // more than a pipe holds
	for name, test := range map[string]struct {
		script, options, answer string
		outcome                 result.Outcome
		reason                  string
	}{
		"prints for ever":                    {"yes", "", "", result.Error, "sh printed more than 1 MiB"},
		"complains for ever":                 {"yes >&2", ", timeout: 500ms", "", result.Error, "sh took longer than 500ms"},
		"complains much and says why":        {"yes | head -c 3000000 >&2; echo the end >&2; exit 3", "", "", result.Error, "sh ended with exit status 3: the end"},
		"does not read its input":            {`echo '{"pass": true}'`, "", large, result.Passed, ""},
		"never reads its input":              {"exec sleep 1000", ", timeout: 500ms", large, result.Error, "sh took longer than 500ms"},
		"closes its output and stays":        {"exec >&- 2>&-; exec sleep 1000", ", timeout: 500ms", "", result.Error, "sh took longer than 500ms"},
		"leaves a helper that holds it":      {`sleep 1000 & echo '{"pass": true}'`, "", large, result.Passed, ""},
		"says two things":                    {`echo '{"pass": true}'; echo '{"pass": false}'`, "", "", result.Error, "there is more after it"},
		"passes, then fails":                 {`echo '{"pass": true}'; exit 1`, "", "", result.Error, "sh ended with exit status 1"},
		"kills itself":                       {`echo '{"pass": true}'; kill -9 $$`, "", "", result.Error, "sh ended with signal: killed"},
		"says nothing":                       {"cat >/dev/null", "", "", result.Error, "sh printed"},
		"is cut off in the middle of a word": {`printf '{"pass": tr'`, "", "", result.Error, "sh printed"},
	} {
		t.Run(name, func(t *testing.T) {
			v := judgedBy(t, t.Context(), test.script, test.options, test.answer)
			if v.Outcome != test.outcome || !strings.Contains(v.Reason, test.reason) {
				t.Errorf("%+v, want %s because %q", v, test.outcome, test.reason)
			}
		})
	}
}

// What a program prints beyond the limit is never held in memory.
func TestCommandOutputIsBounded(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	judgedBy(t, t.Context(), "yes | head -c 200000000 >&2; yes", "", "")
	runtime.ReadMemStats(&after)
	if limit := uint64(50 << 20); after.TotalAlloc-before.TotalAlloc > limit {
		t.Errorf("%d bytes were allocated for what was printed, at most %d are", after.TotalAlloc-before.TotalAlloc, limit)
	}
}

// The children of a program end with it, when it ends, is too slow or is
// interrupted.
func TestCommandTakesItsChildrenAlong(t *testing.T) {
	for name, script := range map[string]string{
		"when it ends":             `sleep 1000 & echo $! >%s; echo '{"pass": true}'`,
		"when it is too slow":      "sleep 1000 & echo $! >%s; wait",
		"when it was stopped":      "sleep 1000 & echo $! >%s; kill -STOP $$",
		"when it ignores a hangup": "trap '' HUP TERM INT; sleep 1000 & echo $! >%s; wait",
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "pid")
			judgedBy(t, t.Context(), fmt.Sprintf(script, file), ", timeout: 500ms", "")
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			child, err := strconv.Atoi(strings.TrimSpace(string(data)))
			if err != nil {
				t.Fatal(err)
			}
			for deadline := time.Now().Add(20 * time.Second); !ended(child); time.Sleep(5 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatal("its child is left")
				}
			}
		})
	}
}

func TestCommandInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	go cancel()
	v := judgedBy(t, ctx, "sleep 1000", "", "")
	if v.Outcome != result.Error || !strings.Contains(v.Reason, "the run was interrupted") {
		t.Errorf("%+v", v)
	}
}

// ended reports whether a process is gone; a zombie is.
func ended(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
}
