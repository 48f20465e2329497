package host

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/vlmspec/vlmspec/plugins/internal/wire"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// process is one running backend process and the connection to it.
type process struct {
	plugin *goplugin.Client
	client *wire.Client
	info   sdk.Info
	output *tail
	folder string // of its socket, to be removed; "" when it is not ours
	tls    wire.Credential
}

const (
	startTime = 30 * time.Second
	// endTime is how long after the connection broke the process may take to be
	// seen to have ended.
	endTime = 2 * time.Second
)

// launch starts the program.
func (b *Backend) launch() (*process, error) {
	folder, err := os.MkdirTemp("", "vlmspec-") // keeps other users from the socket
	if err != nil {
		return nil, sdk.Errorf(sdk.Internal, "make a folder for the socket of backend %s: %w", b.options.Name, err)
	}
	p := &process{output: &tail{next: b.options.Log}, folder: folder}
	c := p.config(b.options)
	if p.tls, err = wire.NewCredential(); err == nil {
		c.TLSConfig, err = p.tls.Config()
	}
	if err != nil {
		return nil, sdk.Errorf(sdk.Internal, "make a certificate for backend %s: %w", b.options.Name, err)
	}
	c.Cmd = exec.Command(b.program.Path)
	c.Cmd.Env = []string{goplugin.EnvUnixSocketDir + "=" + folder, wire.TLSEnv + "=" + string(p.tls)}
	if b.starts > 0 { // the program must not change under a run
		sum, err := b.sum()
		if err != nil {
			return nil, sdk.Errorf(sdk.InvalidConfig, "read the program of backend %s: %w", b.options.Name, err)
		}
		c.SecureConfig = &goplugin.SecureConfig{Checksum: sum, Hash: sha256.New()}
	}
	if err := p.dial(c); err != nil {
		p.kill()
		return nil, startError(b.program, p.output, err)
	}
	return p, nil
}

// attach connects to a process that runs.
func (b *Backend) attach(a wire.Attachment) (*process, error) {
	r, err := a.Reattach()
	if err != nil {
		return nil, sdk.Errorf(sdk.InvalidConfig, "%s: backend %s: %w", wire.AttachEnv, b.options.Name, err)
	}
	p := &process{output: &tail{next: b.options.Log}}
	c := p.config(b.options)
	c.Reattach = r
	if c.TLSConfig, err = a.TLS.Config(); err != nil {
		return nil, sdk.Errorf(sdk.InvalidConfig, "%s: backend %s: %w", wire.AttachEnv, b.options.Name, err)
	}
	if c.Plugins = c.VersionedPlugins[a.Version]; c.Plugins == nil {
		return nil, sdk.Errorf(sdk.InvalidConfig, "%s: backend %s speaks version %d of the backend protocol, and this vlmspec speaks %d",
			wire.AttachEnv, b.options.Name, a.Version, wire.Version)
	}
	if err := p.dial(c); err != nil {
		return nil, sdk.Errorf(sdk.Crashed, "attach to process %d of backend %s: %w; is it still running?", a.PID, b.options.Name, err)
	}
	return p, nil
}

func (p *process) config(o Options) *goplugin.ClientConfig {
	wait := o.StartTime
	if wait == 0 {
		wait = startTime
	}
	return &goplugin.ClientConfig{
		HandshakeConfig:  wire.Handshake,
		VersionedPlugins: wire.Plugins(nil),
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		StartTimeout:     wait,
		Stderr:           p.output,
		SyncStdout:       p.output,
		SyncStderr:       p.output,
		Logger:           hclog.NewNullLogger(),
		GRPCDialOptions: []grpc.DialOption{
			grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(wire.MaxMessage), grpc.MaxCallSendMsgSize(wire.MaxMessage)),
		},
	}
}

// dial starts or attaches, and gets hold of the backend service.
func (p *process) dial(c *goplugin.ClientConfig) error {
	p.plugin = goplugin.NewClient(c)
	protocol, err := p.plugin.Client()
	if err != nil {
		p.plugin.Kill()
		return err
	}
	service, err := protocol.Dispense(wire.Name)
	if err != nil {
		p.plugin.Kill()
		return err
	}
	p.client = service.(*wire.Client)
	return nil
}

func (p *process) kill() {
	p.plugin.Kill()
	if p.folder != "" {
		_ = os.RemoveAll(p.folder)
	}
}

func (p *process) exited() bool { return p.plugin.Exited() }

// configure checks the configuration against what the backend publishes, and loads the model.
func (p *process) configure(ctx context.Context, o Options) error {
	info, err := p.client.Describe(ctx)
	if err != nil {
		return err
	}
	config, err := prepare(o.Config, info, o.Dir)
	if err != nil {
		return err
	}
	if err := p.client.Configure(ctx, config); err != nil {
		return err
	}
	p.info, err = p.client.Describe(ctx)
	return err
}

// explain tells a broken connection by what became of the process.
func (p *process) explain(name string, err error) error {
	if err == nil || sdk.KindOf(err) != sdk.Crashed {
		return err
	}
	for deadline := time.Now().Add(endTime); !p.exited() && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	what := "crashed"
	if !p.exited() {
		what = "closed the connection"
	}
	return &sdk.Error{Kind: sdk.Crashed, Message: fmt.Sprintf("backend %s %s", name, what), Err: p.output.lastWords()}
}

var versions = regexp.MustCompile(`Plugin version: (\d+), Client versions: \[([\d ]+)\]`)

// startError says in a sentence why a program could not be started as a backend.
func startError(f Found, output *tail, err error) error {
	var pathErr *exec.Error
	kind := sdk.InvalidConfig
	text, _, _ := strings.Cut(err.Error(), "\n")
	what := "could not be started: " + text
	switch v := versions.FindStringSubmatch(err.Error()); {
	case v != nil:
		what = fmt.Sprintf("speaks version %s of the backend protocol, and this vlmspec speaks %s; use a vlmspec and a backend of the same release", v[1], v[2])
	case errors.Is(err, goplugin.ErrChecksumsDoNotMatch):
		what = "has changed since it was first started; run again"
	case strings.Contains(text, "Unrecognized remote plugin message"):
		_, line, _ := strings.Cut(text, "message: ")
		what = fmt.Sprintf("printed %q before the handshake; a backend must print nothing to standard output before plugin.Serve", shorten(line))
		if strings.TrimSpace(line) == "" {
			what, kind = "ended without a handshake", sdk.Crashed
		}
	case strings.Contains(text, "timeout while waiting"):
		what = "did not say within the time limit that it listens; is it a vlmspec backend?"
	case strings.Contains(text, "exited before"):
		what, kind = "ended before it said that it listens", sdk.Crashed
	case errors.As(err, &pathErr):
		what = "could not be started: " + pathErr.Err.Error()
	}
	return &sdk.Error{Kind: kind, Message: f.Path + " " + what, Err: output.lastWords()}
}

func shorten(s string) string {
	if len(s) > 200 {
		return s[:200] + "…"
	}
	return s
}
