//go:build llamacpp

package llama

// #include "compat.h"
import "C"

import (
	"path/filepath"
	"slices"
	"strings"
	"unsafe"
)

// Engine is the llama.cpp that computes.
type Engine struct {
	Version string
	// Files are the shared libraries it consists of, as the dynamic linker loaded
	// them, sorted; compute backends such as CUDA's count. A part that is linked
	// into the program is none.
	Files []string
}

// LoadedEngine looks at what is loaded now. Call it after [Init].
func LoadedEngine() Engine {
	e := Engine{Version: engineVersion()}
	for _, path := range loadedLibraries() {
		if isLibrary(path, "ggml") || isLibrary(path, "llama") || isLibrary(path, "mtmd") {
			e.Files = append(e.Files, path)
		}
	}
	slices.Sort(e.Files)
	e.Files = slices.Compact(e.Files)
	return e
}

// isLibrary reports whether a file is the library name or a part of it, such as
// libggml-cpu.so.0 of ggml.
func isLibrary(path, name string) bool {
	base := strings.TrimPrefix(filepath.Base(path), "lib")
	rest, ok := strings.CutPrefix(base, name)
	return ok && (strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "-"))
}

// loadedLibraries lists the files of all shared libraries of the process, absolute.
func loadedLibraries() []string {
	buf := make([]byte, 16<<10)
	n := len(buf) + 1
	for n > len(buf) {
		buf = make([]byte, max(n, len(buf)))
		n = int(C.vlmspec_shared_libraries((*C.char)(unsafe.Pointer(&buf[0])), C.size_t(len(buf))))
	}
	var all []string
	for path := range strings.Lines(string(buf[:n])) {
		if path = strings.TrimSpace(path); path == "" {
			continue // the program
		}
		if absolute, err := filepath.Abs(path); err == nil {
			all = append(all, absolute)
		}
	}
	return all
}
