package bus

import (
	"context"
	"sync"
)

type item struct {
	message  Message
	delivery Delivery
}

// queue is a queue without a limit, which one goroutine fills and another empties.
type queue struct {
	more chan struct{} // holds a token when there may be news for pop

	mu     sync.Mutex
	items  []item
	closed bool
}

func (q *queue) push(i item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items = append(q.items, i)
	q.wake()
}

// close says that nothing more will be pushed.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.wake()
}

func (q *queue) wake() {
	select {
	case q.more <- struct{}{}:
	default:
	}
}

// pop waits for an item; ok is false when there will be none, or ctx has ended.
func (q *queue) pop(ctx context.Context) (i item, ok bool) {
	for {
		if i, ok, end := q.take(); ok || end {
			return i, ok && ctx.Err() == nil
		}
		select {
		case <-ctx.Done():
			return item{}, false
		case <-q.more:
		}
	}
}

func (q *queue) take() (i item, ok, end bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		return item{}, false, q.closed
	}
	i, q.items = q.items[0], q.items[1:]
	return i, true, false
}
