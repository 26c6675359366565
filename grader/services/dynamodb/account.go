package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/kata-go/kata/grader/services/dynamodb/internal/attr"
	"github.com/kata-go/kata/grader/services/dynamodb/internal/expr"
)

// account is one DynamoDB. Its lock lets one request at a time run.
type account struct {
	mu     sync.Mutex
	tables map[string]*table
	tokens map[string]token // of transactions, by ClientRequestToken
}

func newAccount() *account { return &account{tables: map[string]*table{}, tokens: map[string]token{}} }

// failure is an error of DynamoDB.
type failure struct {
	kind, message string
	item          attr.Item // of a condition that failed, when it was asked for
	reasons       []reason  // of a transaction
}

func (f *failure) Error() string { return f.kind + ": " + f.message }

// invalid refuses as DynamoDB refuses what is not allowed.
func invalid(format string, args ...any) error {
	return &failure{kind: "ValidationException", message: fmt.Sprintf(format, args...)}
}

// unsupported refuses what a real DynamoDB has and this server has not.
func unsupported(what string) error {
	return invalid("kata's embedded DynamoDB does not support %s; set KATA_DYNAMODB to use a real one", what)
}

// operation decodes a request and runs it.
type operation func(a *account, body []byte) (any, error)

// decoded makes an operation of a function over a request's type. A field that
// the type does not have is refused.
func decoded[T any](run func(*account, *T) (any, error)) operation {
	return func(a *account, body []byte) (any, error) {
		in := new(T)
		d := json.NewDecoder(bytes.NewReader(body))
		d.DisallowUnknownFields()
		if err := d.Decode(in); err != nil {
			var syntax *json.SyntaxError
			if errors.As(err, &syntax) {
				return nil, &failure{kind: "SerializationException", message: err.Error()}
			}
			return nil, invalid("%v (a field may be one that kata's embedded DynamoDB does not support)", err)
		}
		return run(a, in)
	}
}

func operations() map[string]operation {
	return map[string]operation{
		"CreateTable":        decoded((*account).createTable),
		"DeleteTable":        decoded((*account).deleteTable),
		"DescribeTable":      decoded((*account).describeTable),
		"ListTables":         decoded((*account).listTables),
		"PutItem":            decoded((*account).putItem),
		"GetItem":            decoded((*account).getItem),
		"DeleteItem":         decoded((*account).deleteItem),
		"UpdateItem":         decoded((*account).updateItem),
		"Query":              decoded((*account).query),
		"Scan":               decoded((*account).scan),
		"BatchWriteItem":     decoded((*account).batchWrite),
		"BatchGetItem":       decoded((*account).batchGet),
		"TransactWriteItems": decoded((*account).transactWrite),
		"TransactGetItems":   decoded((*account).transactGet),
	}
}

// answer runs one operation.
func (a *account) answer(name string, body []byte) reply {
	run, ok := operations()[name]
	if !ok {
		return refuse(&failure{kind: "UnknownOperationException", message: "kata's embedded DynamoDB does not support " + name + "; set KATA_DYNAMODB to use a real one"})
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	out, err := run(a, body)
	if err != nil {
		return refuse(err)
	}
	b, err := json.Marshal(out)
	if err != nil {
		return refuse(err)
	}
	return reply{http.StatusOK, b}
}

// expressions is what requests have in common.
type expressions struct {
	ConditionExpression       *string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues attr.Item
}

func (e expressions) scope() *expr.Scope {
	return &expr.Scope{Names: e.ExpressionAttributeNames, Values: e.ExpressionAttributeValues}
}

// condition compiles the condition; without one it always holds.
func (e expressions) condition(s *expr.Scope) (func(attr.Item) bool, error) {
	if e.ConditionExpression == nil {
		return func(attr.Item) bool { return true }, nil
	}
	c, err := expr.ParseCondition("ConditionExpression", *e.ConditionExpression, s)
	return c.Test, wrong(err)
}

// wrong makes a ValidationException of an expression's error.
func wrong(err error) error {
	if err == nil {
		return nil
	}
	return invalid("%s", err)
}

// metered are the fields that ask for figures.
type metered struct {
	ReturnConsumedCapacity      string
	ReturnItemCollectionMetrics string
}

// unmetered refuses figures that are not kept here.
func (m metered) unmetered() error {
	if m.ReturnConsumedCapacity != "" && m.ReturnConsumedCapacity != "NONE" {
		return unsupported("ReturnConsumedCapacity of this operation")
	}
	if m.ReturnItemCollectionMetrics != "" && m.ReturnItemCollectionMetrics != "NONE" {
		return unsupported("ReturnItemCollectionMetrics")
	}
	return nil
}

// capacity returns the ConsumedCapacity of reading bytes, nil when it was not
// asked for.
func (m metered) capacity(name string, bytes int, consistent bool) map[string]any {
	if m.ReturnConsumedCapacity == "" || m.ReturnConsumedCapacity == "NONE" {
		return nil
	}
	units := float64(max(1, (bytes+4095)/4096))
	if !consistent {
		units /= 2
	}
	return map[string]any{"TableName": name, "CapacityUnits": units}
}
