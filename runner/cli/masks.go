package cli

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// lookAtMasks reads the masks of all checks. It returns what is suspicious about
// them, a line each with its place; a mask that cannot be read is a mistake.
func lookAtMasks(ctx context.Context, s *plan.Plan) (warnings []string, err error) {
	found := make([][]string, s.Len())
	errs := make([]error, s.Len())
	sizes := &imageSizes{known: map[string]sdk.Image{}}
	var all errgroup.Group
	all.SetLimit(runtime.GOMAXPROCS(0))
	for i := range s.Len() {
		all.Go(func() error {
			found[i], errs[i] = masksOf(ctx, s.Case(i), sizes)
			return nil
		})
	}
	_ = all.Wait()
	seen := map[string]bool{} // rows share a line
	for _, w := range slices.Concat(found...) {
		if !seen[w] {
			warnings = append(warnings, w)
		}
		seen[w] = true
	}
	return warnings, spec.Hide(spec.Join(errs...), s.Secrets())
}

func masksOf(ctx context.Context, c *plan.Case, sizes *imageSizes) (warnings []string, err error) {
	var images []sdk.Image
	var errs []error
	for t, turn := range c.Turns {
		for _, p := range turn.Parts {
			if p.Image != nil {
				images = append(images, sizes.of(p.Image.Path))
			}
		}
		for _, k := range c.Checks[t] {
			found, err := check.Warnings(ctx, k.Check, images)
			if err != nil {
				errs = append(errs, &spec.Error{Pos: k.Pos, What: err.Error()})
			}
			for _, text := range found {
				warnings = append(warnings, fmt.Sprintf("%s: warning: %s", k.Pos, text))
			}
		}
	}
	return warnings, spec.Join(errs...)
}

// imageSizes reads the header of an image once.
type imageSizes struct {
	mu    sync.Mutex
	known map[string]sdk.Image
}

// of leaves the size out where it cannot be read, which is reported with the image.
func (s *imageSizes) of(path string) sdk.Image {
	s.mu.Lock()
	defer s.mu.Unlock()
	img, ok := s.known[path]
	if !ok {
		info, _ := imaging.InspectFile(path)
		img = sdk.Image{Path: path, Width: info.Width, Height: info.Height}
		s.known[path] = img
	}
	return img
}
