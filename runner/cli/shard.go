package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
	"github.com/vlmspec/vlmspec/runner/plan"
)

// sharding is the flags that say which part of a run this is.
type sharding struct{ shard, costs string }

func (s *sharding) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&s.shard, "shard", "", `only this part of the cases, INDEX/COUNT, from 1; auto, or auto/COUNT, takes it from
the variables of GitLab, CircleCI, Buildkite, a Kubernetes Indexed Job or a SLURM array`)
	f.StringVar(&s.costs, "shard-costs", "", "split by the seconds in this file, which every part must have: `FILE` of `vlmspec history --costs`")
}

// apply puts the part into the options of a plan.
func (s *sharding) apply(o *plan.Options) error {
	switch {
	case s.shard == "" && s.costs == "":
		return nil
	case s.shard == "":
		return usagef("--shard-costs says how to split, and nothing is split: add --shard INDEX/COUNT")
	case o.Failed:
		return usagef("--last-failed and --shard exclude each other: earlier runs differ from machine to machine, and so would the split")
	}
	index, count, err := parseShard(s.shard, os.Getenv)
	if err != nil {
		return err
	}
	o.Shard = &plan.Shard{Index: index, Count: count}
	if s.costs == "" {
		return nil
	}
	o.Shard.Costs, o.Shard.CostsDigest, err = readCosts(s.costs)
	return err
}

// maxShards bounds how many parts a run may have.
const maxShards = 10_000

func parseShard(text string, env func(string) string) (index, count int, err error) {
	first, second, split := strings.Cut(text, "/")
	if first == "auto" {
		given := 0
		if split {
			if given, err = strconv.Atoi(second); err != nil || given < 1 {
				return 0, 0, usagef("--shard %s: expected auto/COUNT, as in auto/4", text)
			}
		}
		index, count, err = shardOf(env, given)
	} else {
		var bad error
		index, err = strconv.Atoi(first)
		count, bad = strconv.Atoi(second)
		if err != nil || bad != nil {
			return 0, 0, usagef("--shard %s: expected INDEX/COUNT, as in 2/4, or auto", text)
		}
	}
	if err == nil && (count < 1 || count > maxShards || index < 1 || index > count) {
		err = usagef("--shard %s: part %d of %d does not exist; the first is 1, and there are at most %d", text, index, count, maxShards)
	}
	return index, count, err
}

// farms are where a program finds which of several it is. GitLab:
// https://docs.gitlab.com/ci/variables/predefined_variables/, CircleCI:
// https://circleci.com/docs/variables/, Buildkite:
// https://buildkite.com/docs/pipelines/configure/environment-variables, Kubernetes:
// https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode,
// SLURM: https://slurm.schedmd.com/job_array.html.
var farms = []struct {
	index, count string
	first        int    // index of the first
	least, step  string // variables that hold where indices begin, and how far they are apart; "" is first and 1
}{
	{index: "CI_NODE_INDEX", count: "CI_NODE_TOTAL", first: 1},
	{index: "CIRCLE_NODE_INDEX", count: "CIRCLE_NODE_TOTAL"},
	{index: "BUILDKITE_PARALLEL_JOB", count: "BUILDKITE_PARALLEL_JOB_COUNT"},
	{index: "JOB_COMPLETION_INDEX", count: "JOB_COMPLETIONS"},
	{index: "SLURM_ARRAY_TASK_ID", count: "SLURM_ARRAY_TASK_COUNT", least: "SLURM_ARRAY_TASK_MIN", step: "SLURM_ARRAY_TASK_STEP"},
}

// shardOf reads the part from the environment; given is the count of the command
// line, 0 for none.
func shardOf(env func(string) string, given int) (index, count int, err error) {
	for _, farm := range farms {
		text := env(farm.index)
		if text == "" {
			continue
		}
		number := func(name string, otherwise int) int {
			if err != nil || name == "" || env(name) == "" {
				return otherwise
			}
			n, bad := strconv.Atoi(env(name))
			if bad != nil {
				err = usagef("--shard auto: %s is %q, and no number", name, env(name))
			}
			return n
		}
		i := number(farm.index, 0)
		least, step := number(farm.least, farm.first), max(number(farm.step, 1), 1)
		count = number(farm.count, given)
		switch {
		case err != nil:
			return 0, 0, err
		case given > 0:
			count = given
		case count == 0:
			return 0, 0, usagef("--shard auto: %s is %s, but %s, which says of how many, is not set; write --shard auto/COUNT", farm.index, text, farm.count)
		}
		if (i-least)%step != 0 {
			return 0, 0, usagef("--shard auto: %s is %d, which is no step of %d from %d", farm.index, i, step, least)
		}
		return (i-least)/step + 1, count, nil
	}
	var names []string
	for _, farm := range farms {
		names = append(names, farm.index)
	}
	return 0, 0, usagef("--shard auto: none of %s is set; write --shard INDEX/COUNT", strings.Join(names, ", "))
}

// costsFile is what `vlmspec history --costs` writes.
type costsFile struct {
	Format  string             `json:"format"`
	Seconds map[string]float64 `json:"seconds"` // by ID@backend
}

const costsFormat = "vlmspec costs 1"

func readCosts(path string) (seconds map[string]float64, digest string, err error) {
	data, err := regular.Read(path, 256<<20)
	if err != nil {
		return nil, "", usagef("--shard-costs: %w", err)
	}
	var f costsFile
	if err := json.Unmarshal(data, &f); err != nil || f.Format != costsFormat {
		return nil, "", usagef("--shard-costs: %s is no file of `vlmspec history --costs`", path)
	}
	for id, s := range f.Seconds {
		if s < 0 {
			return nil, "", usagef("--shard-costs: %s: %q takes %v seconds; expected 0 or more", path, id, s)
		}
	}
	if f.Seconds == nil {
		f.Seconds = map[string]float64{}
	}
	sum := sha256.Sum256(data)
	return f.Seconds, hex.EncodeToString(sum[:16]), nil
}

// printCosts writes what the cases of the project have cost, for --shard-costs.
func (a *app) printCosts(seconds map[string]float64) error {
	if len(seconds) == 0 {
		return fmt.Errorf("no run that is kept has a case that was not cached; make one with `vlmspec run --no-cache`")
	}
	return a.printJSON(costsFile{costsFormat, seconds})
}
