package main

import (
	"errors"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/kata-go/kata/grader/services/mongo/internal/store"
	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// instance is one MongoDB. Its lock lets one command at a time run.
type instance struct {
	name    string
	mu      sync.Mutex
	data    *store.Store
	cursors map[int64]*cursor
	last    int64         // id of a cursor
	ahead   time.Duration // of the machine's clock
}

func newInstance(name string) *instance {
	return &instance{name: name, data: store.New(), cursors: map[int64]*cursor{}}
}

func (i *instance) now() bson.DateTime { return bson.NewDateTimeFromTime(time.Now().Add(i.ahead)) }

// advance moves the clock and does what a TTL monitor does each minute.
func (i *instance) advance(ms int64) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.ahead += time.Duration(ms) * time.Millisecond
	i.data.Expire(i.now())
}

// handler runs one kind of command.
type handler struct {
	fields string // that the command may have, beside those that all may have
	run    func(*instance, command) (value.D, error)
}

func handlers() map[string]handler {
	return map[string]handler{
		"ping":              {"", func(*instance, command) (value.D, error) { return done(), nil }},
		"buildInfo":         {"", buildInfo},
		"buildinfo":         {"", buildInfo},
		"endSessions":       {"", func(*instance, command) (value.D, error) { return done(), nil }},
		"insert":            {"documents ordered bypassDocumentValidation", insert},
		"update":            {"updates ordered bypassDocumentValidation", updates},
		"delete":            {"deletes ordered", remove},
		"findAndModify":     {findAndModifyFields, findAndModify},
		"findandmodify":     {findAndModifyFields, findAndModify},
		"find":              {findFields, find},
		"getMore":           {"collection batchSize", getMore},
		"killCursors":       {"cursors", killCursors},
		"count":             {"query limit skip hint fields", count},
		"distinct":          {"key query hint", distinct},
		"aggregate":         {"pipeline cursor allowDiskUse hint bypassDocumentValidation", aggregate},
		"create":            {"", create},
		"drop":              {"", drop},
		"dropDatabase":      {"", dropDatabase},
		"listCollections":   {"filter nameOnly cursor authorizedCollections", listCollections},
		"listDatabases":     {"filter nameOnly authorizedDatabases", listDatabases},
		"createIndexes":     {"indexes commitQuorum", createIndexes},
		"dropIndexes":       {"index", dropIndexes},
		"listIndexes":       {"cursor", listIndexes},
		"explain":           {"verbosity", explain},
		"commitTransaction": {"recoveryToken", func(*instance, command) (value.D, error) { return nil, noTransactions() }},
		"abortTransaction":  {"recoveryToken", func(*instance, command) (value.D, error) { return nil, noTransactions() }},
	}
}

// noTransactions is what a standalone server says.
func noTransactions() error {
	return value.Errorf(20, "IllegalOperation", "Transaction numbers are only allowed on a replica set member or mongos")
}

// run answers a command.
func (i *instance) run(c command) (answer value.D) {
	h, ok := handlers()[c.name]
	if !ok {
		return failure(value.Errorf(59, "CommandNotFound", "no such command: '%s'", c.name))
	}
	if err := c.check(h.fields); err != nil {
		return failure(err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	defer func() {
		if p := recover(); p != nil {
			answer = recovered(p)
		}
	}()
	d, err := h.run(i, c)
	if err != nil {
		return failure(err)
	}
	return d
}

// recovered answers with the error of an expression that failed inside a filter,
// which query.Node.Match panics with.
func recovered(p any) value.D {
	err, ok := p.(error)
	var e *value.Error
	if !ok || !errors.As(err, &e) {
		panic(p)
	}
	return failure(e)
}

// hello describes a standalone server.
// https://www.mongodb.com/docs/manual/reference/command/hello/
func (i *instance) hello(c command, connection int32) value.D {
	writable := "isWritablePrimary"
	if c.name != "hello" {
		writable = "ismaster"
	}
	return done(bson.E{Key: "helloOk", Value: true}, bson.E{Key: writable, Value: true},
		bson.E{Key: "maxBsonObjectSize", Value: int32(maxDocument)}, bson.E{Key: "maxMessageSizeBytes", Value: int32(48_000_000)},
		bson.E{Key: "maxWriteBatchSize", Value: int32(100_000)}, bson.E{Key: "localTime", Value: i.now()},
		bson.E{Key: "logicalSessionTimeoutMinutes", Value: int32(30)}, bson.E{Key: "connectionId", Value: connection},
		bson.E{Key: "minWireVersion", Value: int32(0)}, bson.E{Key: "maxWireVersion", Value: int32(21)}, bson.E{Key: "readOnly", Value: false})
}

// maxDocument is the most bytes that a document may have.
const maxDocument = 16 << 20

func buildInfo(*instance, command) (value.D, error) {
	return done(bson.E{Key: "version", Value: "7.0.0"}, bson.E{Key: "gitVersion", Value: "kata-simulator"},
		bson.E{Key: "versionArray", Value: value.A{int32(7), int32(0), int32(0), int32(0)}}, bson.E{Key: "modules", Value: value.A{"kata"}}), nil
}
