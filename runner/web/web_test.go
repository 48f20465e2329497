package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/runs"
)

// hostile is what a model may say to a page that shows it.
const hostile = "</script><script>alert(1)</script><!--<script><img src=x onerror=alert(2)>\u202e\u200b\x1b[2J\x00"

// elements are the elements of a page with an id, by id: attributes and text.
func elements(t *testing.T, page string) map[string][2]string {
	t.Helper()
	all := map[string][2]string{}
	for _, m := range regexp.MustCompile(`(?s)<script type="text/plain" id="([^"]*)"([^>]*)>(.*?)</script>`).FindAllStringSubmatch(page, -1) {
		all[m[1]] = [2]string{m[2], m[3]}
	}
	return all
}

// unpacked reads what packed has written.
func unpacked(t *testing.T, text string, v any) string {
	t.Helper()
	zipped, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func written(t *testing.T, run *result.Run, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := Write(&b, run, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// caseOf is a case with one answer.
func caseOf(i int, answer string, verdicts ...result.Verdict) result.Case {
	c := result.Case{
		ID: fmt.Sprintf("s/case-%d", i), Suite: "s", Name: fmt.Sprintf("case %d", i), File: "specs/s.yaml", Line: 3, Index: i, Backend: "tiny",
		Samples: []result.Sample{{Turns: []result.Turn{{Prompt: "<image>What is it?", Answer: answer, Finish: "stop", Verdicts: verdicts}}}},
	}
	c.Samples[0].Outcome = c.Samples[0].Judged()
	c.Outcome = c.Samples[0].Outcome
	return c
}

func runOf(cases ...result.Case) *result.Run {
	return &result.Run{Manifest: result.Manifest{ID: "20261126T100014.398Z-76af68", Project: "/home/somebody/project"}, Cases: cases}
}

// What a model said is data: it is whole when the page reads it, and no markup
// before.
func TestHostileText(t *testing.T) {
	c := caseOf(0, hostile, result.Verdict{Kind: hostile, Outcome: result.Failed, Reason: hostile, Expected: hostile, Read: hostile})
	c.ID, c.Name, c.Reason, c.Labels = hostile, hostile, hostile, []string{hostile}
	c.Images = []result.Image{{Path: hostile, SHA256: strings.Repeat("0", 64)}}
	run := runOf(c)
	run.Manifest.ID = hostile
	page := written(t, run, Options{})
	if n := strings.Count(strings.ToLower(page), "<script"); n != 4 { // summary, cases, the page's own, an image
		t.Errorf("%d scripts, want 4", n)
	}
	if i := strings.Index(page, "alert("); i >= 0 && !strings.Contains(page[max(0, i-60):i], "&lt;script&gt;") {
		t.Errorf("the text stands in the page: %q", page[max(0, i-80):i+20])
	}
	var s Summary
	unpacked(t, elements(t, page)["summary"][1], &s)
	var details []Detail
	unpacked(t, elements(t, page)["cases-0"][1], &details)
	if got := details[0].Samples[0].Turns[0].Answer; got != hostile {
		t.Errorf("answer %q", got)
	}
	if s.Cases[0].Name != hostile || !strings.HasPrefix(hostile, strings.TrimSuffix(s.Cases[0].Answer, "…")) {
		t.Errorf("row %+v", s.Cases[0])
	}
}

// The policy of the page lets in its own script and style, and nothing else.
func TestPolicy(t *testing.T) {
	page := written(t, runOf(caseOf(0, "a")), Options{})
	policy := html.UnescapeString(regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)[1])
	for _, re := range []string{`(?s)<script>(.*?)</script>`, `(?s)<style>(.*?)</style>`} {
		found := regexp.MustCompile(re).FindAllStringSubmatch(page, -1)
		if len(found) != 1 {
			t.Fatalf("%s: %d", re, len(found))
		}
		if !strings.Contains(policy, digestOf([]byte(found[0][1]))) {
			t.Errorf("the policy does not name %s", re)
		}
	}
	for _, open := range []string{"unsafe-inline", "unsafe-eval", "http:", "https:", "*"} {
		if strings.Contains(policy, open) {
			t.Errorf("the policy has %s: %s", open, policy)
		}
	}
	if strings.Contains(page, "<style") && strings.Contains(page, ` style="`) {
		t.Error("a style attribute, which the policy forbids")
	}
}

// A page that is passed on says nothing of the folders of who made it.
func TestNoFolders(t *testing.T) {
	page := written(t, runOf(caseOf(0, "a")), Options{})
	var s Summary
	for id, e := range elements(t, page) {
		if strings.HasPrefix(id, "image") {
			continue
		}
		var v any
		if text := unpacked(t, e[1], &v); strings.Contains(text, "/home/somebody") {
			t.Errorf("%s names the folder", id)
		}
	}
	unpacked(t, elements(t, page)["summary"][1], &s)
	if s.Manifest.Project != "project" {
		t.Errorf("project %q", s.Manifest.Project)
	}
}

// Chunks hold every case once, in order.
func TestChunks(t *testing.T) {
	var all []result.Case
	for i := range 2*casesPerChunk + 1 {
		all = append(all, caseOf(i, "a"))
	}
	es := elements(t, written(t, runOf(all...), Options{}))
	var s Summary
	unpacked(t, es["summary"][1], &s)
	n := 0
	for i := range 3 {
		var details []Detail
		unpacked(t, es[fmt.Sprintf("cases-%d", i)][1], &details)
		for _, d := range details {
			if d.ID != s.Cases[n].ID {
				t.Fatalf("case %d is %s, in the summary %s", n, d.ID, s.Cases[n].ID)
			}
			n++
		}
	}
	if n != len(all) {
		t.Errorf("%d cases of %d", n, len(all))
	}
}

// noise is a PNG of about side times side bytes.
func noise(t *testing.T, side int, seed uint32) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, side, side))
	for i := range img.Pix {
		seed = seed*1664525 + 1013904223
		img.Pix[i] = byte(seed >> 24)
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.NoCompression}).Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sum(data []byte) string {
	digest := sha256.Sum256(data)
	return hex.EncodeToString(digest[:])
}

// project is a run in a folder, a case for each file.
func project(t *testing.T, files map[string][]byte, names ...string) (*result.Run, string) {
	t.Helper()
	dir := t.TempDir()
	run := runOf()
	run.Manifest.Project = dir
	for i, name := range names {
		c := caseOf(i, "a")
		c.Images = []result.Image{{Path: name, SHA256: sum(files[name]), Width: 8, Height: 8}}
		run.Cases = append(run.Cases, c)
		if files[name] != nil {
			if err := os.WriteFile(filepath.Join(dir, name), files[name], 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return run, dir
}

func TestImages(t *testing.T) {
	small := noise(t, 8, 1)
	large := noise(t, 1200, 2) // more than 1 MiB
	var moving bytes.Buffer
	frame := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.Black, color.White})
	if err := gif.EncodeAll(&moving, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{1, 1}}); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"small.png": small, "large.png": large, "moving.gif": moving.Bytes(), "text.png": []byte("no image at all"), "changed.png": small}
	run, dir := project(t, files, "small.png", "large.png", "moving.gif", "text.png", "changed.png", "gone.png")
	run.Cases[4].Images[0].SHA256 = strings.Repeat("1", 64)
	run.Cases[5].Images[0].SHA256 = strings.Repeat("2", 64)
	beside := filepath.Join(dir, "report-files")
	es := elements(t, written(t, run, Options{Files: beside}))
	for i, want := range []string{
		`data-type="image/png"`, `data-file="report-files/` + sum(large) + `.png"`, `data-type="image/png"`,
		`data-problem="`, `data-problem="it has changed since the run"`, `data-problem="it is no longer there"`,
	} {
		if got := es[fmt.Sprintf("image-%d", i)][0]; !strings.Contains(got, want) {
			t.Errorf("image %d: %s, want %s", i, got, want)
		}
	}
	if data, _ := base64.StdEncoding.DecodeString(es["image-0"][1]); !bytes.Equal(data, small) {
		t.Error("the small image is not in the page")
	}
	if data, _ := base64.StdEncoding.DecodeString(es["image-2"][1]); !bytes.HasPrefix(data, []byte("\x89PNG")) {
		t.Error("the animation is not its first frame")
	}
	if data, err := os.ReadFile(filepath.Join(beside, sum(large)+".png")); err != nil || !bytes.Equal(data, large) {
		t.Errorf("the large image is not beside the page: %v", err)
	}
	if es := elements(t, written(t, run, Options{})); !strings.Contains(es["image-1"][0], "too large") {
		t.Errorf("without a folder: %s", es["image-1"][0])
	}
}

// What needs somebody comes first where the page has no room for all.
func TestBudget(t *testing.T) {
	files, names := map[string][]byte{}, []string{}
	const most = 100_000
	for i := range 20 {
		name := fmt.Sprintf("%d.png", i)
		files[name] = noise(t, 100, uint32(i))
		names = append(names, name)
	}
	run, dir := project(t, files, names...)
	run.Cases[19].Outcome = result.Failed
	for i := range 19 {
		run.Cases[i].Outcome = result.Passed
	}
	page := written(t, run, Options{Files: filepath.Join(dir, "f"), room: most})
	es := elements(t, page)
	inside := 0
	for i := range 20 {
		inside += len(es[fmt.Sprintf("image-%d", i)][1]) * 3 / 4
	}
	if inside > most || inside < most*8/10 {
		t.Errorf("%d bytes of images in the page", inside)
	}
	if !strings.Contains(es["image-19"][0], "data-type") {
		t.Error("the image of the failed case is not in the page")
	}
	if !strings.Contains(es["image-18"][0], "data-file") {
		t.Error("the last image of those that passed is in the page")
	}
}

func TestMask(t *testing.T) {
	half := []any{[]any{0.0, 0.0, 4.0, 0.0, 4.0, 8.0, 0.0, 8.0}} // the left half
	shape := result.Shape{Kind: "mask", Segmentation: half, OK: true}
	c := caseOf(0, "a", result.Verdict{Kind: "any_of", Outcome: result.Passed, Inner: []result.Verdict{
		{Kind: "points_in", Outcome: result.Passed, Overlay: &result.Overlay{Expected: []result.Shape{shape}}},
	}})
	c.Images = []result.Image{{Path: "a.png", Width: 8, Height: 8}}
	es := elements(t, written(t, runOf(c), Options{}))
	var details []Detail
	unpacked(t, es["cases-0"][1], &details)
	if got := details[0].Samples[0].Turns[0].Verdicts[0].Inner[0].Overlay.Expected[0].Path; got != "mask:1" {
		t.Fatalf("path %q", got)
	}
	data, _ := base64.StdEncoding.DecodeString(es["image-1"][1])
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for x, want := range []uint32{0xffff, 0xffff, 0xffff, 0xffff, 0, 0, 0, 0} {
		if _, _, _, a := img.At(x, 3).RGBA(); a != want {
			t.Errorf("column %d: alpha %x, want %x", x, a, want)
		}
	}
	if shape.Segmentation == nil || c.Samples[0].Turns[0].Verdicts[0].Inner[0].Overlay.Expected[0].Path != "" {
		t.Error("the run was changed")
	}
}

// A run from elsewhere names masks of another machine, which have no digest: no
// file of this one may come into a page for it.
func TestMaskOfImportedRun(t *testing.T) {
	mask := noise(t, 8, 1)
	run, _ := project(t, map[string][]byte{"m.png": mask}, "m.png")
	run.Cases[0].Samples[0].Turns[0].Verdicts = []result.Verdict{{Kind: "points_in", Outcome: result.Passed, Overlay: &result.Overlay{Expected: []result.Shape{{Kind: "mask", Path: "m.png"}}}}}
	es := elements(t, written(t, run, Options{Imported: true}))
	if got := es["image-1"]; got[1] != "" || !strings.Contains(got[0], "data-problem") {
		t.Errorf("the mask is in the page: %s", got[0])
	}
}

func TestTimeline(t *testing.T) {
	store := runs.Open(filepath.Join(t.TempDir(), ".vlmspec"))
	past, err := store.Timeline("20261126T100014.398Z-76af68", 5)
	if err != nil || len(past) != 0 {
		t.Errorf("an empty store: %v, %v", past, err)
	}
	var s Summary
	unpacked(t, elements(t, written(t, runOf(caseOf(0, "a", result.Verdict{Outcome: result.Passed})), Options{Store: store}))["summary"][1], &s)
	if len(s.Past) != 1 || s.Cases[0].Past != "p" {
		t.Errorf("past %v, %q", s.Past, s.Cases[0].Past)
	}
}
