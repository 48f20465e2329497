//go:build llamacpp

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

// digests are SHA-256 sums of files.
type digests struct {
	all    string // of every file that determines answers, and how they are used
	mmproj string
	engine string
	err    error
}

// digestsOf hashes the digests of files in order; an absent file counts as "".
func digestsOf(c config) digests {
	d := digestsOfModel(c)
	if d.err == nil {
		d.engine, d.err = engineDigest()
	}
	return d
}

func digestsOfModel(c config) digests {
	files := []string{c.model, c.mmproj, c.chatTemplate}
	for _, l := range c.lora {
		files = append(files, l.path)
	}
	all := sha256.New()
	var d digests
	for i, path := range files {
		if path != "" {
			h := sha256.New()
			if d.err = hashInto(h, path); d.err != nil {
				return d
			}
			sum := hex.EncodeToString(h.Sum(nil))
			if i == 1 {
				d.mmproj = sum
			}
			io.WriteString(all, sum)
		}
		fmt.Fprintln(all)
	}
	for _, l := range c.lora {
		fmt.Fprintln(all, l.scale)
	}
	d.all = "sha256:" + hex.EncodeToString(all.Sum(nil))
	return d
}

func hashInto(w io.Writer, path string) error {
	f, err := regular.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}
