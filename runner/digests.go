package runner

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/result"
)

// digestsOf says what a case that was judged was asked and how. It runs after the
// images are known.
func (e *Execution) digestsOf(p *plan.Case, c *result.Case) *result.Digests {
	d := &result.Digests{Prompt: promptDigest(p), Images: imagesDigest(c), Checks: e.checksDigest(p)}
	if params, err := json.Marshal(c.Params); err == nil && len(c.Params) > 0 {
		d.Params = digest(func(w io.Writer) { _, _ = w.Write([]byte(p.Secrets.Hide(string(params)))) })
	}
	return d
}

// digest is that of what is written, in the form of [result.Digests].
func digest(write func(w io.Writer)) string {
	h := sha256.New()
	write(h)
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func promptDigest(p *plan.Case) string {
	return digest(func(w io.Writer) {
		fmt.Fprintf(w, "%q\n", p.Secrets.Hide(p.System))
		for i := range p.Turns {
			t := &p.Turns[i]
			if t.Written != "" {
				fmt.Fprintf(w, "%q\n", t.Written)
				continue
			}
			for _, part := range t.Parts {
				if part.Image != nil {
					_, _ = io.WriteString(w, "<image>")
					continue
				}
				fmt.Fprintf(w, "%q", part.Text)
			}
			_, _ = io.WriteString(w, "\n")
		}
	})
}

func imagesDigest(c *result.Case) string {
	if len(c.Images) == 0 {
		return ""
	}
	for _, img := range c.Images {
		if img.SHA256 == "" {
			return ""
		}
	}
	return digest(func(w io.Writer) {
		for _, img := range c.Images {
			fmt.Fprintln(w, img.SHA256)
		}
	})
}

func (e *Execution) checksDigest(p *plan.Case) string {
	return digest(func(w io.Writer) {
		fmt.Fprintf(w, "%x %q %d\n", p.Written, p.Require.Text, p.Repeat)
		for t, checks := range p.Checks {
			for _, k := range checks {
				if k.Golden {
					g, _ := e.plan.Goldens().Accepted(p.ID, t)
					fmt.Fprintf(w, "%q\n", g.Answers)
				}
				for _, path := range check.Files(k.Check) {
					fmt.Fprintf(w, "%x\n", e.files.digest(path))
				}
			}
		}
	})
}

// fileDigests are those of files that checks read, each read once while it does
// not change. It may be used from several goroutines.
type fileDigests struct {
	mu   sync.Mutex
	seen map[string]fileDigest
}

type fileDigest struct {
	sum      [sha256.Size]byte
	size     int64
	modified time.Time
}

// digest is zero for a file that cannot be read; its check says why.
func (f *fileDigests) digest(path string) [sha256.Size]byte {
	info, err := os.Stat(path)
	if err != nil {
		return [sha256.Size]byte{}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if was, ok := f.seen[path]; ok && was.size == info.Size() && was.modified.Equal(info.ModTime()) {
		return was.sum
	}
	in, err := regular.Open(path)
	if err != nil {
		return [sha256.Size]byte{}
	}
	defer in.Close()
	h := sha256.New()
	if _, err := io.Copy(h, in); err != nil {
		return [sha256.Size]byte{}
	}
	now := fileDigest{[sha256.Size]byte(h.Sum(nil)), info.Size(), info.ModTime()}
	if f.seen == nil {
		f.seen = map[string]fileDigest{}
	}
	f.seen[path] = now
	return now.sum
}
