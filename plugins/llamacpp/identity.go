//go:build llamacpp

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"runtime"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// engineIdentity names the llama.cpp that is loaded, without its digest.
func engineIdentity() (sdk.Engine, error) {
	if err := llama.Init(); err != nil {
		return sdk.Engine{}, err
	}
	loaded := llama.LoadedEngine()
	e := sdk.Engine{Name: "llama.cpp", Version: loaded.Version, Files: loaded.Files}
	if llama.Embedded {
		e.Version += fmt.Sprintf(", part of this program (%s)", llamaModule())
	} else if len(e.Files) > 0 {
		e.Version += ", from " + e.Files[len(e.Files)-1]
	}
	return e, nil
}

// engineDigest digests the program and the libraries that it has loaded. What one
// llama.cpp has computed must never be taken for what another would: the version
// that it gives itself is too coarse for that, and a package manager replaces
// libraries without the program.
func engineDigest() (string, error) {
	e, err := engineIdentity()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, path := range append([]string{programFile()}, e.Files...) {
		one := sha256.New()
		if err := hashInto(one, path); err != nil {
			return "", fmt.Errorf("read llama.cpp's library: %w", err)
		}
		fmt.Fprintf(h, "%x\n", one.Sum(nil))
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}

// programFile is what runs, also when something else has its name by now.
func programFile() string {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe"
	}
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}
