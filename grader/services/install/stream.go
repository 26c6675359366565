package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

var errQuiet = errors.New("the server has been silent for " + quietTime.String())

// attended is a body whose reading ends with an error when nothing comes.
type attended struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	alarm  *time.Timer
}

func newAttended(ctx context.Context, cancel context.CancelCauseFunc, body io.ReadCloser) *attended {
	return &attended{body, ctx, cancel, time.AfterFunc(quietTime, func() { cancel(errQuiet) })}
}

func (a *attended) Read(p []byte) (int, error) {
	a.alarm.Reset(quietTime)
	n, err := a.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) && a.ctx.Err() != nil {
		err = context.Cause(a.ctx)
	}
	return n, err
}

func (a *attended) Close() error {
	defer a.cancel(nil)
	a.alarm.Stop()
	return a.ReadCloser.Close()
}

const step = 5 << 20 // bytes between two lines of progress

// progress passes bytes on and tells how many there were.
type progress struct {
	to                io.Writer
	done, all, toldAt int64 // all is less than done when it is not known
}

func (p *progress) Write(b []byte) (int, error) {
	n, err := p.to.Write(b)
	p.done += int64(n)
	if p.done >= p.toldAt+step {
		p.toldAt = p.done
		of := ""
		if p.all >= p.done {
			of = fmt.Sprintf(" of %d", p.all>>20)
		}
		fmt.Fprintf(os.Stderr, "fetching: %d%s MB\n", p.done>>20, of)
	}
	return n, err
}
