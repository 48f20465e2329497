package spec

import (
	"maps"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// maxBadRows ends the list of what is wrong with the rows of one case.
const maxBadRows = 10

// expand makes the cases of one item of `cases`: one per row and backend.
func (l *loader) expand(s *suite, n Node) {
	n = n.with(s.scope)
	if n.Kind() != Map {
		l.problems.add(n.Errorf("write name: ...", "expected a case, got %s", describe(n)))
		return
	}
	scope := l.declare(n, s.scope)
	table := n.Get("rows")
	if table.IsZero() {
		l.problems.add(l.expandRow(s, n, scope, &row{}))
		return
	}
	bad := 0
	for r, err := range l.rows(table) {
		if err == nil {
			err = l.expandRow(s, n, scope, &r)
		}
		l.problems.add(err)
		if err == nil {
			continue
		}
		if bad++; bad == maxBadRows {
			return
		}
	}
}

// expandRow makes the cases of one row.
func (l *loader) expandRow(s *suite, n Node, outer *scope, r *row) error {
	secrets := slices.Clone(*s.secrets)
	n.scope = &scope{parent: outer, secrets: &secrets, row: r}
	f := caseFile{settings: s.file.settings}
	f.Backends, f.Vars = nil, nil
	if !f.System.node.IsZero() {
		f.System.node.scope = n.scope
	}
	if err := n.Decode(&f); err != nil {
		return err
	}
	if err := f.Settle(n); err != nil {
		return err
	}
	l.env.byName(func() { // it was read without a mistake once
		_ = n.Get("name").Decode(&f.Name)
		f.Labels = nil
		_ = n.Get("labels").Decode(&f.Labels)
	})
	c, err := l.newCase(s, n, f)
	if err != nil {
		return err
	}
	if err := l.claim(c, n); err != nil {
		return err
	}
	c.Secrets = secrets
	return l.addPerBackend(s, c, f, n)
}

// newCase makes a case but for its backend.
func (l *loader) newCase(s *suite, n Node, f caseFile) (*Case, error) {
	var p problems
	c := &Case{
		Suite: s.file.Suite, Name: strings.TrimSpace(f.Name), Pos: n.Pos(),
		Params: f.Params.sdk(), Repeat: f.Repeat.samples, Decided: f.Repeat.decided, Sequential: f.Repeat.confidence, Require: f.Require, Timeout: f.Timeout,
		Skip: string(f.Skip), XFail: string(f.XFail), Only: f.Only.Value,
		NoCache: f.Cache == "never", Sizing: f.Sizing,
	}
	c.ID = Slug(c.Suite) + "/" + Slug(c.Name)
	if c.Sequential > 0 && !(c.Require.Share > 0 && c.Require.Share < 1) {
		p.add(n.Errorf("write require: 80%", "until: rate compares how often the case passes with a share, and require is %q", c.Require.Text))
	}
	if Slug(c.Name) == "" {
		p.add(n.Get("name").Errorf("", "the name of the case has no letter or digit"))
	}
	if c.Only && l.inCI() {
		p.add(f.Only.Node.Errorf("remove it: it would hide every other case", "only is refused in CI"))
	}
	for _, label := range joinLabels(s.file.Labels, f.Labels) {
		c.Labels = append(c.Labels, string(label))
	}
	var err error
	if !f.System.node.IsZero() {
		c.System, err = l.promptText(f.System)
		p.add(err)
	}
	c.Turns, err = l.turns(n, f)
	p.add(err)
	c.scope = n.scope
	p.add(s.checkVariables(n.scope, f.Vars))
	return c, p.err()
}

func (l *loader) inCI() bool {
	value, _ := l.project.Env("CI")
	return value != "" && value != "0" && !strings.EqualFold(value, "false")
}

// checkVariables reads all that a case could refer to. A variable of the suite may
// use columns that only some cases have; one that no case can use is a mistake.
func (s *suite) checkVariables(sc *scope, own vars) error {
	var p problems
	for _, name := range sc.known() {
		if at, _ := sc.find(name); at.row != nil {
			continue
		}
		value, _ := sc.lookup(name)
		err := value.Check()
		if err == nil {
			delete(s.pending, name)
			continue
		}
		if slices.ContainsFunc(own, func(e Entry) bool { return e.Key == name }) {
			p.add(err)
		} else if _, open := s.pending[name]; open {
			s.pending[name] = err
		}
	}
	return p.err()
}

// Vars are the variables of a case, in JSON types: those of its row over those of
// the spec. One that makes no sense in this case, as it refers to a column of
// others, is left out. They are made anew for each call.
func (c *Case) Vars() map[string]any {
	values := map[string]any{}
	for _, name := range c.scope.known() {
		if _, done := values[name]; done {
			continue
		}
		if value, _ := c.scope.lookup(name); value.Check() == nil {
			values[name] = value.Any()
		}
	}
	return values
}

// claim reserves the ID of a case.
func (l *loader) claim(c *Case, n Node) error {
	first, taken := l.ids[c.ID]
	if !taken {
		l.ids[c.ID] = c
		return nil
	}
	name := n.Get("name")
	if first.Pos == c.Pos {
		a, b := first.scope.row, c.scope.row
		e := name.Errorf(rowHint(*a, *b), "rows %s:%d and %d give the same name %q", b.src.name, a.line, b.line, c.Name)
		e.What = strings.TrimSuffix(e.What, n.scope.origin())
		return e
	}
	if first.Name != c.Name {
		return name.Errorf("change one of the names", "case %q has the same ID as %q at %s: %s", c.Name, first.Name, first.Pos, c.ID)
	}
	return name.Errorf("change one of the names", "suite %q has two cases named %q, the first at %s", c.Suite, c.Name, first.Pos)
}

// rowHint names a column by which two rows differ.
func rowHint(a, b row) string {
	for _, name := range a.names {
		if value := a.text(name); value != b.text(name) && Slug(value) != "" {
			return "put ${" + name + "} in the name"
		}
	}
	return "remove one of the rows"
}

func (r row) text(name string) string {
	value, _ := (&scope{row: &r}).lookup(name)
	return value.Text()
}

// addPerBackend appends the case once for each backend it runs on.
func (l *loader) addPerBackend(s *suite, c *Case, f caseFile, n Node) error {
	backends := s.file.Backends
	if f.Backends != nil {
		backends = f.Backends
		l.checkBackends(f.Backends)
		l.checkParity(s, f)
	}
	if len(backends) == 0 && l.project.DefaultBackend == "" {
		return &Error{Pos: n.Pos(), What: "the case names no backend, and the project has several and no default_backend", Hint: "name default_backend in " + ProjectFile + ", backends here, or --backend; one of " + strings.Join(slices.Sorted(maps.Keys(l.project.Backends)), ", ")}
	}
	if len(backends) == 0 {
		backends = []at[string]{{Value: l.project.DefaultBackend}}
	}
	if len(backends) == 1 {
		if backend, known := l.project.Backends[backends[0].Value]; known {
			c.Backend, c.Reasoning = backends[0].Value, f.Reasoning.over(backend)
			l.cases = append(l.cases, c)
		}
		return nil
	}
	for _, b := range backends {
		backend, known := l.project.Backends[b.Value]
		if !known {
			continue
		}
		c := c.clone() // what is done to a case on one backend must not reach the others
		c.Backend, c.Reasoning = b.Value, f.Reasoning.over(backend)
		c.ID += "@" + b.Value
		l.cases = append(l.cases, &c)
	}
	return nil
}

func (f params) sdk() sdk.Params {
	return sdk.Params{
		MaxTokens: value(f.MaxTokens), Temperature: value(f.Temperature), TopP: value(f.TopP), TopK: value(f.TopK),
		MinP: value(f.MinP), RepeatPenalty: value(f.RepeatPenalty), Seed: value(f.Seed), Stop: f.Stop, Extra: f.Extra,
	}
}

func value[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}
