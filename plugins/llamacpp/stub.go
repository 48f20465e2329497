//go:build !llamacpp

package main

import (
	"errors"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

const probeFlag = "--probe"

func probe() error { return errors.New("there is nothing to probe") }

func newBackend() (sdk.Backend, error) {
	return nil, errors.New("vlmspec-backend-llamacpp was built without llama.cpp: run `make llamacpp` (it needs a C++17 compiler)")
}
