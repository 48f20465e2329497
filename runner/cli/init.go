package cli

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/fixtures"
	"github.com/vlmspec/vlmspec/internal/plainfile"
	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/spec"
)

//go:embed template
var template embed.FS

func (a *app) initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init [folder]",
		Short: "Write a working example project",
		Long: `init writes a project that runs at once: vlmspec.yaml, a spec, two images and
a tiny vision-language model. It never overwrites a file.`,
		Example: "  vlmspec init demo && cd demo && vlmspec run",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := a.dir
			if len(args) == 1 {
				if dir = args[0]; !filepath.IsAbs(dir) {
					dir = filepath.Join(a.dir, dir)
				}
			}
			return a.initProject(dir)
		},
	}
}

func (a *app) initProject(dir string) error {
	files, err := projectFiles()
	if err != nil {
		return err
	}
	if err := refuseExisting(dir, files, "vlmspec init NAME"); err != nil {
		return err
	}
	for _, f := range files {
		if err := writeNew(filepath.Join(dir, f.path), f.data); err != nil {
			return err
		}
		fmt.Fprintf(a.out, "  wrote %s\n", f.path)
	}
	ownProject(dir)
	if dir != "." {
		fmt.Fprintf(a.out, "\nNext: cd %s && vlmspec run\n", dir)
	} else {
		fmt.Fprintf(a.out, "\nNext: vlmspec run\n")
	}
	return nil
}

type projectFile struct {
	path string // slashes, relative to the project
	data []byte
}

// projectFiles lists what init writes, in the order it is reported.
func projectFiles() ([]projectFile, error) {
	var files []projectFile
	err := fs.WalkDir(template, "template", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := template.ReadFile(path)
		files = append(files, projectFile{strings.TrimPrefix(path, "template/"), data})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	for _, pair := range [][2]string{
		{"images/red-circle.png", "shapes/red-circle.png"},
		{"images/three-shapes.png", "shapes/three-shapes.png"},
		{"models/shapes.gguf", "models/shapes.gguf"},
		{"models/shapes-mmproj.gguf", "models/shapes-mmproj.gguf"},
	} {
		data, err := fixtures.FS.ReadFile(pair[1])
		if err != nil {
			return nil, fmt.Errorf("read the example: %w", err)
		}
		files = append(files, projectFile{pair[0], data})
	}
	return append(files,
		projectFile{".gitignore", []byte(".vlmspec/\nout/\n")},
		projectFile{".vlmspec/spec.schema.json", spec.Schema(check.Schemas())}, // the example names it for editors
	), nil
}

func refuseExisting(dir string, files []projectFile, command string) error {
	for _, f := range files {
		path := filepath.Join(dir, f.path)
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return usagef("%s is already there, and nothing is overwritten; give another name: `%s`", path, command)
		}
		if err := plainfile.Check(dir, filepath.Dir(path)); err != nil {
			return usageError{err}
		}
	}
	return nil
}

func writeNew(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make the folder of %s: %w", path, err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("write the example: %w", err)
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}
