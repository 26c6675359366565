package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/kata-go/kata/grader/kit/dynamo"
	"github.com/kata-go/kata/grader/kit/internal/conformance"
)

func client(s *dynamo.Server, endpoint string) *dynamodb.Client {
	key, secret := s.Credentials()
	return dynamodb.New(dynamodb.Options{
		Region: dynamo.Region, BaseEndpoint: aws.String(endpoint), Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""),
		HTTPClient: s.HTTPClient(), RetryMaxAttempts: 1,
	})
}

// orders makes the table that the tests work on: key pk, sk; the index byG on g
// and n.
func orders(ctx context.Context, d *dynamodb.Client) error {
	def := func(n string, t types.ScalarAttributeType) types.AttributeDefinition {
		return types.AttributeDefinition{AttributeName: aws.String(n), AttributeType: t}
	}
	key := func(hash, sort string) []types.KeySchemaElement {
		return []types.KeySchemaElement{{AttributeName: aws.String(hash), KeyType: types.KeyTypeHash}, {AttributeName: aws.String(sort), KeyType: types.KeyTypeRange}}
	}
	_, err := d.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: aws.String("orders"), BillingMode: types.BillingModePayPerRequest, KeySchema: key("pk", "sk"),
		AttributeDefinitions: []types.AttributeDefinition{def("pk", "S"), def("sk", "S"), def("g", "S"), def("n", "N")},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String("byG"), KeySchema: key("g", "n"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		}},
	})
	return err
}

type conform struct {
	*conformance.Table
	ctx context.Context
	d   *dynamodb.Client
}

var table = aws.String("orders")

func TestConformance(t *testing.T) {
	s := dynamo.Start(t)
	c := &conform{conformance.New(t, "conformance.md", "What kata's embedded DynamoDB does and refuses"), t.Context(), client(s, s.Endpoint())}
	c.tables()
	c.items()
	c.conditions()
	c.updates()
	c.queries()
	c.pages()
	c.transactions()
	c.batches()
	c.refusals()
}

func (c *conform) tables() {
	c.Works("CreateTable with a global secondary index", orders(c.ctx, c.d))
	c.Refused("CreateTable twice", orders(c.ctx, c.d), "ResourceInUseException")
	waiter := dynamodb.NewTableExistsWaiter(c.d)
	err := waiter.Wait(c.ctx, &dynamodb.DescribeTableInput{TableName: table}, 10*time.Second, func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay, o.MaxDelay = time.Millisecond, time.Second })
	c.Works("DescribeTable, a waiter for ACTIVE", err)
	list, err := c.d.ListTables(c.ctx, &dynamodb.ListTablesInput{})
	c.Works("ListTables", differ(strings.Join(list.TableNames, " "), "orders", err))
	_, err = c.d.DescribeTable(c.ctx, &dynamodb.DescribeTableInput{TableName: aws.String("none")})
	c.Refused("DescribeTable of none", err, "ResourceNotFoundException")
}

func (c *conform) put(m item) error {
	_, err := c.d.PutItem(c.ctx, &dynamodb.PutItemInput{TableName: table, Item: m})
	return err
}

func (c *conform) get(pk, sk string) (string, error) {
	r, err := c.d.GetItem(c.ctx, &dynamodb.GetItemInput{TableName: table, Key: it("pk", pk, "sk", sk), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return "", err
	}
	return show(r.Item), nil
}

func (c *conform) items() {
	for name, v := range map[string]any{
		"a string": "x", "an empty string": "", "a number": 12, "a boolean": false, "null": nil, "a binary": []byte("b"), "a string set": []string{"a", "b"},
		"a list": []any{"a", 1, []any{}}, "an empty list": []any{}, "a map": map[string]any{"a": map[string]any{"b": 1}}, "an empty map": map[string]any{},
	} {
		m := it("pk", "types", "sk", name, "v", v)
		err := c.put(m)
		got, getErr := c.get("types", name)
		if err == nil {
			err = getErr
		}
		if err := differ(got, show(m), err); err != nil {
			c.Works("PutItem and GetItem of "+name, err)
		}
	}
	c.Works("PutItem and GetItem of every type but number and binary sets", nil)
	got, err := c.get("none", "none")
	c.Works("GetItem of none", differ(got, "{}", err))
	r, err := c.d.GetItem(c.ctx, &dynamodb.GetItemInput{TableName: table, Key: it("pk", "types", "sk", "a map"), ProjectionExpression: aws.String("v.a.b, sk")})
	c.Works("GetItem with a projection", differ(show(r.Item), `{"sk":"a map","v":{"a":{"b":1}}}`, err))
	del, err := c.d.DeleteItem(c.ctx, &dynamodb.DeleteItemInput{TableName: table, Key: it("pk", "types", "sk", "a number"), ReturnValues: types.ReturnValueAllOld})
	c.Works("DeleteItem, ALL_OLD", differ(show(del.Attributes), `{"pk":"types","sk":"a number","v":12}`, err))
}

// failed reports an error that is no failed condition.
func failed(err error) error {
	var f *types.ConditionalCheckFailedException
	if !errors.As(err, &f) {
		return fmt.Errorf("got %w, want a ConditionalCheckFailedException", err)
	}
	return nil
}

func (c *conform) conditions() {
	create := &dynamodb.PutItemInput{TableName: table, Item: it("pk", "c", "sk", "1", "version", 1), ConditionExpression: aws.String("attribute_not_exists(pk)")}
	_, err := c.d.PutItem(c.ctx, create)
	c.Works("PutItem if attribute_not_exists(pk)", err)
	_, err = c.d.PutItem(c.ctx, create)
	c.Works("and a second one fails: ConditionalCheckFailedException", failed(err))
	for _, q := range []struct {
		condition string
		values    item
		holds     bool
	}{
		{"version = :v", it(":v", 1), true}, {"version = :v", it(":v", 2), false}, {"version < :v AND attribute_exists(sk)", it(":v", 2), true}, {"version <> :v", it(":v", 1), false},
		{"version BETWEEN :a AND :b", it(":a", 1, ":b", 3), true}, {"version IN (:a, :b)", it(":a", 7, ":b", 1), true}, {"NOT version = :v OR begins_with(sk, :s)", it(":v", 1, ":s", "1"), true},
		{"(version = :v)", it(":v", 3), false}, {"attribute_type(version, :t)", it(":t", "N"), true}, {"size(sk) = :n", it(":n", 1), true}, {"contains(sk, :s)", it(":s", "2"), false}, {"gone = :v", it(":v", 1), false}, {"gone <> :v", it(":v", 1), true},
	} {
		_, err := c.d.PutItem(c.ctx, &dynamodb.PutItemInput{TableName: table, Item: it("pk", "c", "sk", "1", "version", 1), ConditionExpression: &q.condition, ExpressionAttributeValues: q.values})
		if !q.holds {
			err = failed(err)
		}
		c.Works(fmt.Sprintf("condition %s: %v", q.condition, q.holds), err)
	}
	_, err = c.d.DeleteItem(c.ctx, &dynamodb.DeleteItemInput{TableName: table, Key: it("pk", "c", "sk", "1"), ConditionExpression: aws.String("version = :v"), ExpressionAttributeValues: it(":v", 9)})
	c.Works("DeleteItem with a condition that fails", failed(err))
	_, err = c.d.UpdateItem(c.ctx, &dynamodb.UpdateItemInput{
		TableName: table, Key: it("pk", "c", "sk", "1"), UpdateExpression: aws.String("SET version = :n"), ConditionExpression: aws.String("version = :v"),
		ExpressionAttributeValues: it(":v", 9, ":n", 10), ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	var f *types.ConditionalCheckFailedException
	if errors.As(err, &f) {
		err = differ(show(f.Item), `{"pk":"c","sk":"1","version":1}`, nil)
	}
	c.Works("UpdateItem with a condition that fails tells the item, ALL_OLD", err)
	got, err := c.get("c", "1")
	c.Works("a failed condition changes nothing", differ(got, `{"pk":"c","sk":"1","version":1}`, err))
	c.Works("50 writers at once of one version: one wins", c.race())
}

func (c *conform) race() error {
	won := 0
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			_, err := c.d.UpdateItem(c.ctx, &dynamodb.UpdateItemInput{
				TableName: table, Key: it("pk", "c", "sk", "1"), UpdateExpression: aws.String("SET version = version + :one ADD tries :one"), ConditionExpression: aws.String("version = :v"), ExpressionAttributeValues: it(":v", 1, ":one", 1),
			})
			if err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return differ(fmt.Sprint(won), "1", nil)
}

func (c *conform) updates() {
	for _, u := range []struct {
		before       item
		update       string
		names        map[string]string
		values       item
		after        string
		returnValues types.ReturnValue
	}{
		{it(), "SET a = :a, #n = :b", map[string]string{"#n": "name"}, it(":a", 1, ":b", "x"), `{"a":1,"name":"x","pk":"u","sk":"1"}`, types.ReturnValueAllNew},
		{it("a", 1), "SET a = a + :x, b = if_not_exists(b, :z) - :x", nil, it(":x", 2, ":z", 0), `{"a":3,"b":-2,"pk":"u","sk":"1"}`, types.ReturnValueAllNew},
		{it("l", []any{1}), "SET l = list_append(if_not_exists(l, :e), :l)", nil, it(":e", []any{}, ":l", []any{2}), `{"l":[1,2],"pk":"u","sk":"1"}`, types.ReturnValueAllNew},
		{it("m", map[string]any{"a": 1}), "SET m.b = :x REMOVE m.a", nil, it(":x", 2), `{"m":{"b":2},"pk":"u","sk":"1"}`, types.ReturnValueAllNew},
		{it("l", []any{1, 2, 3}), "SET l[0] = :x REMOVE l[1]", nil, it(":x", 9), `{"l":[9,3],"pk":"u","sk":"1"}`, types.ReturnValueAllNew},
		{it("n", 1), "ADD n :x, c :x", nil, it(":x", 5), `{"c":5,"n":6,"pk":"u","sk":"1"}`, types.ReturnValueAllNew},
		{it("s", []string{"a"}), "ADD s :x", nil, it(":x", []string{"b"}), `{"pk":"u","s":["a","b"],"sk":"1"}`, types.ReturnValueAllNew},
		{it("s", []string{"a", "b"}), "DELETE s :x", nil, it(":x", []string{"b"}), `{"pk":"u","s":["a"],"sk":"1"}`, types.ReturnValueAllNew},
		{it("a", 1, "b", 2), "REMOVE b SET a = :x", nil, it(":x", 7), `{"a":7}`, types.ReturnValueUpdatedNew},
		{it("a", 1, "b", 2), "SET a = :x", nil, it(":x", 7), `{"a":1}`, types.ReturnValueUpdatedOld},
	} {
		before := it("pk", "u", "sk", "1")
		for k, v := range u.before {
			before[k] = v
		}
		err := c.put(before)
		var r *dynamodb.UpdateItemOutput
		if err == nil {
			r, err = c.d.UpdateItem(c.ctx, &dynamodb.UpdateItemInput{TableName: table, Key: it("pk", "u", "sk", "1"), UpdateExpression: &u.update, ExpressionAttributeNames: u.names, ExpressionAttributeValues: u.values, ReturnValues: u.returnValues})
		}
		if err == nil {
			err = differ(show(r.Attributes), u.after, nil)
		}
		c.Works(fmt.Sprintf("UpdateItem %s, %s", u.update, u.returnValues), err)
	}
	_, err := c.d.UpdateItem(c.ctx, &dynamodb.UpdateItemInput{TableName: table, Key: it("pk", "u", "sk", "new"), UpdateExpression: aws.String("SET a = :a"), ExpressionAttributeValues: it(":a", 1)})
	got, getErr := c.get("u", "new")
	if err == nil {
		err = getErr
	}
	c.Works("UpdateItem makes an item that is not there", differ(got, `{"a":1,"pk":"u","sk":"new"}`, err))
}
