package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/infer"
	"github.com/vlmspec/vlmspec/runner/secret"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// Ask shows images, by their paths, and a prompt to the project's default backend,
// greedily. It is answered as a case is: from the cache where that is allowed,
// within the usual time limit, among as many calls as the backend takes, and again
// after a crash. It may be called from several goroutines until [Execution.Finish].
// An error holds no secret, and is an [sdk.Error] or that of ctx.
func (e *Execution) Ask(ctx context.Context, prompt string, images ...string) (check.Input, error) {
	name := e.plan.Project.DefaultBackend
	if name == "" {
		return check.Input{}, &sdk.Error{Kind: sdk.InvalidConfig, Message: "the project has several backends and no default_backend to ask; name it in " + spec.ProjectFile}
	}
	c := &spec.Case{
		ID: "ask", Name: "ask", Backend: name, Repeat: 1, Timeout: cmp.Or(e.plan.Options.Timeout, spec.DefaultTimeout), Reasoning: e.plan.Project.Backends[name].Reasoning,
		Turns: []spec.Turn{{Parts: parts(prompt, images)}},
	}
	a, ok := e.pool.Answer(ctx, infer.Task{Case: c})
	switch {
	case ctx.Err() != nil:
		return check.Input{}, ctx.Err()
	case !ok:
		return check.Input{}, errors.New("the run has ended")
	case a.Fault != nil:
		f := secret.Clean(e.secrets, a.Fault)
		err := &sdk.Error{Kind: sdk.ErrorKind(f.Kind), Message: fmt.Sprintf("ask %q: %s", secret.Clean(e.secrets, prompt), f.Message)}
		if f.Stderr != "" {
			err.Err = errors.New(f.Stderr)
		}
		return check.Input{}, err
	}
	return e.input(&a.Turns[0], a.Images[0]), nil
}

func parts(prompt string, images []string) []spec.Part {
	var all []spec.Part
	for _, name := range images {
		path, err := filepath.Abs(name)
		if err != nil { // there is no current folder
			path = name
		}
		all = append(all, spec.Part{Image: &spec.Image{Path: path, Name: name}})
	}
	return append(all, spec.Part{Text: prompt})
}
