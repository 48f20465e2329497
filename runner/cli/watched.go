package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
)

// watched is the flags by which watch says what to run: the IDs come on standard
// input, so that nothing need be written.
type watched struct {
	ids   bool
	first int
}

func (w *watched) flags(f *pflag.FlagSet) {
	f.BoolVar(&w.ids, "ids", false, "only the cases whose IDs standard input has, one a line")
	f.IntVar(&w.first, "first", 0, "so many of these IDs run first")
	for _, name := range []string{"ids", "first"} {
		_ = f.MarkHidden(name)
	}
}

func (w *watched) apply(in io.Reader, o *options) error {
	if !w.ids {
		return nil
	}
	data, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("read the IDs: %w", err)
	}
	o.quiet = true
	p := &o.plan
	p.IDs, p.First = map[string]bool{}, map[string]bool{}
	for i, id := range strings.Fields(string(data)) {
		p.IDs[id] = true
		if i < w.first {
			p.First[id] = true
		}
	}
	return nil
}
