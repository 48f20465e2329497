package backend

import (
	"os"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/plugins/sdk/machine"
	"github.com/vlmspec/vlmspec/runner/cache"
	"github.com/vlmspec/vlmspec/runner/infer"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// modelShare is the memory that a model takes, over the size of its files: what
// it computes with comes to it.
const modelShare = 1.2

// Bounds lets as many backends be loaded at the same time as vlmspec.yaml says, or as fit
// in the memory that is free, as far as the sizes of their files show.
func Bounds(p *spec.Project) infer.Bounds {
	if os.Getenv(host.AttachEnv) != "" {
		return infer.Bounds{} // they are loaded
	}
	if p.MaxLoaded > 0 {
		return infer.Bounds{Count: p.MaxLoaded}
	}
	return infer.Bounds{Bytes: machine.FreeMemory() / 10 * 9, Size: func(name string) int64 {
		files, _ := Files(p.Backends[name])
		total := int64(0)
		for _, f := range files {
			if stamp, err := cache.StampOf(f); err == nil {
				total += stamp.Size
			}
		}
		return int64(float64(total) * modelShare)
	}}
}
