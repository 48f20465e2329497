//go:build llamacpp

package llama

// #include <stdlib.h>
// #include "llama.h"
import "C"

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
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

// Library is a compute backend in a file of its own, such as CUDA's.
type Library struct {
	Path string
	Err  error // why it was not loaded
}

var libraries []Library

// Libraries lists the compute backends that [Init] found in files of their own.
func Libraries() []Library { return libraries }

// Init starts llama.cpp and loads compute backends: the one that
// GGML_BACKEND_PATH names, which must load, or those called libggml-* beside the
// program, which may fail to, as where a machine has no GPU driver. Every
// function of this package that needs it calls it.
var Init = sync.OnceValue(func() error {
	captureLogs()
	C.llama_backend_init()
	loadBackends()
	if path := os.Getenv("GGML_BACKEND_PATH"); path != "" {
		l := load(path)
		if libraries = []Library{l}; l.Err != nil {
			return fmt.Errorf("GGML_BACKEND_PATH=%s could not be loaded: %w", path, l.Err)
		}
		return nil
	}
	program, err := os.Executable()
	if err != nil {
		return nil //nolint:nilerr // then there is nothing beside it
	}
	for _, suffix := range []string{".so", ".dylib", ".dll"} {
		found, _ := filepath.Glob(filepath.Join(filepath.Dir(program), "libggml-*"+suffix))
		for _, path := range found {
			libraries = append(libraries, load(path))
		}
	}
	return nil
})

func load(path string) Library {
	cpath := C.CString(path)
	defer C.free(unsafe.Pointer(cpath))
	forgetErrors()
	if C.ggml_backend_load(cpath) == nil {
		why := strings.TrimPrefix(cause(), "failed to load "+path+": ")
		return Library{path, errors.New(strings.TrimPrefix(why, path+": "))}
	}
	return Library{Path: path}
}

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
