// Command bundle makes runner/web/dist, the page of the HTML report, of the
// TypeScript below runner/web/ui: esbuild runs as a library, and the three npm
// packages that the page is made with are fetched once, by their digests. With
// -check it compares what is committed with what it would make.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
)

// Where things lie, from the root of the checkout.
const (
	source = "runner/web/ui"
	target = "runner/web/dist"
	store  = "build/npm"
)

func main() {
	log.SetFlags(0)
	check := flag.Bool("check", false, "compare with what is committed, and write nothing")
	flag.Parse()
	err := install(store)
	var offline *offlineError
	if *check && errors.As(err, &offline) {
		fmt.Printf("skipped: the page is not built again, for %v\n", err)
		return
	}
	if err != nil {
		log.Fatal(err)
	}
	files, err := build(source, filepath.Join(store, "node_modules"))
	if err == nil {
		err = deliver(files, *check)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// deliver writes what was built, or compares it.
func deliver(files map[string][]byte, check bool) error {
	size, err := zipped(files)
	if err != nil {
		return err
	}
	fmt.Printf("the page is %d bytes, gzip\n", size)
	if size > mostBytes {
		return fmt.Errorf("that is more than %d", mostBytes)
	}
	for name, data := range files {
		path := filepath.Join(target, name)
		if !check {
			if err := os.WriteFile(path, data, 0o644); err != nil {
				return err
			}
			continue
		}
		if committed, err := os.ReadFile(path); err != nil || !bytes.Equal(committed, data) {
			return fmt.Errorf("%s is not what %s makes; run `make ui` and commit it", path, source)
		}
	}
	return nil
}
