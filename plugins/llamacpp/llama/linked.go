//go:build llamacpp && llamacpp_linked

package llama

// #cgo LDFLAGS: -lmtmd -lllama -lggml -lggml-base
// #include <stdlib.h>
// #include "compat.h"
import "C"

import (
	"path/filepath"
	"unsafe"
)

// Embedded says that llama.cpp is part of the program.
const Embedded = false

func engineVersion() string { return C.GoString(C.vlmspec_engine_version()) }

func cannotFree() bool { return false }

// plainAttention has nothing to do: an installed mtmd takes the option itself.
func plainAttention(*C.mtmd_context, *C.char, C.int) bool { return true }

// loadBackends loads the processor's backend where ggml was built with backends in
// files of their own. They are taken from where ggml itself is: ggml would also
// look into the current folder, which may be anybody's.
func loadBackends() {
	for _, library := range loadedLibraries() {
		if C.ggml_backend_dev_by_type(C.GGML_BACKEND_DEVICE_TYPE_CPU) != nil {
			return
		}
		if !isLibrary(library, "ggml") {
			continue
		}
		folders, _ := filepath.Glob(filepath.Join(filepath.Dir(library), "ggml", "backends*"))
		for _, folder := range append(folders, filepath.Dir(library)) {
			path := C.CString(folder)
			C.ggml_backend_load_all_from_path(path)
			C.free(unsafe.Pointer(path))
		}
	}
}
