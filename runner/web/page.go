package web

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"slices"

	"github.com/vlmspec/vlmspec/runner/internal/visible"
	"github.com/vlmspec/vlmspec/runner/result"
)

// page is the data of a run, on its way into a page.
type page struct {
	run    *result.Run
	o      *Options
	prefix string // of the elements: a page may hold two runs
	images pictures
	masks  map[string]int // indices of masks among the images

	inlined int // bytes of images in the page
	besides int // images in a folder beside it
	drawn   int // masks
}

// Write writes a page with the data of a run, and reports whether images lie
// beside it. Nothing that a model said is markup in it: data is base64.
func Write(w io.Writer, run *result.Run, o Options) (beside bool, err error) {
	out := bufio.NewWriterSize(w, 1<<16)
	pages := []*page{{run: run, o: &o, masks: map[string]int{}}}
	if o.With != nil {
		pages = append(pages, &page{run: o.With, o: &o, prefix: "with-", masks: map[string]int{}})
	}
	steps := []func(*page, io.Writer) error{(*page).writeSummary, (*page).writeCases, nil, (*page).writeImages}
	writeHead(out, run)
	for _, step := range steps {
		if step == nil {
			writeScript(out) // the page shows itself while the images are still being read
			continue
		}
		for _, p := range pages {
			if err := step(p, out); err != nil {
				return false, err
			}
		}
	}
	fmt.Fprint(out, "</body>\n</html>\n")
	for _, p := range pages {
		beside = beside || p.besides > 0
	}
	return beside, out.Flush()
}

// digestOf names a script or style to a content security policy.
func digestOf(text []byte) string {
	sum := sha256.Sum256(text)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// writeHead begins the page. Its policy lets in what vlmspec has written and
// nothing else: no other script, no network.
func writeHead(out *bufio.Writer, run *result.Run) {
	fmt.Fprintf(out, `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src %s; style-src %s; img-src 'self' file: blob: data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="vlmspec">
<title>%s · vlmspec</title>
<link rel="icon" href="data:,">
`, digestOf(bytes.TrimSpace(script)), digestOf(bytes.TrimSpace(style)), html.EscapeString(visible.Line(run.Manifest.ID)))
	fmt.Fprintf(out, "<style>%s</style>\n</head>\n<body>\n<div id=\"app\"></div>\n", bytes.TrimSpace(style))
	fmt.Fprint(out, "<noscript><p>This report shows itself with JavaScript, which is switched off here. <code>vlmspec report --format markdown=-</code> prints the run as text.</p></noscript>\n")
}

func writeScript(out *bufio.Writer) {
	fmt.Fprintf(out, "<script>%s</script>\n", bytes.TrimSpace(script))
}

func (p *page) writeSummary(w io.Writer) error {
	s, err := p.summary()
	if err != nil {
		return err
	}
	return p.chunk(w, "summary", s)
}

// chunk writes an element with packed data.
func (p *page) chunk(w io.Writer, name string, v any) error {
	if _, err := fmt.Fprintf(w, `<script type="text/plain" id="%s%s">`, p.prefix, name); err != nil {
		return err
	}
	if err := packed(w, v); err != nil {
		return err
	}
	_, err := io.WriteString(w, "</script>\n")
	return err
}

func (p *page) summary() (*Summary, error) {
	s := summarizer{images: &p.images, rows: make([]Row, 0, len(p.run.Cases))}
	for i := range p.run.Cases {
		c := &p.run.Cases[i]
		s.add(c)
		for _, img := range c.Images {
			one := p.images.all[p.images.of(img)]
			one.bad = one.bad || needsSomebody(c.Outcome)
		}
		for _, sample := range c.Samples {
			for _, t := range sample.Turns {
				p.findMasks(t.Verdicts, c)
			}
		}
	}
	for i, cluster := range clusters(p.run.Cases) {
		s.rows[i].Cluster = cluster
	}
	past, err := p.history(s.rows)
	if err != nil {
		return nil, err
	}
	return &Summary{
		Format: Format, Version: p.o.Version, Manifest: shown(p.run.Manifest), Suites: s.suites.texts, Files: s.files.texts, Backends: s.backends.texts,
		Prompts: s.prompts.texts, Cases: s.rows, Images: p.images.list(), Chunk: casesPerChunk, Gates: p.run.Gates,
		NotRun: notRun(p.run.NotRun), Mistakes: p.run.Mistakes, Scatters: scatters(p.run),
		Thresholds: thresholds(p.run), Past: past,
	}, nil
}

// needsSomebody reports whether an outcome is one that somebody must act on.
func needsSomebody(o result.Outcome) bool {
	switch o {
	case result.Passed, result.Skipped, result.XFailed, result.Quarantined:
		return false
	}
	return true
}

// writeCases writes the cases in chunks, which the page inflates when it needs
// them.
func (p *page) writeCases(w io.Writer) error {
	n := 0
	for some := range slices.Chunk(p.run.Cases, casesPerChunk) {
		details := make([]Detail, len(some))
		for i := range some {
			details[i] = p.detailOf(&some[i])
		}
		if err := p.chunk(w, fmt.Sprintf("cases-%d", n), details); err != nil {
			return err
		}
		n++
	}
	return nil
}
