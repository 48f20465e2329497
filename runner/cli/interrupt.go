package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// interruption ends a run early: at the first signal, or when nobody reads its
// output any more, its context ends; at the second signal the process does.
type interruption struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	signals chan os.Signal
	done    chan struct{}
	notices io.Writer
}

func interruptible(notices io.Writer) *interruption {
	i := &interruption{signals: make(chan os.Signal, 2), done: make(chan struct{}), notices: notices}
	i.ctx, i.cancel = context.WithCancelCause(context.Background())
	i.notify()
	go i.await()
	return i
}

// notify listens for signals, again after someone else took them. A process that
// is to ignore a hangup, as under nohup, goes on doing so.
func (i *interruption) notify() {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}
	if signal.Ignored(syscall.SIGHUP) {
		ends = slices.Delete(ends, 2, 3)
	}
	signal.Notify(i.signals, ends...)
	// Nobody need read this one: it ends the process unless it is asked for, and
	// the write that caused it reports the error.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
}

func (i *interruption) await() {
	var by os.Signal
	select {
	case by = <-i.signals:
	case <-i.done:
		return
	}
	fmt.Fprintln(i.notices, "vlmspec: interrupted; ending the run. Once more ends at once.")
	i.cancel(interruptedBy(by))
	select {
	case <-i.signals:
		os.Exit(exitInterrupted) // what we started ends with us
	case <-i.done:
	}
}

// interruptedBy says why a run ended early.
func interruptedBy(s os.Signal) error {
	switch s {
	case syscall.SIGTERM:
		return errors.New("the run was interrupted by SIGTERM")
	case syscall.SIGHUP:
		return errors.New("the run was interrupted by SIGHUP")
	}
	return errors.New("the run was interrupted")
}

// end stops listening.
func (i *interruption) end() {
	signal.Stop(i.signals)
	close(i.done)
	i.cancel(nil)
}

// watch returns a writer that interrupts the run when nobody reads from w any
// more, such as the program after a pipe, or a terminal that was closed.
func (i *interruption) watch(w io.Writer) io.Writer { return &watchedOutput{w, i} }

type watchedOutput struct {
	io.Writer
	of *interruption
}

// Write implements io.Writer.
func (w *watchedOutput) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.EIO) {
		if w.of.ctx.Err() == nil {
			fmt.Fprintln(w.of.notices, "vlmspec: nobody reads the output any more; ending the run.")
		}
		w.of.cancel(errors.New("the run was interrupted: nobody reads its output any more"))
	}
	return n, err
}
