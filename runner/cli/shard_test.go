package cli

import (
	"strings"
	"testing"
)

func TestParseShard(t *testing.T) {
	gitlab := map[string]string{"CI_NODE_INDEX": "3", "CI_NODE_TOTAL": "4"}
	kubernetes := map[string]string{"JOB_COMPLETION_INDEX": "0"}
	slurm := map[string]string{"SLURM_ARRAY_TASK_ID": "14", "SLURM_ARRAY_TASK_MIN": "10", "SLURM_ARRAY_TASK_COUNT": "3", "SLURM_ARRAY_TASK_STEP": "2"}
	for _, c := range []struct {
		text         string
		env          map[string]string
		index, count int
		err          string
	}{
		{"1/1", nil, 1, 1, ""},
		{"4/4", nil, 4, 4, ""},
		{"auto", gitlab, 3, 4, ""},
		{"auto/8", gitlab, 3, 8, ""},
		{"auto/2", kubernetes, 1, 2, ""},
		{"auto", slurm, 3, 3, ""},
		{"auto", map[string]string{"CIRCLE_NODE_INDEX": "0", "CIRCLE_NODE_TOTAL": "2"}, 1, 2, ""},
		{"auto", map[string]string{"BUILDKITE_PARALLEL_JOB": "1", "BUILDKITE_PARALLEL_JOB_COUNT": "2"}, 2, 2, ""},
		{"auto", kubernetes, 0, 0, "write --shard auto/COUNT"},
		{"auto", nil, 0, 0, "none of CI_NODE_INDEX, "},
		{"auto", map[string]string{"CI_NODE_INDEX": "x", "CI_NODE_TOTAL": "4"}, 0, 0, `CI_NODE_INDEX is "x"`},
		{"auto", map[string]string{"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_STEP": "2", "SLURM_ARRAY_TASK_COUNT": "2"}, 0, 0, "no step of 2"},
		{"auto/0", gitlab, 0, 0, "expected auto/COUNT"},
		{"0/4", nil, 0, 0, "does not exist"},
		{"5/4", nil, 0, 0, "does not exist"},
		{"1/1000000", nil, 0, 0, "at most 10000"},
		{"1", nil, 0, 0, "expected INDEX/COUNT"},
		{"a/b", nil, 0, 0, "expected INDEX/COUNT"},
	} {
		index, count, err := parseShard(c.text, func(name string) string { return c.env[name] })
		if c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) || c.err == "" && (err != nil || index != c.index || count != c.count) {
			t.Errorf("%s in %v: %d/%d, %v", c.text, c.env, index, count, err)
		}
	}
}
