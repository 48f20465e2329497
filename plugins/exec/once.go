package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// once answers with a process that ends.
func (c *command) once(ctx context.Context, in *input) (sdk.Response, error) {
	line, err := in.line()
	if err != nil {
		return sdk.Response{}, err
	}
	stdout := &beginning{most: c.mostBytes(), full: make(chan struct{})}
	group, stderr, err := c.start(func(cmd *exec.Cmd) error {
		cmd.Stdin, cmd.Stdout = bytes.NewReader(line), stdout
		return nil
	})
	if err != nil {
		return sdk.Response{}, err
	}
	defer context.AfterFunc(ctx, group.Kill)()
	select {
	case <-group.Done():
	case <-stdout.full:
		group.Kill()
	}
	err = group.Wait()
	switch {
	case stdout.cut:
		return sdk.Response{}, sdk.Errorf(sdk.Internal, "%s printed more than output_mb allows (%v MB)", c.name(), c.config.OutputMB)
	case err != nil:
		return sdk.Response{}, ended(c.name(), err, stderr)
	case c.config.Output == "text":
		return plain(c.name(), stdout.data)
	}
	o, err := readOutput(stdout.data)
	if err != nil {
		return sdk.Response{}, sdk.Errorf(sdk.Internal, `%s printed %s, expected {"text": "..."}: %w`, c.name(), fmt.Sprintf("%q", shortened(string(stdout.data))), err)
	}
	return o.response(c.name(), len(in.Images))
}

// beginning keeps what is written to it up to a limit, and says when it is full.
type beginning struct {
	most int
	data []byte
	cut  bool
	full chan struct{}
}

// Write implements io.Writer, for one goroutine.
func (b *beginning) Write(p []byte) (int, error) {
	if b.cut {
		return len(p), nil
	}
	if len(b.data)+len(p) > b.most {
		b.cut, b.data = true, nil
		close(b.full)
		return len(p), nil
	}
	b.data = append(b.data, p...)
	return len(p), nil
}
