package cli

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/spec"
)

func (a *app) validateCommand() *cobra.Command {
	var unchecked bool
	c := &cobra.Command{
		Use:   "validate [file | folder]...",
		Short: "Check specs, goldens and images without asking a backend",
		Long: `validate reads vlmspec.yaml, the specs and the goldens, compiles every check
and decodes every image and mask. It lists all mistakes with their places, and
warns of masks with nothing or everything inside, or of another shape than their
image.`,
		RunE: func(c *cobra.Command, args []string) error {
			s, err := plan.Open(plan.Options{Project: a.dir, Paths: args, AllowUnchecked: unchecked})
			if s != nil {
				a.secrets.Store(s.Secrets())
			}
			if err != nil {
				return wrong(err)
			}
			n, err := lookAtImages(c.Context(), s)
			warnings, maskErr := lookAtMasks(c.Context(), s)
			if err := spec.Join(err, maskErr); err != nil {
				return wrong(err)
			}
			for _, w := range warnings {
				fmt.Fprintln(a.out, a.shown(w))
			}
			for _, o := range s.Orphans {
				fmt.Fprintf(a.out, "%s: no case uses the golden %s; remove it: vlmspec accept --prune\n", o.Pos, o.Key)
			}
			fmt.Fprintf(a.out, "cases: %d, spec files: %d, images: %d; no mistakes\n", s.Len(), specFiles(s), n)
			return nil
		},
	}
	c.Flags().BoolVar(&unchecked, "allow-unchecked", false, "let cases have no expect, to explore a model")
	return c
}

func specFiles(s *plan.Plan) int {
	files := map[string]bool{}
	for i := range s.Len() {
		files[s.Case(i).Pos.File] = true
	}
	return len(files)
}

// lookAtImages decodes the images of the cases, as a backend will, counts them and
// reports which are none.
func lookAtImages(ctx context.Context, s *plan.Plan) (int, error) {
	images := imagesOf(s)
	errs := make([]error, len(images))
	var all errgroup.Group
	all.SetLimit(runtime.GOMAXPROCS(0))
	for i, img := range images {
		all.Go(func() error {
			if err := imaging.View(ctx, img.Path, func(*imaging.Picture) error { return nil }); err != nil {
				errs[i] = &spec.Error{Pos: img.Pos, What: strings.Replace(err.Error(), img.Path, img.Name, 1)}
			}
			return nil
		})
	}
	_ = all.Wait()
	return len(images), spec.Hide(spec.Join(errs...), s.Secrets())
}

// imagesOf lists the images that are shown, each where it is named first.
func imagesOf(s *plan.Plan) (images []*spec.Image) {
	seen := map[string]bool{}
	for i := range s.Len() {
		for _, t := range s.Case(i).Turns {
			for _, p := range t.Parts {
				if p.Image != nil && !seen[p.Image.Path] {
					seen[p.Image.Path] = true
					images = append(images, p.Image)
				}
			}
		}
	}
	return images
}
