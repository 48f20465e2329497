package runner

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/result"
)

// manifest says what is run and where. The commit follows: git may take longer
// than a short run.
func manifest(p *plan.Plan, o Options, now time.Time) (result.Manifest, <-chan string) {
	commit := make(chan string, 1)
	go func() { commit <- commitOf(p.Project.Dir) }()
	host, _ := os.Hostname()
	var unused []string
	for _, orphan := range p.Orphans {
		unused = append(unused, orphan.Key)
	}
	madeBy := o.MadeBy
	if madeBy == "" {
		madeBy = result.MadeByRun
	}
	return result.Manifest{
		UnusedGoldens: unused,
		ID:            runID(now), Version: o.Version, MadeBy: madeBy, Project: p.Project.Dir, Args: o.Args, Profile: o.Profile,
		Host:     result.Host{Name: host, OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU()},
		Seed:     o.Shuffle,
		Selected: p.Len(), Total: p.Total, Suites: p.Suites, Started: now,
		Shard: p.Shard,
	}, commit
}

// runID sorts by time; the tail keeps runs of one moment apart.
func runID(now time.Time) string {
	var tail [3]byte
	_, _ = rand.Read(tail[:])
	return now.UTC().Format("20060102T150405.000Z") + "-" + hex.EncodeToString(tail[:])
}

// commitOf is the git commit of a folder, "" when there is none.
func commitOf(dir string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	git := func(args ...string) (string, error) {
		out, err := exec.CommandContext(ctx, "git", append([]string{"-C", dir}, args...)...).Output()
		return strings.TrimSpace(string(out)), err
	}
	commit, err := git("rev-parse", "HEAD")
	if err != nil {
		return ""
	}
	if changes, err := git("status", "--porcelain", "--untracked-files=no"); err != nil || changes != "" {
		commit += "+dirty"
	}
	return commit
}
