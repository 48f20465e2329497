package cli

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// sealed are secrets of awkward forms, in the environment of every script. No four
// letters of them may be found by the command of the same name.
var sealed = map[string]string{
	"F_PLAIN":    "Kqzvwx7Wjyqkx",
	"F_NEWLINE":  "Vwqjxz9Hkvwq\r\n",
	"F_SPACES":   "  Zkwvq Jxhwz Qvkjw  ",
	"F_TABS":     "Wzkqv\tHjxqw\tVzkhj",
	"F_PEM":      "-----BEGIN KEY-----\r\nZxwqKvjzHqwxVkjz\r\nJwqzXkvhQzwjHxvk\r\n-----END KEY-----\r\n",
	"F_HEAD":     "Hwqzkj",
	"F_LONGER":   "HwqzkjVxqwzkTjvq",
	"F_TAIL":     "qwzkTjvqXhzwkq",
	"F_QUOTES":   `Qzk"vwj'xhq\zkw` + "`" + `vjq`,
	"F_HTML":     "Xzk<vwj>hq&zkw;vjq",
	"F_MARKDOWN": "_Vzkq_**wjxh**`qzkv`~~wjhx~~",
	"F_LETTERS":  "ZKQVwjxhqZKVW",
	"F_NUMBER":   "90817263549081",
	"F_URL":      "https://wzkqv:Jxhqw@vzkqj.example/qwzkx?k=Zvwqj#hxqz",
	"F_DOLLAR":   "Zwq${vkjx}$HOME$(qzkw)",
	"F_JSON":     `{"kzwq": ["Vjxh", "qzwk"]}`,
	"F_CONTROL":  "Zkq\x1b[31mvwjx\x07hqzk\x7f",
	"F_BYTES":    "Zkqv\xff\xfewjxhqz",
	"F_ACCENTS":  "Zkqvé́wjxhqzkñ",
	"F_QUOTING":  "“Zkqvw”—‘jxhqz’…vkwq",
	"F_WIDE":     "Ｚｋｑｖｗ－ｊｘｈｑｚ",
	"F_BIDI":     "Zkqv\u202ewjxh\u202cqzkv\u200bwjxq",
	"F_LINES":    "Zkqvwjx\nhqzkvwj\nxhqzkvw",
	"F_LONG":     strings.Repeat("ZkqvwjxhQz", 220),
	"F_PERCENT":  "Zkq%77vwj%%xhq+zk vw",
	"F_YAML":     "Zkqv: [wjxh, 'qzkv'] # wjxhq",
	"F_REGEX":    `Zkq(vw+j)[xh]?qz\.kvw`,
	"F_SHELL":    `Zkq;vwj|xhq&&zkv "wjx" 'hqz'`,
	"F_PATH":     "zkqv/wjxh/../qzkv",
	"F_CSV":      `Zkqv,wjxh;"qzkv"` + "\twjxhq",
	"F_PASSED":   "Zvkqj-wxhq-zvkw", // to a command check, by its name
	"F_API_KEY":  "zkq",
	"F_ONE":      "z",
	"F_TWO":      "zq ",
	"F_WORD":     "ssed",
	"F_TRUE":     "true",
}

// sealedPieces are all runs of four characters of a secret that ordinary text has not, in
// lower case, by name; of digits seven, since four are in any time.
var sealedPieces = func() map[string]string {
	pieces := map[string]string{}
	for name, value := range sealed {
		n := 4
		if name == "F_NUMBER" {
			n = 7
		}
		letters := []rune(strings.ToLower(value))
		for i := range max(0, len(letters)-n+1) {
			if piece := string(letters[i : i+n]); len(letters) > 4 && strings.Trim(piece, "zkqvwjxhｚｋｑｖｗｊｘｈ0123456789") == "" {
				pieces[piece] = name
			}
		}
	}
	return pieces
}()

// sealedCommand wants no four letters of a secret in what the last program printed, nor in
// any file below the paths: sealed .vlmspec out
func sealedCommand(ts *testscript.TestScript, _ bool, args []string) {
	leaks := 0
	look := func(place, text string) {
		text = strings.ToLower(text)
		for piece, name := range sealedPieces {
			if i := strings.Index(text, piece); i >= 0 {
				ts.Logf("%s has %q of %s: %q", place, piece, name, text[max(0, i-160):min(len(text), i+60)])
				leaks++
			}
		}
	}
	look("stdout", ts.ReadFile("stdout"))
	look("stderr", ts.ReadFile("stderr"))
	for _, arg := range args {
		ts.Check(filepath.WalkDir(ts.MkAbs(arg), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			look(path, path+"\n"+string(data))
			return err
		}))
	}
	if leaks > 0 {
		ts.Fatalf("%d pieces of secrets are to be seen", leaks)
	}
}
