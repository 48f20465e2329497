// Command sample writes the reports that the browser tests look at: a run with
// every kind of mark, outcome and bad input, one that passed, a cut-off and a newer
// one, and one of 10,000 cases.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/web"
)

func main() {
	log.SetFlags(0)
	dir := flag.String("dir", "build/ui", "folder to write to")
	cases := flag.Int("cases", 10_000, "cases of the large report")
	flag.Parse()
	if err := write(*dir, *cases); err != nil {
		log.Fatal(err)
	}
}

func write(dir string, cases int) error {
	images := filepath.Join(dir, "project")
	if err := drawImages(images); err != nil {
		return err
	}
	whole, other := everything(images, 0), everything(images, 1)
	other.Manifest.ID = "20261125T100014.398Z-000001"
	for name, page := range map[string]struct {
		run *result.Run
		o   web.Options
	}{
		"sample.html": {whole, web.Options{With: other}},
		"alone.html":  {passed(images), web.Options{}},
		"large.html":  {large(images, cases), web.Options{}},
	} {
		page.o.Files, page.o.Version, page.o.Command = filepath.Join(dir, "files"), "1.0.0", command
		began := time.Now()
		var b bytes.Buffer
		if _, err := web.Write(&b, page.run, page.o); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644); err != nil {
			return err
		}
		fmt.Printf("%-12s %6d cases %6.1f MB %5.2f s\n", name, len(page.run.Cases), float64(b.Len())/1e6, time.Since(began).Seconds())
		if name == "sample.html" {
			cut := b.Bytes()[:bytes.Index(b.Bytes(), []byte("<script>"))]
			if err := os.WriteFile(filepath.Join(dir, "cut.html"), cut[:len(cut)/3], 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

func command(_ *result.Manifest, c *result.Case) string {
	return fmt.Sprintf("vlmspec run %s:%d -k %s --backend %s --seed 0", c.File, c.Line, c.ID, c.Backend)
}

// manifest is that of a run with two backends.
func manifest(project string) result.Manifest {
	began := time.Date(2026, 11, 26, 6, 5, 9, 0, time.UTC)
	return result.Manifest{
		ID: "20261126T060509.509Z-85580d", Version: "1.0.0", MadeBy: result.MadeByRun, Project: project, Args: []string{"run", "--no-cache"},
		Host: result.Host{OS: "linux", Arch: "amd64", CPUs: 2}, Started: began, Ended: began.Add(1500 * time.Millisecond),
		Backends: map[string]result.Backend{
			"base":  {Plugin: "replay", Version: "1", Model: "base.jsonl", ModelDigest: "sha256:af20741ec855cee845bbb84139ef9171"},
			"tuned": {Plugin: "replay", Version: "1", Model: "tuned.jsonl", ModelDigest: "sha256:169b54b37e902834f64900200665b664", Device: "cpu"},
		},
	}
}
