package spec_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/vlmspec/vlmspec/runner/spec"
)

// A package that reads a piece of YAML decodes it strictly and complains at
// its place.
func ExampleNode_Decode() {
	var args struct {
		Within float64 `yaml:"within" required:"true" above:"0" max:"1" doc:"allowed distance"`
	}
	n, err := spec.Parse("specs/a.yaml", []byte("withn: 0.1\n"))
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(n.Decode(&args))
	// Output:
	// specs/a.yaml:1:1: key "within" is missing; within is allowed distance
	// specs/a.yaml:1:1: unknown key "withn"; did you mean within?
}

func ExampleLoad() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	write := func(name, content string) {
		path := filepath.Join(dir, name)
		_ = os.MkdirAll(filepath.Dir(path), 0o755)
		_ = os.WriteFile(path, []byte(content), 0o644)
	}
	write("vlmspec.yaml", "version: 1\nbackends: {tiny: {plugin: llamacpp}}\n")
	write("specs/shapes.yaml", `
suite: shapes
cases:
  - name: finds the ${color} circle
    rows: [{color: red}, {color: blue}]
    image: ${color}.png
    prompt: Where is the circle?
    expect: [contains: "${color}"]
`)
	project, err := spec.LoadProject(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	specs, err := spec.Load(project, nil)
	for _, c := range specs.Cases {
		fmt.Println(c.ID, c.Backend, c.Turns[0].Parts[0].Image.Name, c.Turns[0].Checks[0].Any())
	}
	fmt.Println(err)
	// Output:
	// shapes/finds-the-red-circle tiny specs/red.png map[contains:red]
	// shapes/finds-the-blue-circle tiny specs/blue.png map[contains:blue]
	// <nil>
}
