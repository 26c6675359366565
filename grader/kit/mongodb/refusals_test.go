package mongodb_test

import (
	"context"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/kata-go/kata/grader/kit/mongodb"
)

func (c *conform) plans() {
	ctx := c.t.Context()
	on := c.fresh(`[{"_id":1,"a":1,"b":3,"c":1,"t":["x"]},{"_id":2,"a":1,"b":2,"c":2,"t":["y"]},{"_id":3,"a":2,"b":1,"c":3,"t":["x","y"]}]`)
	for _, keys := range []string{`{"a":1,"b":1}`, `{"t":1}`} {
		index(c.t, on, keys)
	}
	index(c.t, on, `{"c":1}`, options.Index().SetPartialFilterExpression(doc(`{"c":{"$gt":1}}`)))
	for _, p := range []struct{ find, sort, want string }{
		{`{"a":1}`, `{}`, "FETCH IXSCAN a_1_b_1 keys 2 docs 2"},
		{`{"a":1,"b":{"$gt":2}}`, `{}`, "FETCH IXSCAN a_1_b_1 keys 1 docs 1"},
		{`{"b":2}`, `{}`, "COLLSCAN keys 0 docs 3"},
		{`{"a":1}`, `{"b":-1}`, "FETCH IXSCAN a_1_b_1 keys 2 docs 2"},
		{`{"a":{"$gt":0}}`, `{"b":1}`, "SORT FETCH IXSCAN a_1_b_1 keys 3 docs 3"},
		{`{"a":{"$gt":0}}`, `{"a":1,"b":1}`, "FETCH IXSCAN a_1_b_1 keys 3 docs 3"},
		{`{"a":{"$gt":0}}`, `{"a":1,"b":-1}`, "SORT FETCH IXSCAN a_1_b_1 keys 3 docs 3"},
		{`{}`, `{"a":1}`, "FETCH IXSCAN a_1_b_1 keys 3 docs 3"},
		{`{}`, `{"c":1}`, "SORT COLLSCAN keys 0 docs 3"},
		{`{"t":"x"}`, `{}`, "FETCH IXSCAN t_1 keys 2 docs 2"},
		{`{"t":{"$in":["x"]}}`, `{"t":1}`, "SORT FETCH IXSCAN t_1 keys 2 docs 2"},
		{`{"c":{"$gt":2}}`, `{}`, "FETCH IXSCAN c_1 keys 1 docs 1"},
		{`{"c":{"$gt":0}}`, `{}`, "COLLSCAN keys 0 docs 3"},
		{`{"_id":2}`, `{}`, "IDHACK keys 1 docs 1"},
		{`{"$or":[{"a":2},{"t":"y"}]}`, `{}`, "FETCH OR IXSCAN IXSCAN a_1_b_1 t_1 keys 2 docs 2"},
		{`{"$or":[{"a":2},{"b":2}]}`, `{}`, "COLLSCAN keys 0 docs 3"},
	} {
		got, err := c.explain(ctx, on, bson.D{{Key: "find", Value: on.Name()}, {Key: "filter", Value: doc(p.find)}, {Key: "sort", Value: doc(p.sort)}})
		c.Works(fmt.Sprintf("explain find %s sort %s, with indexes on a,b and t and a partial one on c > 1: %s", p.find, p.sort, p.want), differ(got, p.want, err))
	}
	got, err := c.explain(ctx, on, bson.D{{Key: "find", Value: on.Name()}, {Key: "filter", Value: doc(`{"a":1}`)}, {Key: "projection", Value: doc(`{"_id":0,"a":1,"b":1}`)}})
	c.Works("explain a query that the index alone answers", differ(got, "PROJECTION_COVERED IXSCAN a_1_b_1 keys 2 docs 0", err))
	got, err = c.explain(ctx, on, bson.D{{Key: "aggregate", Value: on.Name()}, {Key: "pipeline", Value: bson.A{doc(`{"$match":{"a":1}}`), doc(`{"$count":"n"}`)}}, {Key: "cursor", Value: bson.D{}}})
	c.Works("explain an aggregation", differ(got, "FETCH IXSCAN a_1_b_1 keys 2 docs 2", err))
	_, err = on.Find(ctx, bson.D{}, options.Find().SetHint("zz"))
	c.Refused("a hint at no index", err, "hint provided does not correspond to an existing index")
}

// explain tells stages, indexes and work in one line.
func (c *conform) explain(ctx context.Context, on *mongo.Collection, command bson.D) (string, error) {
	var answer bson.Raw
	err := on.Database().RunCommand(ctx, bson.D{{Key: "explain", Value: command}, {Key: "verbosity", Value: "executionStats"}}).Decode(&answer)
	if err != nil {
		return "", err
	}
	return mongodb.Summary(answer), nil
}

func (c *conform) refusals() {
	ctx := c.t.Context()
	on := c.fresh(`[{"_id":1,"a":1,"s":"x","l":[1]}]`)
	for _, r := range []struct{ filter, says string }{
		{`{"$foo":1}`, "(BadValue) unknown top level operator: $foo"}, {`{"a":{"$foo":1}}`, "(BadValue) unknown operator: $foo"}, {`{"a":{"$in":1}}`, "$in needs an array"},
		{`{"$where":"1"}`, "(NotImplemented)"}, {`{"$text":{"$search":"x"}}`, "(NotImplemented)"}, {`{"a":{"$near":[1,1]}}`, "(NotImplemented)"},
		{`{"a":{"$regex":"(?=x)"}}`, "(NotImplemented)"}, {`{"$or":[]}`, "must be a nonempty array"}, {`{"$expr":{"$foo":1}}`, "Unrecognized expression '$foo'"}, {`{"$expr":{"$divide":[1,0]}}`, "can't $divide by zero"},
		{`{"a":{"$type":"text"}}`, "Unknown type name alias"}, {`{"a":{"$size":-1}}`, "Failed to parse $size"},
	} {
		_, err := on.Find(ctx, doc(r.filter))
		c.Refused("find "+r.filter, err, r.says)
	}
	for _, r := range []struct{ update, says string }{
		{`{"$foo":{"a":1}}`, "Unknown modifier: $foo"}, {`{"$bit":{"a":{"and":1}}}`, "does not support $bit"}, {`{"$inc":{"s":1}}`, "Cannot apply $inc to a value of non-numeric type"},
		{`{"$inc":{"a":"1"}}`, "Cannot increment with non-numeric argument"}, {`{"$push":{"a":1}}`, "must be an array"}, {`{"$push":{"l":{"$each":[1],"$foo":1}}}`, "Unrecognized clause"},
		{`{"$set":{"_id":2}}`, "would modify the immutable field '_id'"}, {`{"$set":{"a":1},"$inc":{"a":1}}`, "would create a conflict at 'a'"}, {`{"$set":{"a.b":1}}`, "Cannot create field 'b' in element {a: 1}"},
		{`{"$set":{"l.$":1}}`, "The positional operator did not find the match needed from the query"}, {`{"$set":{"l.$[x]":1}}`, "No array filter found for identifier 'x'"},
		{`{"$pop":{"l":3}}`, "$pop expects 1 or -1"}, {`{"$pullAll":{"l":1}}`, "$pullAll requires an array"},
	} {
		_, err := on.UpdateOne(ctx, bson.D{}, doc(r.update))
		c.Refused("update with "+r.update, err, r.says)
	}
	for _, r := range []struct{ stage, says string }{
		{`{"$foo":1}`, "Unrecognized pipeline stage name: '$foo'"}, {`{"$bucket":{}}`, "does not support the stage $bucket"}, {`{"$out":"x"}`, "(NotImplemented)"},
		{`{"$group":{"n":{"$sum":1}}}`, "must include an _id"}, {`{"$group":{"_id":1,"n":{"$foo":1}}}`, "unknown group operator '$foo'"}, {`{"$project":{"a":1,"b":0}}`, "Cannot do exclusion on field b in inclusion projection"},
		{`{"$lookup":{"from":"x","pipeline":[],"as":"y"}}`, "(NotImplemented)"}, {`{"$set":{"x":"$$NOW"}}`, "(NotImplemented)"}, {`{"$limit":0}`, "must be a positive integer"},
	} {
		_, err := on.Aggregate(ctx, bson.A{doc(r.stage)})
		c.Refused("aggregate "+r.stage, err, r.says)
	}
	for _, r := range []struct{ command, says string }{
		{`{"foo":1}`, "no such command: 'foo'"}, {`{"find":"x","foo":1}`, "BSON field 'find.foo' is an unknown field"}, {`{"find":"x","collation":{"locale":"en"}}`, "(NotImplemented)"},
		{`{"create":"v","validator":{}}`, "(NotImplemented)"}, {`{"create":"v","capped":true,"size":10}`, "(NotImplemented)"}, {`{"insert":"","documents":[{}]}`, "(InvalidNamespace)"},
		{`{"createIndexes":"x","indexes":[{"key":{"a":"text"},"name":"t"}]}`, "(NotImplemented)"}, {`{"createIndexes":"x","indexes":[{"key":{"a":1},"name":"t","foo":1}]}`, "(InvalidIndexSpecificationOption)"},
		{`{"insert":"x","documents":[{"_id":[1]}]}`, "cannot be of type array"}, {`{"find":"x","readConcern":{"level":"snapshot"}}`, "(NotAReplicaSet)"},
	} {
		c.Refused("run "+r.command, c.db.RunCommand(ctx, doc(r.command)).Err(), r.says)
	}
	c.replicaSets(ctx, on)
}

// replicaSets is what a standalone server does not do.
func (c *conform) replicaSets(ctx context.Context, on *mongo.Collection) {
	_, err := on.Watch(ctx, mongo.Pipeline{})
	c.Refused("watch", err, "The $changeStream stage is only supported on replica sets")
	s, err := c.db.Client().StartSession()
	if err != nil {
		c.t.Fatal(err)
	}
	defer s.EndSession(ctx)
	_, err = s.WithTransaction(ctx, func(ctx context.Context) (any, error) { return on.InsertOne(ctx, doc(`{"tx":1}`)) })
	c.Refused("a transaction", err, "Transaction numbers are only allowed on a replica set member or mongos")
	n, err := on.CountDocuments(ctx, doc(`{"tx":1}`))
	c.Works("and nothing of it is stored", differ(fmt.Sprint(n), "0", err))
	_, err = on.InsertOne(ctx, bson.D{{Key: "big", Value: strings.Repeat("x", 17<<20)}})
	c.Refused("a document of 17 MB", err, "BSONObj size")
}
