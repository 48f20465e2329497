package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"

	"github.com/vlmspec/vlmspec/internal/procenv"
	"github.com/vlmspec/vlmspec/plugins/internal/wire"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// process is one running backend process and the connection to it.
type process struct {
	leader *leader // nil of a process that was attached to, which is not ours to end
	plugin *goplugin.Client
	client *wire.Client // nil until it is connected
	info   sdk.Info
	output *tail
	folder *folder // of its socket; nil when it is not ours
	tls    wire.Credential
}

const (
	startTime = 30 * time.Second
	// endTime is how long after the connection broke the process may take to be
	// seen to have ended.
	endTime = 2 * time.Second
	// closeTime is how long a process may take to end when it is told to.
	closeTime = 2 * time.Second
)

// launch starts the program, and ends it again when ctx is done first.
func (b *Backend) launch(ctx context.Context) (*process, error) {
	if err := b.unchanged(); err != nil {
		return nil, err
	}
	p, c, err := b.prepare()
	if err != nil {
		p.folder.remove()
		return nil, sdk.Errorf(sdk.Internal, "prepare the start of backend %s: %w", b.options.Name, err)
	}
	starting, stop := p.watched(ctx, b.options, false)
	defer stop()
	if err := p.dial(starting, c); err != nil {
		gaveUp, refused := context.Cause(starting), p.exitCode() == exitConfig
		p.kill()
		switch {
		case gaveUp != nil:
			return nil, gaveUp
		case refused:
			return nil, &sdk.Error{Kind: sdk.InvalidConfig, Message: fmt.Sprintf("backend %s cannot start", b.options.Name), Err: p.output.lastWords()}
		}
		return nil, startError(b.program, p.output, err)
	}
	return p, nil
}

// prepare makes what a process needs before it starts.
func (b *Backend) prepare() (*process, *goplugin.ClientConfig, error) {
	p := &process{output: &tail{next: b.options.Log}}
	c := p.config(b.options)
	var err error
	if p.folder, err = newFolder(); err != nil {
		return p, nil, err
	}
	if p.tls, err = wire.NewCredential(); err != nil {
		return p, nil, err
	}
	if c.TLSConfig, err = p.tls.Config(); err != nil {
		return p, nil, err
	}
	cmd := exec.Command(b.program.Path, b.program.Args...)
	if p.leader, err = newLeader(cmd, p.output); err != nil {
		return p, nil, err
	}
	c.SkipHostEnv, c.UnixSocketConfig = true, &goplugin.UnixSocketConfig{TempDir: p.folder.path}
	c.RunnerFunc = func(_ hclog.Logger, prepared *exec.Cmd, unused string) (runner.Runner, error) {
		_ = os.Remove(unused) // the socket has a folder already, with a shorter path
		cmd.Env = append(append(procenv.For(os.Environ(), b.options.Env), prepared.Env...), goplugin.EnvUnixSocketDir+"="+p.folder.path, wire.TLSEnv+"="+string(p.tls), wire.AliveEnv+"=stdin", wire.DirEnv+"="+b.options.Dir)
		return p.leader, nil
	}
	return p, c, nil
}

// unchanged refuses a program that has changed since it was first started.
func (b *Backend) unchanged() error {
	if b.starts == 0 {
		return nil
	}
	was, err := b.sum()
	if err != nil {
		return sdk.Errorf(sdk.InvalidConfig, "read the program of backend %s: %w", b.options.Name, err)
	}
	if now, err := hashOf(b.program.Path); err != nil || !bytes.Equal(now, was) {
		return sdk.Errorf(sdk.InvalidConfig, "%s has changed since it was first started; run again", b.program.Path)
	}
	return nil
}

// attach connects to a process that runs.
func (b *Backend) attach(ctx context.Context, a wire.Attachment) (*process, error) {
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
	if err := p.dial(ctx, c); err != nil {
		return nil, sdk.Errorf(sdk.Crashed, "attach to process %d of backend %s: %w; is it still running?", a.PID, b.options.Name, err)
	}
	return p, nil
}

func (p *process) config(o Options) *goplugin.ClientConfig {
	wait := o.StartTime
	if wait == 0 {
		wait = startTime
	}
	wait = max(wait, o.LoadTime)
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

// dial starts or attaches, and gets hold of the backend service. It returns when
// ctx is done, whatever the other side does.
func (p *process) dial(ctx context.Context, c *goplugin.ClientConfig) error {
	p.plugin = goplugin.NewClient(c)
	type dialled struct {
		client *wire.Client
		err    error
	}
	end := make(chan dialled, 1)
	go func() {
		client, err := dispense(p.plugin)
		end <- dialled{client, err}
	}()
	select {
	case d := <-end:
		p.client = d.client
		return d.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func dispense(plugin *goplugin.Client) (*wire.Client, error) {
	protocol, err := plugin.Client()
	if err != nil {
		return nil, err
	}
	service, err := protocol.Dispense(wire.Name)
	if err != nil {
		return nil, err
	}
	return service.(*wire.Client), nil
}

// exitConfig is the exit code of a program that cannot start for a reason that a
// person can fix and that it printed: EX_CONFIG of BSD's sysexits.h.
const exitConfig = 78

// exitCode is that of a program that has ended, -1 of any other.
func (p *process) exitCode() int {
	var e *exec.ExitError
	if p.leader == nil || !p.exited() || !errors.As(p.leader.Group.Wait(), &e) {
		return -1
	}
	return e.ExitCode()
}

// close ends the process politely, and by force when that takes too long:
// go-plugin itself waits for the answer of a process that may be stopped.
func (p *process) close() {
	if p.leader == nil {
		return // go-plugin leaves it alone, too
	}
	force := time.AfterFunc(closeTime, p.leader.Group.Kill)
	defer force.Stop()
	p.plugin.Kill()
	p.folder.remove()
}

// kill ends the process at once.
func (p *process) kill() {
	if p.leader != nil {
		p.leader.Group.Kill()
	}
	p.close()
}

// exited reports whether the process has ended.
func (p *process) exited() bool {
	if p.leader == nil {
		return p.plugin.Exited()
	}
	select {
	case <-p.leader.Done():
		return true
	default:
		return false
	}
}

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

// explain describes a broken connection by what became of the process.
func (p *process) explain(name string, err error) error {
	if err == nil || sdk.KindOf(err) != sdk.Crashed {
		return err
	}
	p.awaitEnd()
	what := "crashed"
	if !p.exited() {
		what = "closed the connection"
	}
	return &sdk.Error{Kind: sdk.Crashed, Message: fmt.Sprintf("backend %s %s", name, what), Err: p.output.lastWords()}
}

// awaitEnd waits for the process to end, for a while.
func (p *process) awaitEnd() {
	deadline := time.Now().Add(endTime)
	if p.leader != nil {
		select {
		case <-p.leader.Done():
		case <-time.After(time.Until(deadline)):
		}
		return
	}
	for !p.exited() && time.Now().Before(deadline) {
		time.Sleep(5 * time.Millisecond)
	}
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
