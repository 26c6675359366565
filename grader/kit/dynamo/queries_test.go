package dynamo_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

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
