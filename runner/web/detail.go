package web

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/vlmspec/vlmspec/runner/result"
)

// Detail is a case as the page shows it when somebody opens it.
type Detail struct {
	result.Case
	Command string `json:"command,omitempty"` // that runs it again
	Shows   []int  `json:"shows,omitempty"`   // its images, as indices into Summary.Images
}

// maskPath names a mask that the page holds by its index into Summary.Images; it
// stands in [result.Shape.Path].
func maskPath(index int) string { return "mask:" + strconv.Itoa(index) }

// detailOf is what a page holds of a case. The case is not changed.
func (p *page) detailOf(c *result.Case) Detail {
	d := Detail{Case: *c}
	if p.o.Command != nil {
		d.Command = p.o.Command(&p.run.Manifest, c)
	}
	for _, img := range c.Images {
		d.Shows = append(d.Shows, p.images.of(img))
	}
	d.Samples = slices.Clone(c.Samples)
	for i := range d.Samples {
		turns := slices.Clone(d.Samples[i].Turns)
		for j := range turns {
			turns[j].Verdicts = p.verdicts(turns[j].Verdicts, c, turns[j].Answer)
		}
		d.Samples[i].Turns = turns
	}
	return d
}

// verdicts are copies without what the page has already: the answer, and files.
func (p *page) verdicts(all []result.Verdict, c *result.Case, answer string) []result.Verdict {
	all = slices.Clone(all)
	for i := range all {
		v := &all[i]
		if v.Read == answer {
			v.Read = ""
		}
		if v.Overlay != nil {
			o := *v.Overlay
			o.Drawn = ""
			o.Expected, o.Found = p.shapes(o.Expected, c, o.Image), p.shapes(o.Found, c, o.Image)
			v.Overlay = &o
		}
		v.Inner = p.verdicts(v.Inner, c, answer)
	}
	return all
}

// shapes have their masks by index, and not by file.
func (p *page) shapes(all []result.Shape, c *result.Case, image int) []result.Shape {
	if !slices.ContainsFunc(all, func(s result.Shape) bool { return s.Kind == "mask" }) {
		return all
	}
	all = slices.Clone(all)
	for i := range all {
		if all[i].Kind != "mask" {
			continue
		}
		n := p.masks[keyOf(&all[i], sizeOf(c, image))]
		all[i].Segmentation, all[i].Path = nil, maskPath(n)
	}
	return all
}

// packed is a value as a page holds it: JSON, gzip, base64.
func packed(w io.Writer, v any) error {
	var zipped bytes.Buffer
	z, err := gzip.NewWriterLevel(&zipped, gzip.BestSpeed+2)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(z)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	if err := z.Close(); err != nil {
		return err
	}
	b := base64.NewEncoder(base64.StdEncoding, w)
	if _, err := b.Write(zipped.Bytes()); err != nil {
		return err
	}
	return b.Close()
}
