package dynamo_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
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
		Region: dynamo.Region, BaseEndpoint: aws.String(endpoint), Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""), RetryMaxAttempts: 1,
	})
}

type item = map[string]types.AttributeValue

// attr turns a Go value into an attribute.
func attr(v any) types.AttributeValue {
	switch x := v.(type) {
	case string:
		return &types.AttributeValueMemberS{Value: x}
	case int:
		return &types.AttributeValueMemberN{Value: fmt.Sprint(x)}
	case bool:
		return &types.AttributeValueMemberBOOL{Value: x}
	case []byte:
		return &types.AttributeValueMemberB{Value: x}
	case []string:
		return &types.AttributeValueMemberSS{Value: x}
	case []any:
		list := []types.AttributeValue{}
		for _, e := range x {
			list = append(list, attr(e))
		}
		return &types.AttributeValueMemberL{Value: list}
	case map[string]any:
		m := item{}
		for k, e := range x {
			m[k] = attr(e)
		}
		return &types.AttributeValueMemberM{Value: m}
	}
	return &types.AttributeValueMemberNULL{Value: true}
}

// it makes an item of names and values.
func it(pairs ...any) item {
	m := item{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(string)] = attr(pairs[i+1])
	}
	return m
}

// plain shows an attribute as JSON.
func plain(v types.AttributeValue) any {
	switch x := v.(type) {
	case *types.AttributeValueMemberS:
		return x.Value
	case *types.AttributeValueMemberN:
		return json.Number(x.Value)
	case *types.AttributeValueMemberBOOL:
		return x.Value
	case *types.AttributeValueMemberB:
		return x.Value
	case *types.AttributeValueMemberSS:
		sort.Strings(x.Value)
		return x.Value
	case *types.AttributeValueMemberL:
		list := []any{}
		for _, e := range x.Value {
			list = append(list, plain(e))
		}
		return list
	case *types.AttributeValueMemberM:
		return plainItem(x.Value)
	case *types.AttributeValueMemberNULL:
		return nil
	}
	return fmt.Sprintf("%T", v)
}

func plainItem(m item) map[string]any {
	out := map[string]any{}
	for k, v := range m {
		out[k] = plain(v)
	}
	return out
}

func show(m item) string {
	b, err := json.Marshal(plainItem(m))
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func differ(got, want string, err error) error {
	if err == nil && got != want {
		return fmt.Errorf("got %s, want %s", got, want)
	}
	return err
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

// sks returns the sort keys of items in their order.
func sks(items []item) string {
	var all []string
	for _, m := range items {
		all = append(all, m["sk"].(*types.AttributeValueMemberS).Value)
	}
	return strings.Join(all, " ")
}

func (c *conform) queries() {
	for i := range 6 {
		if err := c.put(it("pk", "q", "sk", fmt.Sprintf("s%d", i), "g", fmt.Sprintf("g%d", i%2), "n", 10-i, "odd", i%2 == 1)); err != nil {
			c.Works("fill the table", err)
		}
	}
	q := func(keys string, values item) *dynamodb.QueryInput {
		return &dynamodb.QueryInput{TableName: table, KeyConditionExpression: &keys, ExpressionAttributeValues: values}
	}
	with := func(in *dynamodb.QueryInput, change func(*dynamodb.QueryInput)) *dynamodb.QueryInput {
		change(in)
		return in
	}
	for _, x := range []struct {
		what string
		in   *dynamodb.QueryInput
		want string
	}{
		{"pk = :p", q("pk = :p", it(":p", "q")), "s0 s1 s2 s3 s4 s5"}, {"begins_with", q("pk = :p AND begins_with(sk, :s)", it(":p", "q", ":s", "s1")), "s1"},
		{"BETWEEN", q("pk = :p AND sk BETWEEN :a AND :b", it(":p", "q", ":a", "s1", ":b", "s3")), "s1 s2 s3"}, {">=", q("pk = :p AND sk >= :s", it(":p", "q", ":s", "s4")), "s4 s5"},
		{"backward", with(q("pk = :p", it(":p", "q")), func(in *dynamodb.QueryInput) { in.ScanIndexForward = aws.Bool(false) }), "s5 s4 s3 s2 s1 s0"},
		{"an alias of the key", with(q("#k = :p AND sk = :s", it(":p", "q", ":s", "s2")), func(in *dynamodb.QueryInput) { in.ExpressionAttributeNames = map[string]string{"#k": "pk"} }), "s2"},
		{"a filter", with(q("pk = :p", it(":p", "q", ":t", true)), func(in *dynamodb.QueryInput) { in.FilterExpression = aws.String("odd = :t") }), "s1 s3 s5"},
		{"the index byG, in numeric order", with(q("g = :g", it(":g", "g0")), func(in *dynamodb.QueryInput) { in.IndexName = aws.String("byG") }), "s4 s2 s0"},
		{"the index byG, a range", with(q("g = :g AND n > :n", it(":g", "g0", ":n", 7)), func(in *dynamodb.QueryInput) { in.IndexName = aws.String("byG") }), "s2 s0"},
	} {
		r, err := c.d.Query(c.ctx, x.in)
		if err == nil {
			err = differ(sks(r.Items), x.want, nil)
		}
		c.Works("Query, "+x.what, err)
	}
	r, err := c.d.Query(c.ctx, with(q("pk = :p", it(":p", "q", ":t", true)), func(in *dynamodb.QueryInput) {
		in.FilterExpression, in.Select = aws.String("odd = :t"), types.SelectCount
	}))
	if err == nil {
		err = differ(fmt.Sprint(r.Count, r.ScannedCount, len(r.Items)), "3 6 0", nil)
	}
	c.Works("Query, only the count", err)
	_, err = c.d.UpdateItem(c.ctx, &dynamodb.UpdateItemInput{TableName: table, Key: it("pk", "q", "sk", "s0"), UpdateExpression: aws.String("SET g = :g"), ExpressionAttributeValues: it(":g", "moved")})
	if err == nil {
		r, err = c.d.Query(c.ctx, with(q("g = :g", it(":g", "g0")), func(in *dynamodb.QueryInput) { in.IndexName = aws.String("byG") }))
	}
	c.Works("an index follows an update", differ(sks(r.Items), "s4 s2", err))
	s, err := c.d.Scan(c.ctx, &dynamodb.ScanInput{TableName: table, FilterExpression: aws.String("pk = :p AND odd = :t"), ExpressionAttributeValues: it(":p", "q", ":t", true)})
	if err == nil {
		words := strings.Fields(sks(s.Items))
		slices.Sort(words)
		err = differ(strings.Join(words, " "), "s1 s3 s5", nil)
	}
	c.Works("Scan with a filter", err)
	n := 0
	for i := range int32(3) {
		s, err = c.d.Scan(c.ctx, &dynamodb.ScanInput{TableName: table, Segment: aws.Int32(i), TotalSegments: aws.Int32(3), FilterExpression: aws.String("pk = :p"), ExpressionAttributeValues: it(":p", "q")})
		if err != nil {
			break
		}
		n += len(s.Items)
	}
	c.Works("Scan in segments", differ(fmt.Sprint(n), "6", err))
	r, err = c.d.Query(c.ctx, with(q("pk = :p", it(":p", "q")), func(in *dynamodb.QueryInput) { in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal }))
	if err == nil {
		err = differ(fmt.Sprint(*r.ConsumedCapacity.CapacityUnits), "0.5", nil)
	}
	c.Works("Query, ReturnConsumedCapacity", err)
}

func (c *conform) pages() {
	pages := func(in *dynamodb.QueryInput) (string, error) {
		var sizes []string
		p := dynamodb.NewQueryPaginator(c.d, in)
		for p.HasMorePages() && len(sizes) < 20 {
			r, err := p.NextPage(c.ctx)
			if err != nil {
				return "", err
			}
			sizes = append(sizes, fmt.Sprint(len(r.Items)))
		}
		return strings.Join(sizes, " "), nil
	}
	got, err := pages(&dynamodb.QueryInput{TableName: table, Limit: aws.Int32(4), KeyConditionExpression: aws.String("pk = :p"), ExpressionAttributeValues: it(":p", "q")})
	c.Works("Query in pages of 4", differ(got, "4 2", err))
	got, err = pages(&dynamodb.QueryInput{TableName: table, IndexName: aws.String("byG"), Limit: aws.Int32(2), KeyConditionExpression: aws.String("g = :g"), ExpressionAttributeValues: it(":g", "g1")})
	c.Works("Query of an index in pages of 2", differ(got, "2 1", err))
	got, err = pages(&dynamodb.QueryInput{TableName: table, Limit: aws.Int32(2), KeyConditionExpression: aws.String("pk = :p"), FilterExpression: aws.String("odd = :t"), ExpressionAttributeValues: it(":p", "q", ":t", true)})
	c.Works("a filter after the limit", differ(got, "1 1 1 0", err))
	for i := range 5 {
		err = errors.Join(err, c.put(it("pk", "big", "sk", fmt.Sprint(i), "pad", strings.Repeat("x", 350<<10))))
	}
	got, pageErr := pages(&dynamodb.QueryInput{TableName: table, KeyConditionExpression: aws.String("pk = :p"), ExpressionAttributeValues: it(":p", "big")})
	c.Works("a page ends after 1 MB", differ(got, "2 2 1", errors.Join(err, pageErr)))
}

func (c *conform) transactions() {
	put := func(sk string, pairs ...any) types.TransactWriteItem {
		return types.TransactWriteItem{Put: &types.Put{TableName: table, Item: it(append([]any{"pk", "t", "sk", sk}, pairs...)...)}}
	}
	check := func(sk string, v int) types.TransactWriteItem {
		return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: table, Key: it("pk", "t", "sk", sk), ConditionExpression: aws.String("n = :v"), ExpressionAttributeValues: it(":v", v)}}
	}
	add := func(sk string, n int) types.TransactWriteItem {
		return types.TransactWriteItem{Update: &types.Update{TableName: table, Key: it("pk", "t", "sk", sk), UpdateExpression: aws.String("ADD n :n"), ConditionExpression: aws.String("attribute_exists(n)"), ExpressionAttributeValues: it(":n", n)}}
	}
	run := func(token string, items ...types.TransactWriteItem) error {
		in := &dynamodb.TransactWriteItemsInput{TransactItems: items}
		if token != "" {
			in.ClientRequestToken = &token
		}
		_, err := c.d.TransactWriteItems(c.ctx, in)
		return err
	}
	c.Works("TransactWriteItems, two puts", run("", put("a", "n", 5), put("b", "n", 5)))
	c.Works("TransactWriteItems, two updates", run("", add("a", -2), add("b", 2)))
	err := run("", add("a", -1), check("b", 99), put("z"))
	var cancelled *types.TransactionCanceledException
	if errors.As(err, &cancelled) {
		var codes []string
		for _, r := range cancelled.CancellationReasons {
			codes = append(codes, aws.ToString(r.Code))
		}
		err = differ(strings.Join(codes, " "), "None ConditionalCheckFailed None", nil)
	}
	c.Works("a check that fails cancels all, with reasons", err)
	a, err1 := c.get("t", "a")
	z, err2 := c.get("t", "z")
	c.Works("a cancelled transaction changes nothing", differ(a+z, `{"n":3,"pk":"t","sk":"a"}{}`, errors.Join(err1, err2)))
	err = errors.Join(run("once", add("a", 1)), run("once", add("a", 1)))
	a, err1 = c.get("t", "a")
	c.Works("the same ClientRequestToken is done once", differ(a, `{"n":4,"pk":"t","sk":"a"}`, errors.Join(err, err1)))
	c.Refused("the same ClientRequestToken for another transaction", run("once", add("a", 2)), "IdempotentParameterMismatchException")
	c.Refused("two operations on one item", run("", add("a", 1), check("a", 1)), "Transaction request cannot include multiple operations on one item")
	g, err := c.d.TransactGetItems(c.ctx, &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{{Get: &types.Get{TableName: table, Key: it("pk", "t", "sk", "b")}}}})
	if err == nil {
		err = differ(show(g.Responses[0].Item), `{"n":7,"pk":"t","sk":"b"}`, nil)
	}
	c.Works("TransactGetItems", err)
}

func (c *conform) batches() {
	_, err := c.d.BatchWriteItem(c.ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"orders": {
		{PutRequest: &types.PutRequest{Item: it("pk", "b", "sk", "1")}}, {DeleteRequest: &types.DeleteRequest{Key: it("pk", "u", "sk", "1")}},
	}}})
	c.Works("BatchWriteItem", err)
	r, err := c.d.BatchGetItem(c.ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"orders": {Keys: []item{it("pk", "b", "sk", "1"), it("pk", "u", "sk", "1")}}}})
	if err == nil {
		err = differ(sks(r.Responses["orders"]), "1", nil)
	}
	c.Works("BatchGetItem", err)
	var many []types.WriteRequest
	for i := range 26 {
		many = append(many, types.WriteRequest{PutRequest: &types.PutRequest{Item: it("pk", "b", "sk", fmt.Sprint(i))}})
	}
	_, err = c.d.BatchWriteItem(c.ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"orders": many}})
	c.Refused("BatchWriteItem of 26", err, "ValidationException")
}

func (c *conform) refusals() {
	c.Refused("an item without its sort key", c.put(it("pk", "x")), "Missing the key sk in the item")
	c.Refused("a key of another type", c.put(it("pk", 1, "sk", "x")), "Type mismatch for key pk expected: S actual: N")
	c.Refused("an empty key", c.put(it("pk", "", "sk", "x")), "cannot contain an empty string value")
	c.Refused("an index key of another type", c.put(it("pk", "x", "sk", "x", "n", "1")), "Type mismatch for Index Key n")
	c.Refused("an item of 500 KB", c.put(it("pk", "x", "sk", "x", "p", strings.Repeat("x", 500<<10))), "Item size has exceeded the maximum allowed size")
	_, err := c.d.GetItem(c.ctx, &dynamodb.GetItemInput{TableName: table, Key: it("pk", "x")})
	c.Refused("GetItem by half a key", err, "The provided key element does not match the schema")
	_, err = c.d.GetItem(c.ctx, &dynamodb.GetItemInput{TableName: aws.String("none"), Key: it("pk", "x", "sk", "x")})
	c.Refused("a table that is not there", err, "ResourceNotFoundException")
	for _, q := range []struct{ what, keys, filter, index, says string }{
		{"Query without the partition key", "sk = :p", "", "", "Query condition missed key schema element: pk"}, {"Query by an attribute that is no key", "pk = :p AND odd = :p", "", "", "Query condition missed key schema element: sk"},
		{"Query by a range of partitions", "pk > :p", "", "", "Query key condition not supported"}, {"a filter about the key", "pk = :p", "sk = :p", "", "Filter Expression can only contain non-primary key attributes"},
		{"an index that is not there", "pk = :p", "", "none", "The table does not have the specified index"}, {"a reserved word", "pk = :p", "name = :p", "", "ValidationException"},
		{"a value that is not given", "pk = :zz", "", "", "ValidationException"},
	} {
		in := &dynamodb.QueryInput{TableName: table, KeyConditionExpression: &q.keys, ExpressionAttributeValues: it(":p", "x")}
		if q.filter != "" {
			in.FilterExpression = &q.filter
		}
		if q.index != "" {
			in.IndexName = &q.index
		}
		_, err := c.d.Query(c.ctx, in)
		c.Refused(q.what, err, q.says)
	}
	_, err = c.d.Query(c.ctx, &dynamodb.QueryInput{TableName: table, IndexName: aws.String("byG"), ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("g = :g"), ExpressionAttributeValues: it(":g", "x")})
	c.Refused("a consistent read of a global index", err, "Consistent reads are not supported on global secondary indexes")
	update := func(expression string, values item) error {
		_, err := c.d.UpdateItem(c.ctx, &dynamodb.UpdateItemInput{TableName: table, Key: it("pk", "x", "sk", "x"), UpdateExpression: &expression, ExpressionAttributeValues: values})
		return err
	}
	c.Refused("an update of a reserved word", update("SET name = :a", it(":a", 1)), "ValidationException")
	c.Refused("an update of the key", update("SET pk = :a", it(":a", "y")), "ValidationException")
	c.Refused("an update with a value that is not used", update("SET a = :a", it(":a", 1, ":b", 1)), "ValidationException")
	c.Refused("an update of a path that is not there", update("SET m.a.b = :a", it(":a", 1)), "ValidationException")
	c.Refused("adding to a string", errors.Join(c.put(it("pk", "x", "sk", "x", "s", "y")), update("ADD s :a", it(":a", 1))), "ValidationException")
	_, err = c.d.PutItem(c.ctx, &dynamodb.PutItemInput{TableName: table, Item: it("pk", "x", "sk", "x"), ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
	c.Refused("ReturnConsumedCapacity of a write", err, "does not support ReturnConsumedCapacity")
	_, err = c.d.PutItem(c.ctx, &dynamodb.PutItemInput{TableName: table, Item: it("pk", "x", "sk", "x"), Expected: map[string]types.ExpectedAttributeValue{"a": {Exists: aws.Bool(false)}}})
	c.Refused("parameters from before expressions", err, "unknown field")
	_, err = c.d.ExecuteStatement(c.ctx, &dynamodb.ExecuteStatementInput{Statement: aws.String(`SELECT * FROM orders`)})
	c.Refused("PartiQL", err, "UnknownOperationException")
	_, err = c.d.UpdateTimeToLive(c.ctx, &dynamodb.UpdateTimeToLiveInput{TableName: table, TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("t"), Enabled: aws.Bool(true)}})
	c.Refused("UpdateTimeToLive", err, "UnknownOperationException")
	_, err = c.d.DeleteTable(c.ctx, &dynamodb.DeleteTableInput{TableName: table})
	c.Works("DeleteTable", err)
}
