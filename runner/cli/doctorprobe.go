package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/internal/procenv"
	"github.com/vlmspec/vlmspec/internal/procgroup"
	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// probeTime is how long a plugin may take to try its engine: GPU kernels may be
// compiled first.
const probeTime = 2 * time.Minute

// probe has a plugin try its engine in a process of its own, where the plugin
// names an argument for that: an engine that was built for another processor ends
// the process.
func (d *checkup) probe(ctx context.Context, f host.Found, info sdk.Info) {
	argument := info.Details["probe"]
	if !strings.HasPrefix(argument, "--") {
		return
	}
	if err := runProbe(ctx, f.Path, argument); err != nil {
		d.problem("plugin %s: its engine (%s) fails when it decodes: %v\nbuild or install it for this processor; docs/llamacpp.md names what is known", info.Name, info.Engine, err)
		return
	}
	d.ok("plugin %s decodes with %s", info.Name, info.Engine.Name)
}

func runProbe(ctx context.Context, program, argument string) error {
	var output bytes.Buffer
	cmd := exec.Command(program, argument) //nolint:noctx // the group is killed, not the leader alone
	cmd.Env, cmd.Stderr = procenv.For(os.Environ(), procenv.Extra{}), &output
	group := procgroup.New(cmd)
	if err := group.Start(); err != nil {
		return err
	}
	timer := time.NewTimer(probeTime)
	defer timer.Stop()
	late := false
	select {
	case <-group.Done():
	case <-ctx.Done():
	case <-timer.C:
		late = true
	}
	group.Kill()
	err := group.Wait()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case late:
		return fmt.Errorf("no answer within %s", probeTime)
	case err == nil:
		return nil
	}
	// A Go program that its C code crashes says so first, and then dumps registers.
	if line, _, _ := strings.Cut(strings.TrimSpace(output.String()), "\n"); line != "" {
		return fmt.Errorf("%w: %s", err, line)
	}
	return err
}
