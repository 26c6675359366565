package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"strings"

	"github.com/kata-go/kata/grader/services/dynamodb/internal/attr"
)

// writeRequest is an entry of BatchWriteItem.
type writeRequest struct {
	PutRequest    *struct{ Item attr.Item }
	DeleteRequest *struct{ Key attr.Item }
}

type batchWriteRequest struct {
	RequestItems map[string][]writeRequest
	metered
}

// batchWrite does all or nothing here; a real DynamoDB may leave some undone and
// says so in UnprocessedItems, which is always empty here.
func (a *account) batchWrite(in *batchWriteRequest) (any, error) {
	if err := in.unmetered(); err != nil {
		return nil, err
	}
	var changes []change
	seen := map[string]bool{}
	for name, requests := range in.RequestItems {
		for _, r := range requests {
			c, err := a.prepareRequest(name, r)
			if err != nil {
				return nil, err
			}
			if seen[name+"/"+c.id] {
				return nil, invalid("Provided list of item keys contains duplicates")
			}
			seen[name+"/"+c.id] = true
			changes = append(changes, c)
		}
	}
	if len(changes) == 0 || len(changes) > 25 {
		return nil, invalid("1 validation error detected: Value at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 25, Member must have length greater than or equal to 1]")
	}
	for _, c := range changes {
		c.do()
	}
	return map[string]any{"UnprocessedItems": map[string]any{}}, nil
}

func (a *account) prepareRequest(name string, r writeRequest) (change, error) {
	switch {
	case r.PutRequest != nil && r.DeleteRequest == nil:
		return a.prepare(isPut, &writeItem{TableName: name, Item: r.PutRequest.Item})
	case r.DeleteRequest != nil && r.PutRequest == nil:
		return a.prepare(isDelete, &writeItem{TableName: name, Key: r.DeleteRequest.Key})
	}
	return change{}, invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of PutRequest and DeleteRequest")
}

type batchGetRequest struct {
	RequestItems map[string]struct {
		Keys                     []attr.Item
		ConsistentRead           bool
		ProjectionExpression     *string
		ExpressionAttributeNames map[string]string
	}
	metered
}

func (a *account) batchGet(in *batchGetRequest) (any, error) {
	if err := in.unmetered(); err != nil {
		return nil, err
	}
	found := map[string][]attr.Item{}
	n := 0
	for name, r := range in.RequestItems {
		found[name] = []attr.Item{}
		seen := map[string]bool{}
		for _, key := range r.Keys {
			item, _, err := a.read(&get{TableName: name, Key: key, ProjectionExpression: r.ProjectionExpression, ExpressionAttributeNames: r.ExpressionAttributeNames})
			if err != nil {
				return nil, err
			}
			id := a.tables[name].id(key)
			if seen[id] {
				return nil, invalid("Provided list of item keys contains duplicates")
			}
			seen[id] = true
			n++
			if item != nil {
				found[name] = append(found[name], item)
			}
		}
	}
	if n == 0 || n > 100 {
		return nil, invalid("Too many items requested for the BatchGetItem call")
	}
	return map[string]any{"Responses": found, "UnprocessedKeys": map[string]any{}}, nil
}

// transactWriteRequest is the request of TransactWriteItems.
type transactWriteRequest struct {
	TransactItems      []map[string]writeItem // of one kind each
	ClientRequestToken string
	metered
}

// reason is an entry of CancellationReasons.
type reason struct {
	Code    string
	Message string    `json:",omitempty"`
	Item    attr.Item `json:",omitempty"`
}

// token is a transaction that was done.
type token struct{ hash [sha256.Size]byte }

// transactWrite does all writes, or none and says why for each. A
// ClientRequestToken that was used is not done again.
func (a *account) transactWrite(in *transactWriteRequest) (any, error) {
	if err := in.unmetered(); err != nil {
		return nil, err
	}
	body, err := json.Marshal(in.TransactItems)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(body)
	if done, ok := a.tokens[in.ClientRequestToken]; ok && in.ClientRequestToken != "" {
		if !bytes.Equal(done.hash[:], hash[:]) {
			return nil, &failure{kind: "IdempotentParameterMismatchException", message: "The provided idempotency token was used with different parameters"}
		}
		return map[string]any{}, nil
	}
	changes, err := a.prepareAll(in.TransactItems)
	if err != nil {
		return nil, err
	}
	for _, c := range changes {
		c.do()
	}
	a.tokens[in.ClientRequestToken] = token{hash}
	return map[string]any{}, nil
}

func (a *account) prepareAll(items []map[string]writeItem) ([]change, error) {
	if len(items) == 0 || len(items) > 100 {
		return nil, invalid("1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100 and at least 1")
	}
	var changes []change
	var reasons []reason
	seen := map[string]bool{}
	cancelled := false
	for _, item := range items {
		c, id, err := a.prepareItem(item)
		var f *failure
		switch {
		case err == nil:
			reasons = append(reasons, reason{Code: "None"})
		case errors.As(err, &f) && f.kind == "ConditionalCheckFailedException":
			cancelled = true
			reasons = append(reasons, reason{"ConditionalCheckFailed", f.message, f.item})
		default:
			return nil, err
		}
		if seen[id] {
			return nil, invalid("Transaction request cannot include multiple operations on one item")
		}
		seen[id] = true
		changes = append(changes, c)
	}
	if cancelled {
		var codes []string
		for _, r := range reasons {
			codes = append(codes, r.Code)
		}
		return nil, &failure{kind: "TransactionCanceledException", message: "Transaction cancelled, please refer cancellation reasons for specific reasons [" + strings.Join(codes, ", ") + "]", reasons: reasons}
	}
	return changes, nil
}

func (a *account) prepareItem(item map[string]writeItem) (change, string, error) {
	if len(item) != 1 {
		return change{}, "", invalid("TransactItems can only contain one of Check, Put, Update or Delete")
	}
	for kind, w := range item {
		if kind != isPut && kind != isUpdate && kind != isDelete && kind != isCheck {
			return change{}, "", invalid("TransactItems can only contain one of Check, Put, Update or Delete")
		}
		if w.ReturnValues != "" || kind == isCheck && w.ConditionExpression == nil {
			return change{}, "", invalid("a part of a transaction has no ReturnValues, and a check has a condition")
		}
		c, err := a.prepare(kind, &w)
		return c, w.TableName + "/" + c.id, err
	}
	return change{}, "", nil
}

type transactGetRequest struct {
	TransactItems []struct{ Get get }
	metered
}

func (a *account) transactGet(in *transactGetRequest) (any, error) {
	if err := in.unmetered(); err != nil {
		return nil, err
	}
	if len(in.TransactItems) == 0 || len(in.TransactItems) > 100 {
		return nil, invalid("1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100 and at least 1")
	}
	responses := []map[string]attr.Item{}
	for _, t := range in.TransactItems {
		item, _, err := a.read(&t.Get)
		if err != nil {
			return nil, err
		}
		r := map[string]attr.Item{}
		if item != nil {
			r["Item"] = item
		}
		responses = append(responses, r)
	}
	return map[string]any{"Responses": responses}, nil
}
