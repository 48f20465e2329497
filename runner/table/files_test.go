package table

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// keeper is a Store that names an image by its digest.
func keeper(image []byte) (string, error) {
	sum := fmt.Sprintf("%x", sha256.Sum256(image))
	return sum[:2] + Ending(image), nil
}

// Tables as testdata/make.py writes them; e3.png is red, 7e.png is blue.
func TestFiles(t *testing.T) {
	rows := func(lines [3]int, index string) string {
		var b strings.Builder
		for i, rest := range []string{
			`image="e3.png" question="Is it \"red\"?\nSay yes or no." answer="yes"`,
			`image="e3.png" question="Tab\there?" answer="None"`,
			`image=["e3.png" "7e.png"] question="Which, or both; or none?" answer=""`,
		} {
			fmt.Fprintf(&b, "%d: index="+index+" %s\n", lines[i], fmt.Sprint(7+i), rest)
		}
		return b.String()
	}
	for name, want := range map[string]string{
		"pandas.tsv":   rows([3]int{2, 4, 5}, "%q"),
		"pandas.csv":   rows([3]int{2, 4, 5}, "%q"),
		"pandas.json":  rows([3]int{1, 2, 3}, "%s"),
		"records.json": rows([3]int{2, 8, 14}, "%s"),
		"split.json":   rows([3]int{1, 1, 1}, "%s"),
		"pandas.jsonl": rows([3]int{1, 2, 3}, "%s"),
		"huggingface.parquet": `1: question="Red?" image="e3.png" images=["e3.png"] label="yes" answers=["red" "crimson"]
2: question="Blue?" image="7e.png" images=["e3.png" "7e.png"] label="no" answers=[]
`,
		"types.parquet": `1: text="a" big=9223372036854775807 unsigned=18446744073709551615 half=0.5 single=0.1 truth=true day="2026-02-28" time="2026-02-28T12:30:00.005Z" price=-12.30 map={k=1} nested={list=[{x=[1 2]} {x=[]} <nothing> {x=<nothing>}]} boxes=[[0.1 0.2] [0.3 0.4]]
2: text=<nothing> big=<nothing> unsigned=0 half=<nothing> single=<nothing> truth=false day=<nothing> time=<nothing> price=<nothing> map={} nested={list=<nothing>} boxes=[[] [0.5]]
`,
		"excel.xlsx": `2: name="007" n="7" share="0.5" yes="true" day="2026-02-28"
4: name="two\nlines" n="12345678901234" share="0.3" yes="false" day=""
`,
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(want, show(t, filepath.Join("testdata", name), keeper)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Without a store, images stay where they are.
func TestNoStore(t *testing.T) {
	got := show(t, filepath.Join("testdata", "huggingface.parquet"), nil)
	if !strings.Contains(got, `image={bytes=<73 bytes> path="red.png"}`) {
		t.Error(got)
	}
}

func TestImages(t *testing.T) {
	png := "\x89PNG\r\n\x1a\n" + strings.Repeat("x", 60)
	coded := base64.StdEncoding.EncodeToString([]byte(png))
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(png)))[:2]
	jpeg := base64.StdEncoding.EncodeToString([]byte("\xff\xd8\xff\xe0" + strings.Repeat("y", 1<<20)))
	for name, test := range map[string]struct{ file, content, want string }{
		"data URI":       {"a.csv", "a\n\"data:image/png;base64," + coded + "\"\n", `2: a="` + sum + `.png"` + "\n"},
		"any column":     {"a.csv", "shot,a\n" + coded + ",x\n", `2: shot="` + sum + `.png" a="x"` + "\n"},
		"very long":      {"a.tsv", "index\timage\n1\t" + jpeg + "\n", "2: index=\"1\" image=\"a0.jpg\"\n"},
		"wrapped":        {"a.csv", "a\n\"" + coded[:40] + "\n" + coded[40:] + "\n\"\n", `2: a="` + sum + `.png"` + "\n"},
		"in JSON":        {"a.jsonl", `{"a": ["` + coded + `", "b.png"]}`, `1: a=["` + sum + `.png" "b.png"]` + "\n"},
		"later row":      {"a.tsv", "index\timage\n1\t2\n2\t" + coded + "\n", "2: index=\"1\" image=\"" + sum + ".png\"\n3: index=\"2\" image=\"" + sum + ".png\"\n"},
		"path in image":  {"a.tsv", "index\timage\n1\ta.png\n", "2: index=\"1\" image=\"a.png\"\n"},
		"empty":          {"a.tsv", "index\timage\n1\t\n", "2: index=\"1\" image=\"\"\n"},
		"list of paths":  {"a.tsv", "index\timage_path\n1\t['a.png', \"it's.png\"]\n", "2: index=\"1\" image_path=[\"a.png\" \"it's.png\"]\n"},
		"a list as text": {"a.tsv", "index\tanswer\n1\t['a', 'b']\n", "2: index=\"1\" answer=\"['a', 'b']\"\n"},
		"no list":        {"a.tsv", "index\timage_path\n1\t[a.png]\n", "2: index=\"1\" image_path=\"[a.png]\"\n"},
		"no image":       {"a.csv", "a\n/9j/a path as long as it may be but no image at all as one can see.png\n", "2: a=\"/9j/a path as long as it may be but no image at all as one can see.png\"\n"},
		"an identifier":  {"a.csv", "a\n" + strings.Repeat("Qk12", 20) + "\n", `2: a="` + strings.Repeat("Qk12", 20) + "\"\n"},

		"no such row": {"a.tsv", "index\timage\n1\t" + coded + "\n2\t7\n", "2: index=\"1\" image=\"" + sum + ".png\"\n3:0: column \"image\": it is the index 7, and no row of that index has an image; \n"},
		"damaged":     {"a.csv", "image\n" + coded[:80] + "!\n", "2:0: column \"image\": the image in base64 is damaged: illegal base64 data at input byte 80; \n"},
		"other data":  {"a.csv", "a\n\"data:text/html,<b>\"\n", "2:0: column \"a\": \"data:text/html\" is no image: write data:image/png;base64 and the data; \n"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, show(t, write(t, test.file, test.content), keeper)); diff != "" {
				t.Error(diff)
			}
		})
	}
	full := func([]byte) (string, error) { return "", errors.New("the disk is full") }
	if got := show(t, write(t, "a.csv", "a\n"+coded+"\n"), full); got != "2:0: column \"a\": the disk is full; \n" {
		t.Error(got)
	}
}

// A workbook that claims to unpack into more than any table has is not unpacked.
func TestZipBomb(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	header := &zip.FileHeader{Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate, CompressedSize64: 4, UncompressedSize64: 8 << 30}
	w, err := z.CreateRaw(header)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte{1, 2, 3, 4}); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	large := write(t, "large.xlsx", strings.Repeat("\x00", maxWorkbook)+b.String()) // a zip may follow what is none
	if got, want := show(t, large, nil), "0:0: the workbook has more than 128 MiB; save it as .csv\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	got := show(t, write(t, "bomb.xlsx", b.String()), nil)
	if want := "0:0: it is not a workbook: unzip size exceeds the 536870912 bytes limit; save it as .xlsx or .csv\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// VLMEvalKit keeps the images of SET.tsv in images/SET/.
func TestImagePathInFolder(t *testing.T) {
	path := write(t, "set.tsv", "index\timage_path\n1\ta.png\n2\tset.tsv\n3\t['a.png', 'b.png']\n")
	folder := filepath.Join(filepath.Dir(path), "images", "set")
	writeAt(t, folder, "a.png")
	want := "2: index=\"1\" image_path=\"images/set/a.png\"\n3: index=\"2\" image_path=\"set.tsv\"\n4: index=\"3\" image_path=[\"images/set/a.png\" \"b.png\"]\n"
	if diff := cmp.Diff(want, show(t, path, keeper)); diff != "" {
		t.Error(diff)
	}
}
