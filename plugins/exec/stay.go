package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"

	"github.com/vlmspec/vlmspec/internal/procgroup"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// resident is a process that stays. It answers one request at a time; one that hangs,
// fails or says something else is ended, and the next request starts another.
type resident struct {
	group  *procgroup.Group
	stdin  io.WriteCloser
	stdout *bufio.Reader
	pipe   *os.File
	stderr *tail
}

// inTurn answers with a process that stays.
func (c *command) inTurn(ctx context.Context, in *input) (sdk.Response, error) {
	var p *resident
	select {
	case p = <-c.idle:
	case <-ctx.Done():
		return sdk.Response{}, ctx.Err()
	}
	defer func() { c.idle <- p }()
	if p != nil && p.gone() {
		p.end()
		p = nil
	}
	if p == nil {
		var err error
		if p, err = c.resident(); err != nil {
			return sdk.Response{}, err
		}
	}
	o, err := c.talk(ctx, p, in)
	if err != nil {
		p.end()
		p = nil
		return sdk.Response{}, err
	}
	return o.response(c.name(), len(in.Images))
}

// resident starts a process that stays.
func (c *command) resident() (*resident, error) {
	p := &resident{}
	out, write, err := os.Pipe()
	if err != nil {
		return nil, sdk.Errorf(sdk.Internal, "prepare %s: %w", c.name(), err)
	}
	p.group, p.stderr, err = c.start(func(cmd *exec.Cmd) (err error) {
		cmd.Stdout = write
		p.stdin, err = cmd.StdinPipe()
		return err
	})
	_ = write.Close()
	if err != nil {
		_ = out.Close()
		return nil, err
	}
	p.pipe, p.stdout = out, bufio.NewReaderSize(out, 64<<10)
	return p, nil
}

func (p *resident) gone() bool {
	select {
	case <-p.group.Done():
		return true
	default:
		return false
	}
}

// end ends the process; nil is none.
func (p *resident) end() {
	if p == nil {
		return
	}
	_ = p.stdin.Close()
	p.group.Kill()
	_ = p.group.Wait()
	_ = p.pipe.Close()
}

// talk sends a line and reads the line that answers it. Lines that are no JSON object
// are what programs print besides, and count as output only.
func (c *command) talk(ctx context.Context, p *resident, in *input) (o output, err error) {
	line, err := in.line()
	if err != nil {
		return o, err
	}
	stop := context.AfterFunc(ctx, p.group.Kill)
	defer stop()
	sent := make(chan error, 1) // read or not: a process that has ended reads no more
	go func() {                 // a process that prints before it reads must not wait for us
		_, err := p.stdin.Write(line)
		sent <- err
	}()
	left := c.mostBytes()
	for {
		said, err := p.line(&left)
		switch {
		case errors.Is(err, errFlood):
			return o, sdk.Errorf(sdk.Internal, "%s printed more than output_mb allows (%v MB)", c.name(), c.config.OutputMB)
		case err != nil:
			p.group.Kill()
			return o, ended(c.name(), p.group.Wait(), p.stderr)
		}
		if said = bytes.TrimSpace(said); len(said) == 0 || said[0] != '{' {
			continue
		}
		if o, err = readOutput(said); err != nil {
			return o, sdk.Errorf(sdk.Internal, `%s printed %q, expected {"id": "...", "text": "..."}: %w`, c.name(), shortened(string(said)), err)
		}
		if o.ID != in.ID {
			return o, sdk.Errorf(sdk.Internal, "%s answered %q when it was asked %q; give the id of the request", c.name(), shortened(o.ID), in.ID)
		}
		return o, <-sent
	}
}

var errFlood = errors.New("too much output")

// line reads a line, and takes its length from what is left.
func (p *resident) line(left *int) (line []byte, err error) {
	for {
		piece, err := p.stdout.ReadSlice('\n')
		if *left -= len(piece); *left < 0 {
			return nil, errFlood
		}
		line = append(line, piece...)
		if err == nil || !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}
