package spec

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/vlmspec/vlmspec/runner/secret"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

// defaultCacheMB holds some 100,000 answers.
const defaultCacheMB = 64

// ProjectFile is the name of the file that makes a folder a project.
const ProjectFile = "vlmspec.yaml"

// Project is a vlmspec.yaml, read.
type Project struct {
	Dir            string   // absolute folder of vlmspec.yaml
	File           string   // absolute path of vlmspec.yaml
	Specs          []string // patterns of spec files, relative to Dir, slashes
	Golden         string   // absolute folder of the golden answers; need not exist
	State          string   // absolute folder of runs, cache and pending answers; need not exist
	DefaultBackend string   // for specs that name none; a key of Backends
	Backends       map[string]Backend
	Profiles       map[string]Profile
	MaxLoaded      int // backends loaded at the same time; 0 is as many as fit in memory
	Runs           Retention
	CacheMB        int // size of the answer cache; 0 is none

	// AllowUnchecked lets cases have no `expect`, to explore a model.
	AllowUnchecked bool
	// Env looks up ${env:NAME} and CI; [LoadProject] sets os.LookupEnv.
	Env func(name string) (value string, ok bool)
}

// Retention says which runs of the store are kept: the latest, up to a count and
// to a size in bytes.
type Retention struct {
	Keep int
	Size int64
}

// Profile is a named set of command-line flags; "" and nil leave them alone.
type Profile struct {
	Reports      []string `yaml:"reports" doc:"reports to write: kind or kind=path"`
	UpdateGolden string   `yaml:"update_golden" enum:"missing|changed|all|none|never" doc:"which answers become pending, as --update; never is none"`
	Label        string   `yaml:"label" doc:"label filter, as --label"`
	Backend      string   `yaml:"backend" doc:"backend for specs that name none, as --backend"`
	Repeat       int      `yaml:"repeat" min:"1" doc:"samples per case, as --repeat"`
	FailFast     bool     `yaml:"fail_fast" doc:"stop at the first failure, as --fail-fast"`
}

type projectFile struct {
	Version        at[int]                `yaml:"version" required:"true" doc:"the version of this format: 1"`
	Specs          []at[string]           `yaml:"specs" doc:"patterns of spec files, ** for any folders"`
	Golden         *string                `yaml:"golden" doc:"folder of the accepted answers"`
	State          *string                `yaml:"state" doc:"folder of runs, cached answers and pending answers, .vlmspec by default; $VLMSPEC_STATE comes first"`
	Runs           runsFile               `yaml:"runs" doc:"which runs of the past are kept"`
	DefaultBackend at[string]             `yaml:"default_backend" doc:"the backend for specs that name none"`
	Backends       map[string]backendFile `yaml:"backends" required:"true" doc:"name of a backend to its plugin and config"`
	Profiles       map[string]Profile     `yaml:"profiles" doc:"named sets of flags, chosen with --profile"`
	MaxLoaded      int                    `yaml:"max_loaded" min:"1" doc:"how many backends may be loaded at the same time; by default as many as fit in memory, by the size of their files"`
	CacheMB        *int                   `yaml:"answer_cache_mb" min:"0" doc:"most megabytes of answers that are cached in .vlmspec/cache, 64 by default; 0 caches none"`
}

type runsFile struct {
	Keep int        `yaml:"keep" min:"1" doc:"most runs, 200 by default; the oldest go first"`
	Size at[string] `yaml:"size" doc:"most that they take on the disk, such as 500MB, which is the default, or 2GB"`
}

type backendFile struct {
	Plugin    string          `yaml:"plugin" required:"true" doc:"the plugin that answers, such as llamacpp"`
	Config    map[string]Node `yaml:"config" doc:"settings the plugin understands; see vlmspec backends"`
	Load      time.Duration   `yaml:"load_timeout" above:"0" doc:"how long it may take to start and to load its model, such as 10m; when not given, any time as long as it shows signs of life"`
	Reasoning reasoningRule   `yaml:"reasoning" doc:"how the model marks what it thinks before it answers, where no suite or case says; as reasoning in a spec"`
	Price     *Price          `yaml:"price" doc:"what its tokens cost, {input: 2.50, output: 10, cached: 1.25} for a million: reports sum it up"`
	Env       laterVariables  `yaml:"env" doc:"environment variables of the plugin, beside what every program gets: [NAME] passes one on, {NAME: value} sets one"`
}

// LoadProject reads a vlmspec.yaml. path is that file, or a folder in which,
// or in whose parents, it is looked for; "" is the current folder. A backend
// whose config names a missing environment variable is not a mistake until it
// is used: see [Backend.Err].
func LoadProject(path string) (*Project, error) {
	file, err := findProject(path)
	if err != nil {
		return nil, err
	}
	src := sourceAt(filepath.Dir(file), file)
	root, err := readYAML(src, file)
	if err != nil {
		return nil, err
	}
	p := &Project{Dir: src.dir, File: file, Env: os.LookupEnv}
	var f projectFile
	if err := root.Decode(&f); err != nil {
		return nil, err
	}
	if err := p.apply(root, f); err != nil {
		return nil, err
	}
	return p, nil
}

// ProjectDir is the folder of the vlmspec.yaml that [LoadProject] would read.
func ProjectDir(path string) (string, error) {
	file, err := findProject(path)
	return filepath.Dir(file), err
}

func findProject(path string) (string, error) {
	start, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("find %s: %w", ProjectFile, err)
	}
	info, err := os.Stat(start)
	if err != nil {
		return "", &Error{Pos: Pos{File: filepath.ToSlash(path)}, What: "cannot be opened: " + cause(err)}
	}
	if !info.IsDir() {
		return start, nil
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		file := filepath.Join(dir, ProjectFile)
		if _, err := os.Stat(file); err == nil {
			return file, nil
		}
		if dir == filepath.Dir(dir) {
			return "", &Error{Pos: Pos{File: start}, What: "no " + ProjectFile + " here or in any parent folder", Hint: "make one with: vlmspec init"}
		}
	}
}

// readYAML reads and parses a file, under its shown name.
func readYAML(src *source, abs string) (Node, error) {
	data, err := regular.Text(abs, maxFileBytes)
	if err != nil {
		return Node{src: src}, &Error{Pos: Pos{File: src.name}, What: "cannot be read: " + cause(err), Hint: nearFile(abs, err)}
	}
	return parse(src, data)
}

// nearFile names the file that a missing one was most likely meant to be; "" where
// none is near.
func nearFile(path string, err error) string {
	if !errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	entries, _ := os.ReadDir(filepath.Dir(path))
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if near := Suggest(filepath.Base(path), names); near != "" {
		return "did you mean " + near + "?"
	}
	return ""
}

// cause is the reason of a file error without its path, which the message has.
func cause(err error) string {
	var pathErr *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file"
	case errors.As(err, &pathErr):
		return pathErr.Err.Error()
	}
	return err.Error()
}

var nameOfCurrency = regexp.MustCompile(`^[A-Z]{3}$`) // ISO 4217

var nameOfBackend = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// apply checks what the struct tags cannot, and fills in the defaults.
func (p *Project) apply(root Node, f projectFile) error {
	var problems problems
	if f.Version.Value != 1 {
		problems.add(f.Version.Node.Errorf("this vlmspec reads version 1", "unknown version %d", f.Version.Value))
	}
	p.Specs = []string{"specs/**/*.yaml", "specs/**/*.yml"}
	if len(f.Specs) > 0 {
		p.Specs = nil
	}
	for _, s := range f.Specs {
		p.Specs = append(p.Specs, s.Value)
		if !doublestar.ValidatePattern(s.Value) || !filepath.IsLocal(filepath.FromSlash(s.Value)) {
			problems.add(s.Node.Errorf("write one like specs/**/*.yaml, below this folder", "%q is not a file pattern", s.Value))
		}
	}
	p.Golden = filepath.Join(p.Dir, "golden")
	if f.Golden != nil {
		p.Golden, _ = root.Get("golden").Path()
	}
	problems.add(p.chooseState(root.Get("state")))
	p.Profiles, p.MaxLoaded, p.CacheMB = f.Profiles, f.MaxLoaded, defaultCacheMB
	if f.CacheMB != nil {
		p.CacheMB = *f.CacheMB
	}
	problems.add(p.chooseRetention(f.Runs))
	p.Backends = map[string]Backend{}
	for _, e := range root.Get("backends").Entries() {
		if !nameOfBackend.MatchString(e.Key) {
			problems.add(e.KeyNode.Errorf("use letters, digits, . _ and -", "%q cannot name a backend", e.Key))
		}
		p.Backends[e.Key] = p.backend(e, f.Backends[e.Key])
	}
	problems.add(p.chooseDefault(root, f.DefaultBackend))
	return problems.err()
}

// StateEnv names the environment variable that puts runs, cache and pending
// answers of a project elsewhere.
const StateEnv = "VLMSPEC_STATE"

func (p *Project) chooseState(n Node) error {
	p.State = filepath.Join(p.Dir, ".vlmspec")
	if dir, ok := p.Env(StateEnv); ok && dir != "" {
		abs, err := filepath.Abs(dir)
		p.State = abs
		return err
	}
	if n.IsZero() {
		return nil
	}
	if n.Text() == "" {
		return n.Errorf("write one like state: ../state, or leave it out", "state is empty; it names a folder")
	}
	p.State, _ = n.Path()
	if p.State == p.Dir {
		return n.Errorf("write one like state: .vlmspec", "state is the project's own folder")
	}
	return nil
}

func (p *Project) chooseRetention(f runsFile) error {
	p.Runs = Retention{Keep: 200, Size: 500e6}
	if f.Keep > 0 {
		p.Runs.Keep = f.Keep
	}
	if f.Size.Node.IsZero() {
		return nil
	}
	var err error
	if p.Runs.Size, err = ParseSize(f.Size.Value); err != nil {
		return f.Size.Node.Errorf("write one like 500MB or 2GB", "%v", err)
	}
	return nil
}

func (p *Project) backend(e Entry, f backendFile) Backend {
	b := Backend{Name: e.Key, Plugin: f.Plugin, LoadTimeout: f.Load, Dir: p.Dir, Pos: e.KeyNode.Pos(), Config: map[string]any{}}
	var problems problems
	if b.Price = f.Price; b.Price != nil {
		b.Price.Currency = cmp.Or(b.Price.Currency, "USD")
		if !nameOfCurrency.MatchString(b.Price.Currency) {
			problems.add(e.Value.Get("price").Get("currency").Errorf("write its three letters, such as USD or EUR", "%q is no currency", b.Price.Currency))
		}
	}
	if f.Reasoning.rule != nil {
		b.Reasoning = *f.Reasoning.rule
	}
	sc := &scope{env: &environment{get: p.Env}, secrets: &b.Secrets}
	for key, value := range f.Config {
		value.scope = sc
		problems.add(value.Check())
		b.Config[key] = value.Any()
	}
	if n := f.Env.node; !n.IsZero() {
		n.scope = sc
		problems.add(n.Decode(&b.Env))
		passed, why := b.Env.Secrets(p.Env)
		b.Secrets = append(b.Secrets, passed...)
		if why != "" {
			problems.add(n.Errorf(givePlain, "%s", why))
		}
	}
	b.Err = problems.err()
	return b
}

// Secrets are those in the configs of the backends, with others.
func (p *Project) Secrets(others ...secret.Value) *secret.Set {
	all := slices.Clone(others)
	for _, name := range slices.Sorted(maps.Keys(p.Backends)) {
		all = append(all, p.Backends[name].Secrets...)
	}
	return secret.New(all...)
}

func (p *Project) chooseDefault(root Node, chosen at[string]) error {
	names := slices.Sorted(maps.Keys(p.Backends))
	_, known := p.Backends[chosen.Value]
	switch {
	case len(names) == 0:
		return root.Get("backends").Errorf("name one: tiny: {plugin: llamacpp, config: {...}}", "there is no backend")
	case known:
		p.DefaultBackend = chosen.Value
	case !chosen.Node.IsZero():
		return chosen.Node.Errorf(DidYouMean(chosen.Value, names), "unknown backend %q", chosen.Value)
	case len(names) == 1:
		p.DefaultBackend = names[0]
	} // else the case that names none says that it needs one
	return nil
}
