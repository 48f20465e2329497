package cli

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/vlmspec/vlmspec/plugins/sdk/plugin"
)

// The test binary is the command line and every backend of the scripts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"vlmspec":                 func() { os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
		"vlmspec-backend-fake":    func() { plugin.Serve(&fake{}) },
		"vlmspec-backend-rubbish": func() { fmt.Println("Loading model..."); select {} },
		"vlmspec-backend-newer":   func() { fmt.Println("1|99|unix|/nowhere|grpc|"); select {} },
		"vlmspec-instant":         instantMain,
		"vlmspec-backend-early":   func() { fmt.Fprintln(os.Stderr, "libcuda.so.1: no such file"); os.Exit(127) },
	})
}

// Each behaviour of the command line is a script in testdata/script.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(e *testscript.Env) error {
			now := time.Now().UTC()
			e.Setenv("SOON", now.AddDate(0, 0, 10).Format(time.DateOnly))
			e.Setenv("VLMSPEC_TRUST", "1")                                 // trust.txtar is without
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, ".cache")) // HOME is a folder that is not there
			e.Setenv("FAR", now.AddDate(1, 0, 0).Format(time.DateOnly))
			for _, values := range []map[string]string{secrets, sealed} {
				for name, value := range values {
					e.Setenv(name, value)
				}
			}
			return drawImages(e.WorkDir)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"hub":     startHub,
			"hidden":  hidden,
			"sealed":  sealedCommand,
			"silent":  silent,
			"brief":   brief,
			"waitfor": waitFor,
			"windows": windows,
		},
	})
}

// exits runs a program and wants an exit code: exits 2 vlmspec run
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// secrets are in the environment of every script. Those of hidden must not be found.
var secrets = map[string]string{
	"TOKEN":    "s3cr3t-Zq9x",
	"PIN":      "76543210987",
	"PREFIX":   "s3cr3t",
	"TRAILING": "tr4iling-v4lue\n",
	"AWKWARD":  `awkw4rd "q'uote\b<t>&%ö`,
	"PEM":      "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nBKcwggSjAgEAAoIBAQC7kkkk\n-----END PRIVATE KEY-----\n",
	"LONG":     "l0ngest-of-them-all-" + strings.Repeat("0123456789", 12),
}

// fragments are what of the secrets can be told from other text.
var fragments = []string{"s3cr3t", "Zq9x", "tr4iling", "awkw4rd", "uote", "MIIEvQ", "BKcwgg", "l0nges", "23456789", "654321"}

// hidden wants no secret in what the last program printed, nor in any file below
// the paths: hidden .vlmspec out
func hidden(ts *testscript.TestScript, _ bool, args []string) {
	look := func(name, text string) {
		for _, f := range fragments {
			if i := strings.Index(text, f); i >= 0 {
				ts.Fatalf("%s has %q: %q", name, f, text[max(0, i-200):min(len(text), i+80)])
			}
		}
	}
	look("stdout", ts.ReadFile("stdout"))
	look("stderr", ts.ReadFile("stderr"))
	n := 0
	for _, arg := range args {
		ts.Check(filepath.WalkDir(ts.MkAbs(arg), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			look(path, path+string(data))
			n++
			return err
		}))
	}
	if n == 0 && len(args) > 0 {
		ts.Fatalf("there is no file below %v", args)
	}
}

// spoken is what a CI server would obey in a log, but for what vlmspec means.
var (
	spoken = regexp.MustCompile(`(?m)^\s*::|##(vso|teamcity)?\[|section_(start|end):|travis_fold:`)
	meant  = regexp.MustCompile(`(?m)^::(error|warning|notice) (file=[^:]*,)?title=.*$`)
)

// silent wants nothing in what the last program printed that a CI server would obey.
func silent(ts *testscript.TestScript, _ bool, _ []string) {
	for _, stream := range []string{"stdout", "stderr"} {
		text := meant.ReplaceAllString(ts.ReadFile(stream), "")
		if at := spoken.FindStringIndex(text); at != nil {
			ts.Fatalf("%s speaks to the CI: %q", stream, text[max(0, at[0]-100):min(len(text), at[1]+60)])
		}
	}
	if ts.ReadFile("stdout")+ts.ReadFile("stderr") == "" {
		ts.Fatalf("the last program printed nothing")
	}
}

// brief wants what the last program printed to have no more than so many bytes.
func brief(ts *testscript.TestScript, _ bool, args []string) {
	limit, err := strconv.Atoi(args[1])
	ts.Check(err)
	if n := len(ts.ReadFile(args[0])); n > limit {
		ts.Fatalf("%s has %d bytes, want at most %d", args[0], n, limit)
	}
}

// waitFor waits until a file, found by pattern, has text: waitfor 'GLOB' 'REGEXP'
func waitFor(ts *testscript.TestScript, _ bool, args []string) {
	pattern := regexp.MustCompile(args[1])
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		files, err := filepath.Glob(ts.MkAbs(args[0]))
		ts.Check(err)
		for _, f := range files {
			if data, err := os.ReadFile(f); err == nil && pattern.Match(data) {
				return
			}
		}
	}
	ts.Fatalf("%s never had %s", args[0], args[1])
}

// windows gives files a byte order mark and the line ends of Windows, or makes sure
// that they have them: windows [-check] FILE...
func windows(ts *testscript.TestScript, _ bool, args []string) {
	check := len(args) > 0 && args[0] == "-check"
	if check {
		args = args[1:]
	}
	for _, name := range args {
		text := ts.ReadFile(name)
		plain := strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
		marked := "\ufeff" + strings.ReplaceAll(plain, "\n", "\r\n")
		if check && text != marked {
			ts.Fatalf("%s has lost its line ends: %q", name, text)
		}
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(marked), 0o644))
	}
}

// drawImages writes the images that the scripts show, good and bad.
func drawImages(dir string) error {
	bad := map[string]string{
		"empty.png": "",
		"text.png":  "this is no image\n",
		// A header that claims 20,000 x 20,000 pixels, and no more.
		"huge.png": "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00N \x00\x00N \x08\x02\x00\x00\x00\x6c\x12\xd1\x6e",
		// One of 8 x 8 pixels, whose pixels end after three bytes.
		"cut.png": "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x08\x00\x00\x00\x08\x08\x02\x00\x00\x00\x4b\x6d\x29\xdc\x00\x00\x00\xffIDAT\x78\x9c\x63",
	}
	for name, data := range bad {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644); err != nil {
			return err
		}
	}
	for name, size := range map[string]int{"red.png": 8, "blue.png": 16, "one.png": 1} {
		img := image.NewRGBA(image.Rect(0, 0, size, size))
		for i := range size * size {
			img.Set(i%size, i/size, color.RGBA{R: 200, B: uint8(size), A: 255})
		}
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if err := errors.Join(png.Encode(f, img), f.Close()); err != nil {
			return err
		}
	}
	return drawLabels(filepath.Join(dir, "labels.gif"))
}

// drawLabels writes a mask of two classes: 1 is the upper right quarter, 2 the lower.
func drawLabels(path string) error {
	img := image.NewPaletted(image.Rect(0, 0, 16, 16), color.Palette{color.Black, color.RGBA{R: 128, A: 255}, color.RGBA{G: 128, A: 255}})
	for y := range 16 {
		for x := 8; x < 16; x++ {
			img.SetColorIndex(x, y, uint8(1+y/8))
		}
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(gif.Encode(f, img, nil), f.Close())
}
