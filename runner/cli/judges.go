package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/internal/atomicfile"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
	"github.com/vlmspec/vlmspec/runner/internal/visible"
	"github.com/vlmspec/vlmspec/runner/judges"
	"github.com/vlmspec/vlmspec/runner/runs"
	"github.com/vlmspec/vlmspec/runner/spec"
)

func (a *app) judgesCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "judges [RUN]",
		Short: "Measure the judges of a run against people's labels",
		Long: fmt.Sprintf(`judges compares models that grade answers (the check judge) with people who have
graded some of the same answers: kappa and alpha, who passes what, the bias, and what
people would say of the whole run, by prediction-powered inference. RUN is the latest
where none is given.

Labels are kept in %s beside vlmspec.yaml. A judge is its model, rubric and bound:
when one of them changes, it has no labels. With fewer than %d it is not calibrated, and
no gate passes on its word, unless its entry says uncalibrated: true.

  vlmspec judges sample labels.jsonl    # draws grades at random, without the judge's word
  # put what each answer is worth, from 0 to 1, in "human"
  vlmspec judges label labels.jsonl`, judges.FileName, judges.Enough),
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.measureJudges(args, asJSON) },
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	c.AddCommand(a.judgesSample(), a.judgesLabel())
	return c
}

// judged opens the labels of the project and the grades of a run.
func (a *app) judged(args []string) (*judges.Labels, []judges.Graded, error) {
	project, err := spec.LoadProject(a.dir)
	if err != nil {
		return nil, nil, wrong(err)
	}
	labels, err := judges.Open(project.Dir)
	if err != nil {
		return nil, nil, usageError{err}
	}
	dir, _, err := a.findRun(args)
	if err != nil {
		return nil, nil, err
	}
	run, err := runs.ReadFolder(dir)
	if err != nil {
		return nil, nil, err
	}
	return labels, judges.InRun(run), nil
}

func (a *app) measureJudges(args []string, asJSON bool) error {
	labels, graded, err := a.judged(args)
	if err != nil {
		return err
	}
	keys := labels.Judges()
	for _, g := range graded {
		if !slices.Contains(keys, g.Judge) {
			keys = append(keys, g.Judge)
		}
	}
	all := make([]judges.Measured, len(keys))
	for i, key := range keys {
		all[i] = labels.Measure(key, graded)
	}
	if asJSON {
		return a.printJSON(all)
	}
	if len(all) == 0 {
		fmt.Fprintln(a.out, "No judge has graded anything in this run, and none has labels.")
	}
	for i := range all {
		a.showJudge(&all[i])
	}
	return nil
}

func (a *app) showJudge(m *judges.Measured) {
	state := "calibrated"
	if !m.Calibrated {
		state = fmt.Sprintf("not calibrated: it takes %d labels", judges.Enough)
	}
	fmt.Fprintf(a.out, "%s (%s): %s, %s\n", visible.Line(m.Backend), m.Judge, plural(m.Labels, "label"), state)
	if m.Labels > 0 {
		c := m.Confusion
		fmt.Fprintf(a.out, "  agreement  kappa %s, alpha %s\n", orUndefined(m.Kappa), orUndefined(m.Alpha))
		fmt.Fprintf(a.out, "  passes     both %d, only the judge %d, only people %d, neither %d\n", c.BothPass, c.JudgePass, c.PeoplePass, c.BothFail)
		fmt.Fprintf(a.out, "  bias       %+.3f (the judge's grades less people's)\n", m.Bias)
	}
	if m.Judged == nil {
		fmt.Fprintln(a.out, "  run        it graded nothing in it: another model or rubric is another judge")
		return
	}
	fmt.Fprintf(a.out, "  run        mean grade %.3f", *m.Judged)
	if p := m.Corrected; p != nil {
		fmt.Fprintf(a.out, "; people would say %.3f (%.3f to %.3f at 95 %%, lambda %.2f, %d grades without a label)", p.Mean, p.Low, p.High, p.Lambda, p.Others)
	}
	fmt.Fprintln(a.out)
}

func orUndefined(x *float64) string {
	if x == nil {
		return "undefined"
	}
	return fmt.Sprintf("%.3f", *x)
}

func (a *app) judgesSample() *cobra.Command {
	var n int
	var seed uint64
	c := &cobra.Command{
		Use:   "sample FILE [RUN]",
		Short: "Draw grades of a run at random, for people to label",
		Long: `sample writes answers that judges have graded and nobody has labelled, drawn at random, a
line of JSON each: images, prompt, answer and rubric. It leaves the grade to itself. Answers
picked by what the judge says of them would bias all that is made of the labels.`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(_ *cobra.Command, args []string) error {
			if _, err := os.Lstat(args[0]); err == nil {
				return usagef("%s is there already; it may hold labels", args[0])
			}
			labels, graded, err := a.judged(args[1:])
			if err != nil {
				return err
			}
			graded = slices.DeleteFunc(graded, func(g judges.Graded) bool { return labels.Has(g.Judge, g.Case, g.Answer) })
			if len(graded) == 0 {
				return usagef("there is no grade without a label in this run")
			}
			r := rand.New(rand.NewPCG(seed, 0))
			r.Shuffle(len(graded), func(i, j int) { graded[i], graded[j] = graded[j], graded[i] })
			graded = graded[:min(n, len(graded))]
			if err := writeSample(args[0], graded); err != nil {
				return err
			}
			fmt.Fprintf(a.out, "wrote %s to %s; put what each answer is worth, from 0 to 1, in \"human\", then: vlmspec judges label %s\n", plural(len(graded), "answer"), args[0], args[0])
			return nil
		},
	}
	c.Flags().IntVarP(&n, "number", "n", judges.Enough, "how many")
	c.Flags().Uint64Var(&seed, "seed", 1, "of the draw")
	return c
}

// toLabel is a line of a sample: what is to be looked at first, and not what the judge said.
type toLabel struct {
	Human  *float64 `json:"human"`
	Case   string   `json:"case"`
	Images []string `json:"images,omitempty"`
	Prompt string   `json:"prompt"`
	Text   string   `json:"text"`
	Rubric string   `json:"rubric,omitempty"`
	Judge  string   `json:"judge"`
	Answer string   `json:"answer"`
	By     string   `json:"by,omitempty"`
}

func writeSample(path string, graded []judges.Graded) error {
	var b bytes.Buffer
	enc := json.NewEncoder(visible.JSONWriter(&b))
	enc.SetEscapeHTML(false)
	for _, g := range graded {
		if err := enc.Encode(toLabel{Case: g.Case, Images: g.Images, Prompt: g.Prompt, Text: g.Text, Rubric: g.Rubric, Judge: g.Judge, Answer: g.Answer}); err != nil {
			return err
		}
	}
	return atomicfile.WriteFile(path, b.Bytes(), atomicfile.Options{})
}

func (a *app) judgesLabel() *cobra.Command {
	return &cobra.Command{
		Use:   "label FILE [RUN]",
		Short: "Take the labels of a file in that `vlmspec judges sample` wrote",
		Args:  cobra.RangeArgs(1, 2),
		RunE: func(_ *cobra.Command, args []string) error {
			labels, graded, err := a.judged(args[1:])
			if err != nil {
				return err
			}
			filled, empty, err := readLabels(args[0], graded)
			if err != nil {
				return usageError{err}
			}
			labels.Add(filled...)
			if err := labels.Write(); err != nil {
				return err
			}
			fmt.Fprintf(a.out, "took %s in", plural(len(filled), "label"))
			if empty > 0 {
				fmt.Fprintf(a.out, "; %d without \"human\" were left out", empty)
			}
			fmt.Fprintln(a.out)
			return nil
		},
	}
}

// readLabels reads the lines that somebody has filled in, which have to be about grades of the run.
func readLabels(path string, graded []judges.Graded) (filled []judges.Label, empty int, err error) {
	data, err := regular.Text(path, 64<<20)
	if err != nil {
		return nil, 0, err
	}
	known := map[[3]string]judges.Graded{}
	for _, g := range graded {
		known[[3]string{g.Judge, g.Case, g.Answer}] = g
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 64<<20)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var one toLabel
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return nil, 0, fmt.Errorf("%s:%d: %w; a line is one that `vlmspec judges sample` wrote, with \"human\" filled in", path, n, err)
		}
		g, ok := known[[3]string{one.Judge, one.Case, one.Answer}]
		switch {
		case one.Human == nil:
			empty++
			continue
		case *one.Human < 0 || *one.Human > 1:
			return nil, 0, fmt.Errorf("%s:%d: human is %v; it is from 0 to 1", path, n, *one.Human)
		case !ok:
			return nil, 0, fmt.Errorf("%s:%d: the run has no such grade of the case %q; name the run that was sampled: vlmspec judges label %s RUN", path, n, one.Case, path)
		}
		filled = append(filled, judges.Label{
			Judge: g.Judge, Backend: g.Backend, Case: g.Case, Answer: g.Answer, Grade: g.Grade, Min: g.Min, Human: *one.Human, By: one.By, At: time.Now().UTC().Truncate(time.Second),
		})
	}
	return filled, empty, lines.Err()
}
