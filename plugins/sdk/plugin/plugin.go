// Package plugin turns an sdk.Backend into a plugin process: main calls
// [Serve] and nothing else.
package plugin

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/vlmspec/vlmspec/plugins/internal/wire"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// Serve answers vlmspec until it is told to stop, then closes b and ends the
// process. Nothing may be written to standard output before it is called.
//
// What is logged with log/slog is written to standard error as JSON, by which
// vlmspec knows a warning and shows it; anything else there only with --verbose.
//
// Started by hand it explains itself. With the flag -debug, as under a
// debugger, it prints the environment variable that makes vlmspec use this very
// process instead of starting one.
func Serve(b sdk.Backend) {
	if slices.Contains(os.Args[1:], "-debug") {
		exit(b, serveDebug(b, os.Stdout))
	}
	if os.Getenv(wire.Handshake.MagicCookieKey) != wire.Handshake.MagicCookieValue {
		fmt.Fprintln(os.Stderr, explanation())
		os.Exit(1)
	}
	go endWithParent(os.Getppid(), time.Second)
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stderr, nil)))
	if os.Getenv(wire.AliveEnv) == "stdin" {
		go endWithInput(os.Stdin)
	}
	goplugin.Serve(config(&loud{Backend: b, stderr: os.Stderr}))
	exit(b, nil)
}

// ProjectDir is the folder of the vlmspec.yaml that names this backend, or the current
// folder where nobody said.
func ProjectDir() string {
	if dir := os.Getenv(wire.DirEnv); dir != "" {
		return dir
	}
	dir, _ := os.Getwd() // "" is the current folder, too
	return dir
}

// loud gives a backend its standard error back. go-plugin turns os.Stderr into a
// stream over gRPC, in which the last words before a crash are lost; the host
// reads the real one as well.
type loud struct {
	sdk.Backend
	stderr *os.File
	once   sync.Once
}

// Describe comes before any other call.
func (l *loud) Describe(ctx context.Context) (sdk.Info, error) {
	l.once.Do(func() { os.Stderr = l.stderr })
	return l.Backend.Describe(ctx)
}

func config(b sdk.Backend) *goplugin.ServeConfig {
	return &goplugin.ServeConfig{
		HandshakeConfig:  wire.Handshake,
		VersionedPlugins: wire.Plugins(b),
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(opts, grpc.MaxRecvMsgSize(wire.MaxMessage), grpc.MaxSendMsgSize(wire.MaxMessage))...)
		},
		TLSProvider: func() (*tls.Config, error) { return wire.Credential(os.Getenv(wire.TLSEnv)).Config() },
		Logger:      hclog.NewNullLogger(),
	}
}

func explanation() string {
	name := filepath.Base(os.Args[0])
	return name + " is a backend of vlmspec, which starts it: put it beside the vlmspec program or on PATH, " +
		"name it in vlmspec.yaml and look at `vlmspec backends`; -debug serves until interrupted, for a debugger"
}

// endWithParent ends the process when vlmspec was killed and could not. A
// changed parent is the sign on every Unix; Linux's parent-death signal goes by
// the parent's thread, and Go ends threads as it likes.
func endWithParent(parent int, every time.Duration) {
	for range time.Tick(every) {
		if os.Getppid() != parent {
			os.Exit(1)
		}
	}
}

// endWithInput ends the process when the pipe ends that vlmspec holds: at once,
// and also behind a wrapper that outlives vlmspec. A wrapper may have given the
// process another input, which says nothing.
func endWithInput(in *os.File) {
	info, err := in.Stat()
	if err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		return
	}
	_, _ = io.Copy(io.Discard, in)
	os.Exit(1)
}

func exit(b sdk.Backend, err error) {
	if closing := b.Close(); err == nil {
		err = closing
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// serveDebug serves until interrupted.
func serveDebug(b sdk.Backend, out io.Writer) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	info, err := b.Describe(ctx)
	if err != nil {
		return fmt.Errorf("describe the backend: %w", err)
	}
	attach := make(chan *goplugin.ReattachConfig)
	ended := make(chan struct{})
	c := config(b)
	c.Test = &goplugin.ServeTestConfig{Context: ctx, ReattachConfigCh: attach, CloseCh: ended}
	go goplugin.Serve(c)
	select {
	case <-ended:
		return fmt.Errorf("serving ended before it began")
	case r := <-attach:
		if err := printReattach(out, info.Name, r); err != nil {
			return err
		}
	}
	<-ended
	return nil
}

func printReattach(out io.Writer, name string, r *goplugin.ReattachConfig) error {
	value, err := json.Marshal(map[string]wire.Attachment{name: wire.AttachmentOf(r, false)})
	if err != nil {
		return fmt.Errorf("report how to attach: %w", err)
	}
	_, err = fmt.Fprintf(out, "Serving; to use this process, set\n\n  %s='%s'\n", wire.AttachEnv, value)
	return err
}
