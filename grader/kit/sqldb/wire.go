package sqldb

import (
	"context"
	"database/sql/driver"
	"errors"
	"sync"

	"github.com/kata-go/kata/grader/kit"
)

// Call is one thing that the code under test asked of a database.
type Call struct {
	Text string // the statement; BEGIN, COMMIT and ROLLBACK are those of sql.DB and sql.Tx
	Args []any  // its arguments, as the driver got them
	Conn int    // the connection that it went over, from 1
	InTx bool   // in a transaction of sql.DB.Begin
	Err  error  // what the database answered
	At   string // the learner's line that asked, "" when not known
}

// wire stands between database/sql and a driver: it notes every call, and may
// keep one from the database.
type wire struct {
	driver.Connector
	mu     sync.Mutex
	calls  []Call
	before func(Call) error
	conns  int
}

// Connect returns a connection that is listened in on.
func (w *wire) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := w.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conns++
	return &tapped{Conn: c, wire: w, number: w.conns}, nil
}

// do lets a call through, unless the test's hook has another answer, and notes
// it in the order in which answers came.
func (w *wire) do(c Call, run func() error) error {
	c.At = kit.Caller()
	w.mu.Lock()
	before := w.before
	w.mu.Unlock()
	if before != nil {
		c.Err = before(c)
	}
	if c.Err == nil {
		c.Err = run()
	}
	if !errors.Is(c.Err, driver.ErrSkip) {
		w.mu.Lock()
		w.calls = append(w.calls, c)
		w.mu.Unlock()
	}
	return c.Err
}

// tapped is a connection; it is used by one goroutine at a time.
type tapped struct {
	driver.Conn
	wire   *wire
	number int
	inTx   bool
}

func (c *tapped) call(text string, args []driver.NamedValue) Call {
	call := Call{Text: text, Conn: c.number, InTx: c.inTx}
	for _, a := range args {
		call.Args = append(call.Args, a.Value)
	}
	return call
}

// ExecContext and the methods below are those of database/sql/driver; both
// drivers that are used here have them.
func (c *tapped) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (r driver.Result, err error) {
	err = c.wire.do(c.call(query, args), func() error {
		r, err = c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
		return err
	})
	return r, err
}

func (c *tapped) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (r driver.Rows, err error) {
	err = c.wire.do(c.call(query, args), func() error {
		r, err = c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
		return err
	})
	return r, err
}

func (c *tapped) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	if err != nil {
		return nil, c.wire.do(c.call(query, nil), func() error { return err })
	}
	return &prepared{s, c, query}, nil
}

func (c *tapped) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	var tx driver.Tx
	err := c.wire.do(c.call("BEGIN", nil), func() (err error) {
		tx, err = c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
		return err
	})
	if err != nil {
		return nil, err
	}
	c.inTx = true
	return &transaction{tx, c}, nil
}

func (c *tapped) Ping(ctx context.Context) error { return c.Conn.(driver.Pinger).Ping(ctx) }

func (c *tapped) ResetSession(ctx context.Context) error {
	return c.Conn.(driver.SessionResetter).ResetSession(ctx)
}

func (c *tapped) IsValid() bool {
	v, ok := c.Conn.(driver.Validator)
	return !ok || v.IsValid()
}

func (c *tapped) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.Conn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

// transaction notes how it ends.
type transaction struct {
	driver.Tx
	conn *tapped
}

func (t *transaction) Commit() error {
	defer func() { t.conn.inTx = false }()
	return t.conn.wire.do(t.conn.call("COMMIT", nil), t.Tx.Commit)
}

func (t *transaction) Rollback() error {
	defer func() { t.conn.inTx = false }()
	return t.conn.wire.do(t.conn.call("ROLLBACK", nil), t.Tx.Rollback)
}

// prepared is a statement that is used several times.
type prepared struct {
	driver.Stmt
	conn  *tapped
	query string
}

func (s *prepared) ExecContext(ctx context.Context, args []driver.NamedValue) (r driver.Result, err error) {
	err = s.conn.wire.do(s.conn.call(s.query, args), func() error {
		r, err = s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
		return err
	})
	return r, err
}

func (s *prepared) QueryContext(ctx context.Context, args []driver.NamedValue) (r driver.Rows, err error) {
	err = s.conn.wire.do(s.conn.call(s.query, args), func() error {
		r, err = s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
		return err
	})
	return r, err
}

func (s *prepared) CheckNamedValue(v *driver.NamedValue) error { return s.conn.CheckNamedValue(v) }
