// Command vlmspec-backend-llamacpp answers with llama.cpp; it is vlmspec's
// default backend.
//
// Start reading at backend.go, which implements sdk.Backend; then load.go,
// generate.go and schedule.go, which computes several requests concurrently. What
// needs no C++ stands apart and is tested without it:
// template.go renders the model's chat template, tokens.go keeps test data from
// passing for control tokens, answer.go handles stop strings and streaming,
// gguf/ looks at model files, llama/ is the cgo binding.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/plugin"
)

const usage = `vlmspec-backend-llamacpp is started by vlmspec. By hand it takes:
  --devices   list the devices that llama.cpp can compute on
  --schema    print the JSON Schema of the backend's config
  --version   print the version
  --probe     decode a few tokens with random weights
  -debug      serve until interrupted, for a debugger
`

func main() {
	b, err := newBackend()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if len(os.Args) == 1 || os.Args[1] == "-debug" {
		plugin.Serve(b)
		return
	}
	if err := inquire(b, os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

// inquire answers what a person asks on the command line.
func inquire(b sdk.Backend, flag string, w io.Writer) error {
	info, err := b.Describe(context.Background())
	if err != nil {
		return err
	}
	switch flag {
	case "--devices":
		_, err = fmt.Fprintln(w, strings.ReplaceAll(info.Details["devices"], "; ", "\n"))
	case "--schema":
		_, err = w.Write(info.ConfigSchema)
	case "--version":
		_, err = fmt.Fprintf(w, "%s %s, %s\n", info.Name, info.Version, info.Engine)
	case probeFlag:
		if err = probe(); err == nil {
			_, err = fmt.Fprintln(w, "decodes")
		}
	case "--help", "-h":
		_, err = io.WriteString(w, usage)
	default:
		return fmt.Errorf("unknown flag %s\n%s", flag, usage)
	}
	return err
}

// version is the module's, as the Go command recorded it.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// llamaModule is the module that llama.cpp comes in, with its version.
func llamaModule() string {
	const path = "github.com/ollama/ollama"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == path {
				return path + " " + m.Version
			}
		}
	}
	return path
}
