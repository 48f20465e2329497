// Package host runs backends as processes: it finds their programs, starts them
// with checks on who talks to whom, notices when they crash, hang or lie, and
// stops them. Start reading at [Open].
package host

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/vlmspec/vlmspec/internal/procenv"
	"github.com/vlmspec/vlmspec/plugins/internal/wire"
	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

// Options say which backend to start, and how.
type Options struct {
	Name   string         // of the backend in vlmspec.yaml, for messages and to attach by
	Plugin string         // name of its program, without prefix
	Config map[string]any // JSON types; file paths may be relative
	Dir    string         // folder that relative paths are relative to
	Env    procenv.Extra  // environment variables, beside what every program gets
	Places []Place        // where programs are looked for
	// Program is what is started in place of what Places have; nil for what they have.
	Program *Found
	Log     io.Writer // gets what the process prints; nil drops it

	// Attach lists running processes, as [ParseAttach] reads them.
	Attach map[string]wire.Attachment
	// StartTime is how long a program may take to say that it listens; 0 is 30 s.
	StartTime time.Duration
	// Silence is how long a process may show no sign of life while it starts and
	// loads its model, which may take any time; 0 is [SilenceTime], and 2 s is the least.
	Silence time.Duration
	// LoadTime is how long it may take from the start of a process until its model is
	// loaded; 0 is any time. A longer one is the StartTime, too.
	LoadTime time.Duration
}

// Backend is a backend process, configured. It implements [sdk.Backend] except
// that it is configured already: Configure is an error. It is safe for
// concurrent use.
//
// When the process ends unasked, every call in flight is an [sdk.Error] of kind
// Crashed that carries the last lines the process printed, and the next call
// starts a fresh process.
type Backend struct {
	options Options
	program Found
	sum     func() ([]byte, error) // SHA-256 of the program as it was first started

	starting chan struct{}   // holds a value while a process is started
	life     context.Context // until Close
	end      context.CancelFunc

	mu      sync.Mutex
	process *process // nil after a crash, until the next call
	closed  bool
	starts  int
}

// Open starts a backend and configures it. A configuration that is wrong is an
// sdk.Error of kind InvalidConfig. Nothing is left when ctx is done first.
func Open(ctx context.Context, o Options) (*Backend, error) {
	b := &Backend{options: o, starting: make(chan struct{}, 1)}
	b.life, b.end = context.WithCancel(context.Background())
	if _, ok := b.attachment(); !ok {
		var err error
		if b.program, err = o.program(); err != nil {
			return nil, &sdk.Error{Kind: sdk.InvalidConfig, Message: err.Error()}
		}
		b.sum = checksum(b.program.Path)
	}
	_, err := b.running(ctx)
	return b, err
}

// attachment finds the process to attach to instead of starting one.
func (b *Backend) attachment() (wire.Attachment, bool) {
	if a, ok := b.options.Attach[b.options.Name]; ok {
		return a, true
	}
	a, ok := b.options.Attach[b.options.Plugin]
	return a, ok
}

// running returns the process, a fresh one when the last one is gone.
func (b *Backend) running(ctx context.Context) (*process, error) {
	if p, err := b.current(); p != nil || err != nil {
		return p, err
	}
	select {
	case b.starting <- struct{}{}:
		defer func() { <-b.starting }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if p, err := b.current(); p != nil || err != nil { // somebody else has started it
		return p, err
	}
	p, err := b.start(ctx)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.process = p
	b.starts++
	return p, nil
}

// current is the process that runs, nil when there is none.
func (b *Backend) current() (*process, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed:
		return nil, sdk.Errorf(sdk.Internal, "backend %s is closed", b.options.Name)
	case b.process != nil && b.process.exited():
		b.process.kill() // what is left of it
		b.process = nil
	}
	return b.process, nil
}

func (b *Backend) start(ctx context.Context) (*process, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(b.life, cancel)()
	if limit := b.options.LoadTime; limit > 0 {
		var end context.CancelFunc
		ctx, end = context.WithTimeoutCause(ctx, limit, tooSlow(b.options.Name, limit))
		defer end()
	}
	p, err := b.load(ctx)
	if slow, ok := errors.AsType[*sdk.Error](context.Cause(ctx)); ok && err != nil {
		return nil, slow
	}
	return p, err
}

func tooSlow(backend string, limit time.Duration) error {
	return sdk.Errorf(sdk.Timeout, "backend %s had not started and loaded within %s, its load_timeout; raise that if its model needs longer", backend, limit)
}

// load starts a process, or attaches to one, and configures it.
func (b *Backend) load(ctx context.Context) (*process, error) {
	a, attach := b.attachment()
	var p *process
	var err error
	if attach {
		p, err = b.attach(ctx, a)
	} else {
		p, err = b.launch(ctx)
	}
	if err != nil {
		return nil, err
	}
	loading, stop := p.watched(ctx, b.options, attach && !a.Configured)
	defer stop()
	if attach && a.Configured {
		p.info, err = p.client.Describe(loading)
	} else {
		err = p.configure(loading, b.options)
	}
	if err == nil {
		return p, nil
	}
	if gaveUp := context.Cause(loading); gaveUp != nil {
		err = gaveUp
	} else {
		err = p.explain(b.options.Name, err)
	}
	p.kill()
	return nil, err
}

// Configure is an error: [Open] has configured the backend.
func (b *Backend) Configure(context.Context, map[string]any) error {
	return sdk.Errorf(sdk.Internal, "backend %s is configured already", b.options.Name)
}

// Describe says what was loaded.
func (b *Backend) Describe(ctx context.Context) (sdk.Info, error) {
	p, err := b.running(ctx)
	if err != nil {
		return sdk.Info{}, err
	}
	return p.info, nil
}

// Ready returns once a process runs, be it a fresh one, or says why it does not.
func (b *Backend) Ready(ctx context.Context) error {
	_, err := b.running(ctx)
	return err
}

// Ping reports whether the process answers, within two seconds. One that does not
// is killed, unless it was attached to; the next call starts a fresh one.
func (b *Backend) Ping(ctx context.Context) error {
	p, err := b.running(ctx)
	if err != nil {
		return err
	}
	if !answers(ctx, p.client, leastSilence) {
		p.kill()
		return sdk.Errorf(sdk.Crashed, "backend %s does not answer", b.options.Name)
	}
	return nil
}

// Generate answers one request; see [Backend] for what happens on a crash. When
// the backend does not stop within a second and a half after ctx is done, its process
// is killed.
func (b *Backend) Generate(ctx context.Context, req sdk.Request, emit func(string)) (sdk.Response, error) {
	return b.generate(ctx, req, func() {}, emit)
}

// GenerateAhead is Generate, and reports when the backend has begun. Calls made
// from then on wait behind this one in the backend's process, so that it need
// not wait for them.
func (b *Backend) GenerateAhead(ctx context.Context, req sdk.Request, begun func()) (sdk.Response, error) {
	return b.generate(ctx, req, begun, nil)
}

func (b *Backend) generate(ctx context.Context, req sdk.Request, begun func(), emit func(string)) (sdk.Response, error) {
	p, err := b.running(ctx)
	if err != nil {
		return sdk.Response{}, err
	}
	resp, err := p.client.GenerateAhead(ctx, req, begun, emit)
	if errors.Is(err, wire.ErrHangs) {
		p.kill()
		return sdk.Response{}, ctx.Err()
	}
	return resp, p.explain(b.options.Name, err)
}

// Starts returns how many processes there have been.
func (b *Backend) Starts() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.starts
}

// Program is the SHA-256 of the program that was started, in hex. Of a process
// that was attached to it is what its owner says, "" for nothing.
func (b *Backend) Program() (string, error) {
	if a, ok := b.attachment(); ok {
		return a.Program, nil
	}
	sum, err := b.sum()
	return hex.EncodeToString(sum), err
}

// Attachment returns how another process attaches to this one's backend.
func (b *Backend) Attachment() (wire.Attachment, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.process == nil {
		return wire.Attachment{}, fmt.Errorf("backend %s does not run", b.options.Name)
	}
	a := wire.AttachmentOf(b.process.plugin.ReattachConfig(), true)
	a.Version, a.TLS = b.process.plugin.NegotiatedVersion(), b.process.tls
	if b.process.leader != nil {
		a.PID = b.process.leader.PID()
	}
	a.Program, _ = b.Program() // without it, answers are not cached
	return a, nil
}

// Close ends the process: politely, and by force after two seconds. A process
// that was attached to goes on.
func (b *Backend) Close() error {
	b.mu.Lock()
	p := b.process
	b.process, b.closed = nil, true
	b.mu.Unlock()
	b.end()
	if p != nil {
		p.close()
	}
	b.starting <- struct{}{} // a start that was under way has ended
	<-b.starting
	return nil
}

// checksum begins to hash a file, and returns what waits for it: hashing takes
// as long as a backend takes to start, which has no other sum to be compared with.
func checksum(path string) func() ([]byte, error) {
	var sum []byte
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		sum, err = hashOf(path)
	}()
	return func() ([]byte, error) {
		<-done
		return sum, err
	}
}

func hashOf(path string) ([]byte, error) {
	f, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}

// Protocol is the version of the backend protocol that this vlmspec speaks, and so every
// program that it can start.
const Protocol = wire.Version

// Checksum is the SHA-256 of a program, in hex.
func Checksum(f Found) (string, error) {
	sum, err := hashOf(f.Path)
	return hex.EncodeToString(sum), err
}

// Inspect starts a program, asks what it is, and stops it. Nothing is
// configured, so no model is loaded.
func Inspect(ctx context.Context, f Found) (sdk.Info, error) {
	b := &Backend{options: Options{Name: f.Name, Plugin: f.Name}, program: f}
	p, err := b.launch(ctx)
	if err != nil {
		return sdk.Info{}, err
	}
	defer p.close()
	asking, stop := p.watched(ctx, b.options, false)
	defer stop()
	info, err := p.client.Describe(asking)
	if gaveUp := context.Cause(asking); gaveUp != nil {
		return info, gaveUp
	}
	return info, p.explain(f.Name, err)
}
