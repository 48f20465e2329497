//go:build llamacpp

package llama

// #include "llama.h"
// #include "mtmd-helper.h"
// extern void vlmspecLog(enum ggml_log_level level, char * text, void * data);
import "C"

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"unsafe"
)

// logs keeps what llama.cpp says. It reports why something failed only there,
// so the errors since the last start are kept for the error sentence.
var logs struct {
	sync.Mutex
	level  C.enum_ggml_log_level
	line   strings.Builder // a line may come in pieces
	errors []string
}

func captureLogs() {
	C.llama_log_set(C.ggml_log_callback(C.vlmspecLog), nil)
	C.mtmd_helper_log_set(C.ggml_log_callback(C.vlmspecLog), nil)
}

//export vlmspecLog
func vlmspecLog(level C.enum_ggml_log_level, text *C.char, _ unsafe.Pointer) {
	logs.Lock()
	defer logs.Unlock()
	if level != C.GGML_LOG_LEVEL_CONT {
		logs.level = level
	}
	logs.line.WriteString(C.GoString(text))
	if !strings.HasSuffix(logs.line.String(), "\n") {
		return
	}
	line := strings.TrimSpace(logs.line.String())
	logs.line.Reset()
	if logs.level == C.GGML_LOG_LEVEL_ERROR && line != "" && len(logs.errors) < 16 {
		logs.errors = append(logs.errors, line)
	}
	slog.Log(context.Background(), slog.LevelDebug, line, "from", "llama.cpp")
}

func forgetErrors() {
	logs.Lock()
	defer logs.Unlock()
	logs.errors = nil
}

// cause is llama.cpp's first complaint since forgetErrors, without the names of
// the functions it went through.
func cause() string {
	logs.Lock()
	defer logs.Unlock()
	if len(logs.errors) == 0 {
		return "llama.cpp does not say why"
	}
	line, _, _ := strings.Cut(logs.errors[0], "\n")
	for {
		head, rest, found := strings.Cut(line, ": ")
		if !found || strings.ContainsAny(head, "'\"") || strings.Contains(head, " ") && !strings.HasPrefix(head, "error") {
			return line
		}
		line = rest
	}
}
