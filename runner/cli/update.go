package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// printPending says that answers await a person.
func printPending(out io.Writer, project *spec.Project) {
	n, err := golden.Waiting(project.State)
	if err != nil {
		return // the run has told
	}
	if n == 1 {
		fmt.Fprintf(out, "pending  1 answer; vlmspec review shows it, vlmspec accept lists it\n")
	} else if n > 1 {
		fmt.Fprintf(out, "pending  %d answers; vlmspec review shows them, vlmspec accept lists them\n", n)
	}
}

// updateMode reads --update. With CI set nothing becomes pending.
func updateMode(mode string) (golden.Update, error) {
	ci := os.Getenv("CI") != ""
	switch u := golden.Update(mode); u {
	case "":
		if ci {
			return golden.UpdateNone, nil
		}
		return golden.UpdateMissing, nil
	case golden.UpdateMissing, golden.UpdateChanged, golden.UpdateAll:
		if ci {
			return u, usagef("--update=%s: CI is set, and goldens are for a person to decide; leave it out", mode)
		}
		return u, nil
	case golden.UpdateNone, "never":
		return golden.UpdateNone, nil
	}
	return "", usagef("--update=%s: expected missing, changed, all or none", mode)
}
