package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

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
and looks at every image. It lists all mistakes with their places.`,
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := plan.Open(plan.Options{Project: a.dir, Paths: args, AllowUnchecked: unchecked})
			if s != nil {
				a.secrets.Store(s.Secrets())
			}
			if err != nil {
				return wrong(err)
			}
			n, err := lookAtImages(s)
			if err != nil {
				return wrong(err)
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

// lookAtImages counts the images of the cases, and tells which are none.
func lookAtImages(s *plan.Plan) (int, error) {
	seen := map[string]bool{}
	var errs []error
	for i := range s.Len() {
		for _, t := range s.Case(i).Turns {
			for _, p := range t.Parts {
				if p.Image == nil || seen[p.Image.Path] {
					continue
				}
				seen[p.Image.Path] = true
				if _, err := imaging.Look(p.Image.Path); err != nil {
					errs = append(errs, &spec.Error{Pos: p.Image.Pos, What: strings.Replace(err.Error(), p.Image.Path, p.Image.Name, 1)})
				}
			}
		}
	}
	return len(seen), spec.Hide(spec.Join(errs...), s.Secrets())
}
