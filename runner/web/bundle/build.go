package main

import (
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// mostBytes bounds the page without data, script and style together, in gzip.
const mostBytes = 120_000

// build bundles the page: app.js and app.css, by name.
func build(source, modules string) (map[string][]byte, error) {
	modules, err := filepath.Abs(modules)
	if err != nil {
		return nil, err
	}
	notice, err := licenses(modules)
	if err != nil {
		return nil, err
	}
	result := api.Build(api.BuildOptions{
		EntryPoints:       []string{filepath.Join(source, "app.tsx")},
		Outdir:            target,
		NodePaths:         []string{modules},
		Bundle:            true,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Charset:           api.CharsetASCII,
		Format:            api.FormatIIFE,
		Target:            api.ES2022,
		JSX:               api.JSXAutomatic,
		JSXImportSource:   "preact",
		LegalComments:     api.LegalCommentsNone,
		Banner:            map[string]string{"js": notice},
		LogLevel:          api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		return nil, errors.New("the page does not build")
	}
	files := map[string][]byte{}
	for _, f := range result.OutputFiles {
		files[filepath.Base(f.Path)] = f.Contents
	}
	return files, nil
}

// licenses are those of what is in the bundle, as a comment.
func licenses(modules string) (string, error) {
	var b strings.Builder
	for _, p := range packages {
		text, err := os.ReadFile(filepath.Join(modules, p.name, "LICENSE"))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "/*! %s %s\n%s*/\n", p.name, p.version, strings.ReplaceAll(string(text), "*/", "* /"))
	}
	return b.String(), nil
}

// zipped is the size of all files, each in gzip.
func zipped(files map[string][]byte) (int, error) {
	var n counter
	for _, data := range files {
		z, err := gzip.NewWriterLevel(&n, gzip.BestCompression)
		if err != nil {
			return 0, err
		}
		if _, err := z.Write(data); err != nil {
			return 0, err
		}
		if err := z.Close(); err != nil {
			return 0, err
		}
	}
	return int(n), nil
}

// counter counts the bytes that are written to it.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
