package cli

import (
	"fmt"
	"os"
	"os/exec"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
	"github.com/vlmspec/vlmspec/runner/internal/yamledit"
)

func (a *app) mergeGoldensCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "merge-goldens BASE OURS THEIRS",
		Hidden: true, // git runs it
		Short:  "Merge golden files entry by entry, for git",
		Long: `merge-goldens is a merge driver for git: it writes to OURS what OURS and THEIRS
made of BASE, entry by entry, so that answers for different cases never
conflict. Where both sides have changed one entry it leaves git's conflict
markers and exit code 1. To use it, once in each clone:

  git config merge.vlmspec.driver 'vlmspec merge-goldens %O %A %B'

and in .gitattributes, for everybody:

  golden/*.yaml merge=vlmspec
  quarantine.yaml merge=vlmspec`,
		Args: cobra.ExactArgs(3),
		RunE: func(_ *cobra.Command, args []string) error { return a.mergeGoldens(args) },
	}
}

func (a *app) mergeGoldens(files []string) error {
	var sides [3][]byte
	for i, name := range files {
		data, err := regular.Read(name, 256<<20)
		if err != nil {
			return usageError{err}
		}
		sides[i] = data
	}
	merged, err := yamledit.Merge(sides[0], sides[1], sides[2])
	if err == nil {
		return os.WriteFile(files[1], merged, 0o644)
	}
	fmt.Fprintf(a.err, "vlmspec: %v; git merges line by line\n", err)
	byLine := exec.Command("git", "merge-file", "-L", "ours", "-L", "base", "-L", "theirs", files[1], files[0], files[2])
	byLine.Stderr = a.err
	if byLine.Run() != nil {
		return exit(exitFailed)
	}
	return nil
}
