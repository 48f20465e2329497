package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/vlmspec/vlmspec/runner/internal/visible"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/review"
	"github.com/vlmspec/vlmspec/runner/review/picture"
	"github.com/vlmspec/vlmspec/runner/runs"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// reviewedRuns is how many earlier runs the strip of verdicts looks at.
const reviewedRuns = 30

// reviewFlags are the flags of review.
type reviewFlags struct {
	image, run      string
	json, noOverlay bool
}

func (a *app) reviewCommand() *cobra.Command {
	var f reviewFlags
	c := &cobra.Command{
		Use:   "review [text]",
		Short: "Look at new answers with their images, and accept them or not",
		Long: `review shows what is pending, and what the latest run answered otherwise than is
accepted, one answer at a time: the image, the prompt, how the answer differs, how
many samples agree and how the case ended before. Keys accept it, accept it beside
what was accepted, loosen the golden to a tolerance, reject or skip it, and take
back what was decided; ? lists them. Every decision is written at once. A text
keeps the answers that have it in their ID, prompt, answer or path.

The image is drawn in kitty's or iTerm2's protocol or as sixels where the terminal
can, in half-blocks elsewhere. --image, or VLMSPEC_IMAGE, chooses another way or
none: ` + picture.Names() + `.

--json lists the same for an editor, with the commands that accept.`,
		Example: "  vlmspec review\n  vlmspec review shapes/ --image=blocks\n  vlmspec review --json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.review(c.Context(), &f, strings.Join(args, ""))
		},
	}
	c.Flags().StringVar(&f.image, "image", "", "how to show images: "+picture.Names()+"; VLMSPEC_IMAGE or auto when not given")
	c.Flags().StringVar(&f.run, "run", "", "ID or folder of a run, such as an imported one, to look at rather than at the latest")
	c.Flags().BoolVar(&f.noOverlay, "no-overlay", false, "start without points and boxes drawn over the image")
	c.Flags().BoolVar(&f.json, "json", false, "list what there is to decide as JSON, and leave")
	return c
}

func (a *app) review(ctx context.Context, f *reviewFlags, filter string) error {
	protocol, err := imageProtocol(f.image)
	if err != nil {
		return err
	}
	project, err := spec.LoadProject(a.dir)
	if err != nil {
		return wrong(err)
	}
	store, err := a.openGoldens(project, f.run)
	if err != nil {
		return err
	}
	items, err := store.Reload()
	if err != nil {
		return wrong(err)
	}
	history := func() (map[string][]result.Outcome, error) { return runs.Open(project.State).History(reviewedRuns) }
	in, out, interactive := a.terminals()
	switch {
	case f.json:
		return a.reviewJSON(items, history)
	case len(items) == 0:
		fmt.Fprintln(a.out, "Nothing to review: no answer is pending, and the latest run answered as is accepted.")
		return nil
	case os.Getenv("CI") != "":
		return usagef("CI is set, and goldens are accepted by a person; run `vlmspec review` on your machine")
	case !interactive:
		return usagef("review needs a terminal; to accept without one: %s", acceptThem(items))
	}
	tally, err := review.Run(ctx, review.Options{
		Store: store, Project: project.Dir, Image: protocol, Overlay: !f.noOverlay, Filter: filter, History: history, Getenv: os.Getenv,
	}, in, out)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s; %d of %d left\n", tally, len(items)-tally.Written(), len(items))
	return nil
}

func imageProtocol(flag string) (picture.Protocol, error) {
	name, from := flag, "--image"
	if name == "" {
		name, from = os.Getenv("VLMSPEC_IMAGE"), "VLMSPEC_IMAGE"
	}
	if name == "" {
		return picture.Auto, nil
	}
	p, err := picture.Parse(name)
	if err != nil {
		return "", usagef("%s: %w", from, err)
	}
	return p, nil
}

func (a *app) openGoldens(project *spec.Project, run string) (*review.Goldens, error) {
	store := runs.Open(project.State)
	latest := func() (*result.Run, error) {
		id, err := store.Latest()
		if _, none := errors.AsType[runs.NoRunError](err); none {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return store.Read(id)
	}
	if run != "" {
		dir, _, err := a.findRun([]string{run})
		if err != nil {
			return nil, err
		}
		latest = func() (*result.Run, error) { return runs.ReadFolder(dir) }
	}
	goldens, err := golden.OpenReview(project)
	if err != nil {
		return nil, wrong(err)
	}
	goldens.By = whoami(project.Dir)
	return &review.Goldens{
		Review: goldens,
		Latest: latest,
		Run:    store.Read,
		ImageFile: func(img result.Image) string {
			return seenImage(store, filepath.Join(project.Dir, filepath.FromSlash(img.Path)), img.SHA256)
		},
	}, nil
}

// seenImage is a file with an image as a run has seen it, which an import brought
// along; "" where the one of the project is that, or there is no other.
func seenImage(store runs.Store, path, sha256 string) string {
	if now, err := imaging.Look(path); err == nil && now.SHA256 == sha256 {
		return ""
	}
	return store.ImagePath(sha256)
}

// terminals are the person's eyes and hands, if there is one.
func (a *app) terminals() (in, out *os.File, ok bool) {
	in, _ = a.in.(*os.File)
	out, _ = a.rawOut.(*os.File)
	return in, out, in != nil && out != nil && terminal(in) && terminal(out)
}

// acceptThem is the command line that accepts all items.
func acceptThem(items []review.Item) string {
	keys := make([]string, len(items))
	command := "vlmspec accept "
	for i := range items {
		keys[i] = items[i].Key
		if items[i].Minority() && !strings.HasSuffix(command, "--minority ") {
			command += "--minority "
		}
	}
	return command + strings.Join(keys, " ")
}

func (a *app) reviewJSON(items []review.Item, history func() (map[string][]result.Outcome, error)) error {
	outcomes, err := history()
	if err != nil {
		return err
	}
	for i := range items {
		items[i].History = outcomes[items[i].CaseID]
	}
	if items == nil {
		items = []review.Item{}
	}
	enc := json.NewEncoder(visible.JSONWriter(a.rawOut))
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(items)
}
