package backend

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vlmspec/vlmspec/internal/procenv"
	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/plugins/python"
	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/cache"
	"github.com/vlmspec/vlmspec/runner/infer"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// Fingerprints knows what backends are, between runs too: what one said of itself
// holds as long as its program, the libraries of its engine, its config, the files
// that the config names and the environment that GPU libraries read are the same.
type Fingerprints struct {
	// Offline takes a model behind a server for what it was when it was last asked.
	Offline bool

	project *spec.Project
	cache   *cache.Store
	attach  host.Attachments
	places  []host.Place
	now     func() time.Time

	mu     sync.Mutex
	before map[string]record // by backend: its files before it was started
	sure   map[string]bool   // by backend: the record holds
	found  map[string]string // by plugin: its program
	ctx    context.Context   // of what follows
	stop   context.CancelFunc
	hashes sync.WaitGroup
}

// record is what is kept of a backend between runs: the backend, and its files when it was started.
type record struct {
	Files []file   `json:"files"` // the program first, the engine's last
	Info  sdk.Info `json:"info"`
}

// file is a file as it was.
type file struct {
	Name   string      `json:"name"`             // digest of its path, which may hold a secret
	Stamp  cache.Stamp `json:"stamp"`            // zero when a change could hide behind it
	SHA256 string      `json:"sha256,omitempty"` // "" of a large file, which is known by its stamp only

	path string
}

// NewFingerprints begins to know the backends of a project; Close must follow.
// running are processes that are attached to, as for [Plugins].
func NewFingerprints(p *spec.Project, c *cache.Store, running host.Attachments) *Fingerprints {
	ids := &Fingerprints{project: p, cache: c, now: time.Now, places: host.Places(p.Dir, os.Getenv), before: map[string]record{}, sure: map[string]bool{}, found: map[string]string{}}
	if ids.attach, _ = host.ParseAttach(os.Getenv(host.AttachEnv)); ids.attach == nil { // who opens a backend reports what is wrong
		ids.attach = running
	}
	ids.ctx, ids.stop = context.WithCancel(context.Background())
	return ids
}

// Lookup implements [infer.Fingerprints]: the files are looked at, and read
// where they have been written to since.
func (ids *Fingerprints) Lookup(name string) (infer.Fingerprint, bool) {
	b := ids.project.Backends[name]
	now, ok := ids.look(b)
	if !ok {
		return infer.Fingerprint{}, false
	}
	value, ok := ids.cache.Get(recordKey(b, now))
	var was record
	if !ok || json.Unmarshal(value, &was) != nil {
		return infer.Fingerprint{}, false
	}
	engine, ok := filesAt(was.Info.Engine.Files)
	if now.Files = append(now.Files, engine...); !ok || len(was.Files) != len(now.Files) {
		return infer.Fingerprint{}, false
	}
	if was.Info.Remote && !ids.Offline {
		return infer.Fingerprint{}, false // the server has to be asked
	}
	same := true
	for i, f := range was.Files {
		next := &now.Files[i]
		next.SHA256 = f.SHA256
		if f.Name == next.Name && f.Stamp == next.Stamp && f.Stamp != (cache.Stamp{}) {
			continue
		}
		same = false
		if f.Name != next.Name || f.SHA256 == "" {
			return infer.Fingerprint{}, false
		}
		if sum, err := sumOf(ids.ctx, next.path); err != nil || sum != f.SHA256 {
			return infer.Fingerprint{}, false
		}
	}
	now.Info = was.Info
	if !same {
		ids.keep(b, now)
	}
	ids.mu.Lock()
	ids.sure[name] = true
	ids.mu.Unlock()
	return ids.fingerprint(b, was.Info, was.Files[0].SHA256), true
}

// Opening notes the files of a backend that is about to be started.
func (ids *Fingerprints) Opening(name string) {
	if now, ok := ids.look(ids.project.Backends[name]); ok {
		ids.mu.Lock()
		ids.before[name] = now
		ids.mu.Unlock()
	}
}

// Record implements [infer.Fingerprints]. What is not known yet is recorded, once
// the files have been hashed.
func (ids *Fingerprints) Record(name string, backend sdk.Backend, info sdk.Info) infer.Fingerprint {
	b := ids.project.Backends[name]
	program := ""
	if p, ok := backend.(interface{ Program() (string, error) }); ok {
		program, _ = p.Program() // without it nothing is cached
	}
	id := ids.fingerprint(b, info, program)
	ids.mu.Lock()
	defer ids.mu.Unlock()
	was, looked := ids.before[name]
	engine, ok := filesAt(info.Engine.Files)
	if looked && ok && id.Why == "" && !ids.sure[name] {
		ids.sure[name] = true
		was.Files = append(was.Files, engine...)
		was.Info = info
		was.Info.ConfigSchema, was.Info.PathKeys = nil, nil // of no use to who does not configure it
		was.Files[0].SHA256 = program
		ids.hashes.Go(func() { ids.recordFiles(b, was) })
	}
	return id
}

// maxHashed bounds the files that are hashed: to ask a backend what it is does
// not take much longer than to hash a large model, which would slow down the run.
const maxHashed = 64 << 20

// recordFiles hashes the files of a backend that was started, unless they have been
// written to since before that.
func (ids *Fingerprints) recordFiles(b spec.Backend, was record) {
	for i := range was.Files {
		if i == 0 || was.Files[i].Stamp.Size > maxHashed {
			continue // the host has hashed the program
		}
		sum, err := sumOf(ids.ctx, was.Files[i].path)
		if err != nil {
			return
		}
		was.Files[i].SHA256 = sum
	}
	now, known := ids.look(b)
	engine, there := filesAt(was.Info.Engine.Files)
	same := func(a, b file) bool { return a.Name == b.Name && a.Stamp == b.Stamp }
	if known && there && slices.EqualFunc(append(now.Files, engine...), was.Files, same) {
		ids.keep(b, was)
	}
}

// keep writes a record. A stamp is of use once a change would change it.
func (ids *Fingerprints) keep(b spec.Backend, r record) {
	now := ids.now()
	key := recordKey(b, r)
	r.Files = slices.Clone(r.Files)
	for i := range r.Files {
		if !r.Files[i].Stamp.Settled(now) {
			r.Files[i].Stamp = cache.Stamp{}
		}
	}
	if value, err := json.Marshal(r); err == nil {
		ids.cache.Put(key, value)
	}
}

// Close waits for what is being hashed, or ends it.
func (ids *Fingerprints) Close(interrupted bool) {
	if interrupted {
		ids.stop()
	}
	ids.hashes.Wait()
	ids.stop()
}

// look lists the program and the files of a backend with their stamps. ok is
// false when nothing can be known of it: it runs already, started by somebody
// else, or not all of its files are known.
func (ids *Fingerprints) look(b spec.Backend) (r record, ok bool) {
	_, byName := ids.attach[b.Name]
	_, byPlugin := ids.attach[b.Plugin]
	if byName || byPlugin || b.Err != nil {
		return r, false
	}
	program := ids.program(b.Plugin)
	if program == "" || b.Plugin == python.Name { // Python imports what no config names
		return r, false
	}
	files, whole := Files(b)
	if !whole {
		return r, false
	}
	r.Files, ok = filesAt(append([]string{program}, files...))
	return r, ok
}

// filesAt looks at files; ok is false when one is not there.
func filesAt(paths []string) (all []file, ok bool) {
	for _, path := range paths {
		stamp, err := cache.StampOf(path)
		if err != nil {
			return nil, false
		}
		all = append(all, file{Name: nameOf(path), Stamp: stamp, path: path})
	}
	return all, true
}

func nameOf(path string) string {
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:])
}

// program finds the program of a plugin once; "" when there is none.
func (ids *Fingerprints) program(plugin string) string {
	ids.mu.Lock()
	defer ids.mu.Unlock()
	path, ok := ids.found[plugin]
	if !ok {
		if f, err := host.Find(plugin, ids.places); err == nil {
			path = f.Path
		}
		ids.found[plugin] = path
	}
	return path
}

// recordKey names the record of a backend.
func recordKey(b spec.Backend, r record) cache.Key {
	return digest("backend 2", b.Plugin, b.Dir, b.Named(procenv.Secret), r.Files[0].path, environment(b, r.Files[0].path))
}

// fingerprint digests what determines a backend's answers. The config counts as it
// stands in vlmspec.yaml; what is in its files the model's digest says.
func (ids *Fingerprints) fingerprint(b spec.Backend, info sdk.Info, program string) infer.Fingerprint {
	id := infer.Fingerprint{Info: info}
	switch {
	case info.ModelDigest == "":
		id.Why = fmt.Sprintf("backend %s gives no digest of its model, so that its answers are not cached", b.Name)
	case program == "":
		id.Why = fmt.Sprintf("the program of backend %s is not known, so that its answers are not cached", b.Name)
	}
	id.Digest = digest("fingerprint 2", b.Plugin, info.Name, info.Version, program, info.Engine.Digest, info.ModelDigest, info.Device, b.Named(procenv.Secret), environment(b, ids.program(b.Plugin)))
	return id
}

func digest(parts ...any) [sha256.Size]byte {
	data, err := json.Marshal(parts)
	if err != nil { // a config has JSON types only
		data = fmt.Appendf(nil, "%#v", parts)
	}
	return sha256.Sum256(data)
}

// environment is what a program may load or obey, and no backend reports:
// libraries beside it or named by the environment, by their sizes and times, and
// what of the environment it gets that may change its answers.
func environment(b spec.Backend, program string) []string {
	var all []string
	note := func(path string) {
		if stamp, err := cache.StampOf(path); err == nil {
			all = append(all, fmt.Sprint(filepath.Base(path), " ", stamp.Size, " ", stamp.MTime))
		}
	}
	entries, _ := os.ReadDir(filepath.Dir(program))
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); ext == ".so" || ext == ".dylib" {
			note(filepath.Join(filepath.Dir(program), e.Name()))
		}
	}
	all = append(all, procenv.Counting(os.Environ(), b.Env.Extra)...)
	for _, v := range procenv.Counting(os.Environ(), procenv.Extra{}) {
		_, value, _ := strings.Cut(v, "=")
		note(value)
	}
	slices.Sort(all)
	return all
}
