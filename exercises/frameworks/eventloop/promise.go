package eventloop

// Promise is a value, or an error, that may come later.
type Promise struct {
	loop    *Loop
	settled bool
	value   any
	err     error
	waiting []func() // callbacks, until it is settled
}

// Promise returns a promise and the two functions that settle it.
func (l *Loop) Promise() (p *Promise, resolve func(any), reject func(error)) {
	p = &Promise{loop: l}
	return p, func(v any) { p.settle(v, nil) }, func(err error) { p.settle(nil, err) }
}

func (p *Promise) settle(v any, err error) {
	if p.settled {
		return
	}
	p.settled, p.value, p.err = true, v, err
	p.loop.promises = append(p.loop.promises, p.waiting...)
}

// Then calls done with the value or failed with the error, and returns a
// promise of what that returns.
func (p *Promise) Then(done func(any) (any, error), failed func(error) (any, error)) *Promise {
	next := &Promise{loop: p.loop}
	call := func() {
		switch {
		case p.err != nil && failed != nil:
			next.settle(failed(p.err))
		case p.err == nil && done != nil:
			next.settle(done(p.value))
		default:
			next.settle(p.value, p.err)
		}
	}
	if p.settled {
		call()
	} else {
		p.waiting = append(p.waiting, call)
	}
	return next
}
