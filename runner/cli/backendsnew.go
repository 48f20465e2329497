package cli

import (
	"bytes"
	"embed"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"path/filepath"
	"regexp"
	"strings"
	texttemplate "text/template"

	"github.com/spf13/cobra"
)

//go:embed scaffold
var scaffold embed.FS

var backendName = regexp.MustCompile(`^[a-z][a-z0-9]*([-_][a-z0-9]+)*$`)

func (a *app) backendsNewCommand() *cobra.Command {
	var python bool
	c := &cobra.Command{
		Use:   "new NAME",
		Short: "Write a backend of your own to begin with, with tests that pass",
		Long: `new writes a folder NAME with a backend in Go, or in Python, that answers at
once: the backend, a test, vlmspec.yaml and a spec. It never overwrites a file.`,
		Example: "  vlmspec backends new mine --python\n  vlmspec backends new mine",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.newBackend(args[0], python)
		},
	}
	c.Flags().BoolVar(&python, "python", false, "a Python function, in place of a program in Go")
	return c
}

func (a *app) newBackend(name string, python bool) error {
	if !backendName.MatchString(name) {
		return usagef("%q is no name for a backend; expected lower-case letters, digits and dashes, beginning with a letter, such as my-model", name)
	}
	files, err := backendFiles(name, python)
	if err != nil {
		return err
	}
	dir := filepath.Join(a.dir, name)
	if err := refuseExisting(dir, files, "vlmspec backends new NAME"); err != nil {
		return err
	}
	for _, f := range files {
		if err := writeNew(filepath.Join(dir, f.path), f.data); err != nil {
			return err
		}
		fmt.Fprintf(a.out, "  wrote %s\n", filepath.Join(name, filepath.FromSlash(f.path)))
	}
	ownProject(dir)
	next := fmt.Sprintf("go mod tidy && go test ./... && go build -o .vlmspec/plugins/vlmspec-backend-%s .", name)
	if python {
		next = "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt"
	}
	fmt.Fprintf(a.out, "\nNext: cd %s && %s\nThen: vlmspec backends test %s && vlmspec run\n", dir, next, name)
	return nil
}

// backendFiles lists what a new backend consists of.
func backendFiles(name string, python bool) ([]projectFile, error) {
	values := struct{ Name, Module string }{name, strings.ReplaceAll(name, "-", "_")}
	from := [][2]string{{"go/main.go", "main.go"}, {"go/main_test.go", "main_test.go"}, {"go/go.mod", "go.mod"}, {"go/vlmspec.yaml", "vlmspec.yaml"}}
	if python {
		from = [][2]string{
			{"python/backend.py", values.Module + ".py"},
			{"python/test_backend.py", "test_" + values.Module + ".py"},
			{"python/requirements.txt", "requirements.txt"},
			{"python/vlmspec.yaml", "vlmspec.yaml"},
		}
	}
	white, err := whiteImage()
	files := []projectFile{{"images/white.png", white}, {".gitignore", []byte(".vlmspec/\n.venv/\n__pycache__/\n")}}
	for _, f := range append(from, [2]string{"spec.yaml", "specs/" + name + ".yaml"}) {
		var t *texttemplate.Template
		if err == nil {
			t, err = texttemplate.ParseFS(scaffold, "scaffold/"+f[0]+".tmpl")
		}
		var b bytes.Buffer
		if err == nil {
			err = t.Execute(&b, values)
		}
		files = append(files, projectFile{f[1], b.Bytes()})
	}
	return files, err
}

func whiteImage() ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, 64, 64))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}
