//go:build llamacpp

package llama

// #include <stdlib.h>
// #include "llama.h"
import "C"

import (
	"fmt"
	"os"
	"sync"
	"unsafe"
)

// Device is something that computes: the processor or a GPU.
type Device struct {
	Index       int    // in the list of all devices
	Name        string // "CPU", "CUDA0"
	Description string // "NVIDIA H200"
	Backend     string // ggml's: "CPU", "CUDA", "Metal"
	GPU         bool
	Memory      uint64 // bytes in all; 0 when unknown
	Free        uint64 // bytes free now
}

// Init starts llama.cpp and loads the compute backend that GGML_BACKEND_PATH
// names, if any. Every function of this package that needs it calls it.
var Init = sync.OnceValue(func() error {
	captureLogs()
	C.llama_backend_init()
	path := os.Getenv("GGML_BACKEND_PATH")
	if path == "" {
		return nil
	}
	cpath := C.CString(path)
	defer C.free(unsafe.Pointer(cpath))
	forgetErrors()
	if C.ggml_backend_load(cpath) == nil {
		return fmt.Errorf("GGML_BACKEND_PATH=%s could not be loaded: %s", path, cause())
	}
	return nil
})

// Devices lists what was compiled in or loaded.
func Devices() ([]Device, error) {
	if err := Init(); err != nil {
		return nil, err
	}
	var all []Device
	for i := range C.ggml_backend_dev_count() {
		d := C.ggml_backend_dev_get(i)
		var free, total C.size_t
		C.ggml_backend_dev_memory(d, &free, &total)
		kind := C.ggml_backend_dev_type(d)
		all = append(all, Device{
			Index:       int(i),
			Name:        C.GoString(C.ggml_backend_dev_name(d)),
			Description: C.GoString(C.ggml_backend_dev_description(d)),
			Backend:     C.GoString(C.ggml_backend_reg_name(C.ggml_backend_dev_backend_reg(d))),
			GPU:         kind == C.GGML_BACKEND_DEVICE_TYPE_GPU || kind == C.GGML_BACKEND_DEVICE_TYPE_IGPU,
			Memory:      uint64(total),
			Free:        uint64(free),
		})
	}
	return all, nil
}
