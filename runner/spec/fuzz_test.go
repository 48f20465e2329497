package spec

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// FuzzLoad: no spec makes the loader panic, hang or produce a case that is
// not whole, and every mistake has a place and a sentence.
func FuzzLoad(f *testing.F) {
	f.Add("suite: s\nvars: {a: '${b}', b: [x]}\ncases:\n- {name: 'a ${x}', rows: [{x: 1}, {x: [2]}], prompt: \"${x}?\", expect: [{k: ${b}}, golden]}\n")
	f.Add("suite: &s s\n<<: {labels: [a]}\ncases:\n- &c {name: *s, content: [{text: \"$${\"}, {image: \"${env:A}\"}], expect: [golden]}\n- {<<: *c, name: b}\n")
	f.Add("suite: s\nrequire: 4/5\nparams: {seed: 1, stop: [a]}\ncases:\n- {name: t, turns: [{prompt: |\n    a\n  }], skip: x}\n")
	f.Fuzz(func(t *testing.T, src string) {
		root, err := Parse("a.yaml", []byte(src))
		var specs []*Case
		if err == nil {
			p := &Project{Dir: "/nowhere", DefaultBackend: "tiny", Backends: map[string]Backend{"tiny": {}}, Env: environ("A=1")}
			l := &loader{project: p, env: &environment{get: p.Env}, read: map[string]bool{}, ids: map[string]*Case{}, texts: map[string]Node{}}
			l.suite(document{"/nowhere/a.yaml", root})
			specs, err = l.cases, l.problems.err()
		}
		for _, m := range Mistakes(err) {
			if m.What == "" || m.Pos.File == "" || strings.ContainsFunc(m.What, func(r rune) bool { return r == '\n' }) {
				t.Errorf("a mistake without place or sentence: %q", m)
			}
		}
		for _, c := range specs {
			if !strings.Contains(c.ID, "/") || c.Backend == "" || c.Repeat < 1 || c.Timeout < 0 || len(c.Turns) == 0 || c.Require.Passes(c.Repeat) < 1 {
				t.Errorf("a case that is not whole: %+v", c)
			}
			for _, turn := range c.Turns {
				for _, check := range turn.Checks {
					if err := check.Check(); err != nil {
						t.Errorf("a check that does not resolve: %v", err)
					}
					check.Any()
				}
			}
		}
	})
}

// FuzzDecode: strict decoding never panics, whatever the shape.
func FuzzDecode(f *testing.F) {
	f.Add("name: 1\nn: 2\npair: [1, 2]\ninner: {colour: x}\nafter: 1s\n")
	f.Fuzz(func(_ *testing.T, src string) {
		n, err := Parse("a.yaml", []byte(src))
		if err != nil {
			return
		}
		for _, typ := range []reflect.Type{reflect.TypeFor[sample](), reflect.TypeFor[projectFile](), reflect.TypeFor[map[string][]time.Duration]()} {
			_ = n.Decode(reflect.New(typ).Interface())
		}
	})
}
