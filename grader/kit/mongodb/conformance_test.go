package mongodb_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/kata-go/kata/grader/kit/internal/conformance"
)

// conform is the table in the making and the collection it works on.
type conform struct {
	*conformance.Table
	t  *testing.T
	db *mongo.Database
	n  int
}

func TestConformance(t *testing.T) {
	_, db := start(t)
	c := &conform{conformance.New(t, "conformance.md", "What kata's embedded MongoDB does and refuses"), t, db, 0}
	c.queries()
	c.updates()
	c.writes()
	c.aggregations()
	c.indexes()
	c.plans()
	c.cursors()
	c.administration()
	c.refusals()
}

func (c *conform) fresh(content string) *mongo.Collection {
	c.n++
	return fill(c.t, c.db, fmt.Sprintf("c%d", c.n), content)
}

const people = `[{"_id":1,"name":"Ann","age":30,"tags":["a","b"],"home":{"city":"Rome"},"pets":[{"kind":"cat","age":3},{"kind":"dog","age":9}]},
	{"_id":2,"name":"Bob","age":40,"tags":["b"],"home":{"city":"Oslo"},"pets":[{"kind":"cat","age":9}]},
	{"_id":3,"name":"cid","age":50,"tags":[],"home":null,"scores":[70,95]},
	{"_id":4,"name":"Dee","age":"old"}]`

func (c *conform) queries() {
	on := c.fresh(people)
	for _, q := range []struct{ filter, ids string }{
		{`{}`, "1 2 3 4"},
		{`{"age":30}`, "1"}, {`{"age":{"$eq":30.0}}`, "1"}, {`{"home":{"city":"Rome"}}`, "1"}, {`{"home.city":"Oslo"}`, "2"},
		{`{"tags":"b"}`, "1 2"}, {`{"tags":["a","b"]}`, "1"}, {`{"tags.0":"b"}`, "2"}, {`{"pets.kind":"dog"}`, "1"}, {`{"pets.0.age":9}`, "2"},
		{`{"home":null}`, "3 4"}, {`{"home.city":null}`, "3 4"}, {`{"pets.name":null}`, "1 2 3 4"},
		{`{"age":{"$gt":30}}`, "2 3"}, {`{"age":{"$gte":40,"$lt":50}}`, "2"}, {`{"age":{"$lte":"z"}}`, "4"},
		{`{"age":{"$ne":30}}`, "2 3 4"}, {`{"tags":{"$ne":"b"}}`, "3 4"}, {`{"age":{"$in":[30,50]}}`, "1 3"}, {`{"age":{"$nin":[30,50]}}`, "2 4"},
		{`{"name":{"$in":[{"$regularExpression":{"pattern":"^A","options":""}}]}}`, "1"},
		{`{"tags":{"$exists":true}}`, "1 2 3"}, {`{"tags":{"$exists":false}}`, "4"}, {`{"pets.kind":{"$exists":true}}`, "1 2"},
		{`{"age":{"$type":"string"}}`, "4"}, {`{"age":{"$type":["int","array"]}}`, "1 2 3"}, {`{"tags":{"$type":"array"}}`, "1 2 3"}, {`{"age":{"$type":"number"}}`, "1 2 3"},
		{`{"name":{"$regex":"^c","$options":"i"}}`, "3"}, {`{"name":{"$regularExpression":{"pattern":"e{2}$","options":""}}}`, "4"},
		{`{"age":{"$mod":[20,10]}}`, "1 3"}, {`{"tags":{"$size":2}}`, "1"}, {`{"tags":{"$all":["a","b"]}}`, "1"}, {`{"tags":{"$all":[]}}`, ""},
		{`{"pets":{"$elemMatch":{"kind":"cat","age":{"$gt":5}}}}`, "2"}, {`{"scores":{"$elemMatch":{"$gte":80,"$lt":90}}}`, ""}, {`{"scores":{"$gte":80,"$lt":90}}`, "3"},
		{`{"pets.kind":"cat","pets.age":9}`, "1 2"}, {`{"pets":{"$all":[{"$elemMatch":{"kind":"dog"}},{"$elemMatch":{"kind":"cat"}}]}}`, "1"},
		{`{"age":{"$not":{"$gt":30}}}`, "1 4"}, {`{"name":{"$not":{"$regularExpression":{"pattern":"^[A-Z]","options":""}}}}`, "3"},
		{`{"$or":[{"age":30},{"name":"Bob"}]}`, "1 2"}, {`{"$and":[{"age":{"$gt":20}},{"tags":"a"}]}`, "1"}, {`{"$nor":[{"age":30},{"name":"Bob"}]}`, "3 4"},
		{`{"$expr":{"$eq":["$name","Dee"]}}`, "4"}, {`{"age":30,"$comment":"why"}`, "1"},
	} {
		got, err := ids(on.Find(c.t.Context(), doc(q.filter)))
		c.Works("find "+q.filter, differ(got, q.ids, err))
	}
	for _, o := range []struct {
		what string
		opts *options.FindOptionsBuilder
		want string
	}{
		{"sort by age", options.Find().SetSort(doc(`{"age":-1}`)), "4 3 2 1"},
		{"sort by the elements of an array", options.Find().SetSort(doc(`{"tags":1,"_id":-1}`)), "3 4 1 2"},
		{"skip and limit", options.Find().SetSort(doc(`{"_id":1}`)).SetSkip(1).SetLimit(2), "2 3"},
	} {
		got, err := ids(on.Find(c.t.Context(), bson.D{}, o.opts))
		c.Works("find, "+o.what, differ(got, o.want, err))
	}
	for _, p := range []struct{ projection, want string }{
		{`{"name":1}`, `[{"_id":1,"name":"Ann"}]`}, {`{"_id":0,"home.city":1}`, `[{"home":{"city":"Rome"}}]`}, {`{"pets.kind":1,"_id":0}`, `[{"pets":[{"kind":"cat"},{"kind":"dog"}]}]`},
		{`{"pets":0,"home":0,"tags":0}`, `[{"_id":1,"name":"Ann","age":30}]`}, {`{"_id":0,"n":{"$size":"$tags"}}`, `[{"n":2}]`}, {`{"pets":{"age":0},"home":0,"tags":0}`, `[{"_id":1,"name":"Ann","age":30,"pets":[{"kind":"cat"},{"kind":"dog"}]}]`},
	} {
		got, err := all2(on.Find(c.t.Context(), doc(`{"_id":1}`), options.Find().SetProjection(doc(p.projection))))(c.t.Context())
		c.Works("project "+p.projection, differ(got, p.want, err))
	}
	n, err := on.CountDocuments(c.t.Context(), doc(`{"tags":"b"}`))
	c.Works("countDocuments", differ(fmt.Sprint(n), "2", err))
	n, err = on.EstimatedDocumentCount(c.t.Context())
	c.Works("estimatedDocumentCount", differ(fmt.Sprint(n), "4", err))
	var values bson.A
	err = on.Distinct(c.t.Context(), "tags", bson.D{}).Decode(&values)
	c.Works("distinct", differ(jsonOf(values), `["a","b"]`, err))
}

// ids returns the _ids that a cursor has.
func ids(cur *mongo.Cursor, err error) (string, error) {
	if err != nil {
		return "", err
	}
	var words []string
	for cur.Next(context.Background()) {
		var d struct {
			ID int `bson:"_id"`
		}
		if err := cur.Decode(&d); err != nil {
			return "", err
		}
		words = append(words, fmt.Sprint(d.ID))
	}
	return strings.Join(words, " "), cur.Err()
}

func (c *conform) updates() {
	for _, u := range []struct{ before, filter, update, after string }{
		{`{"_id":1}`, `{}`, `{"$set":{"a.b":1,"c":"x"}}`, `{"_id":1,"a":{"b":1},"c":"x"}`},
		{`{"_id":1,"a":[1,2]}`, `{}`, `{"$set":{"a.3":9}}`, `{"_id":1,"a":[1,2,null,9]}`},
		{`{"_id":1,"a":1,"b":{"c":2,"d":3}}`, `{}`, `{"$unset":{"a":"","b.c":"","z.z":""}}`, `{"_id":1,"b":{"d":3}}`},
		{`{"_id":1,"n":2147483647}`, `{}`, `{"$inc":{"n":1,"m":2}}`, `{"_id":1,"n":2147483648,"m":2}`},
		{`{"_id":1,"n":2}`, `{}`, `{"$inc":{"n":0.5}}`, `{"_id":1,"n":2.5}`},
		{`{"_id":1,"n":3}`, `{}`, `{"$mul":{"n":4,"m":4}}`, `{"_id":1,"n":12,"m":0}`},
		{`{"_id":1,"a":5,"b":5}`, `{}`, `{"$min":{"a":3},"$max":{"b":3,"c":1}}`, `{"_id":1,"a":3,"b":5,"c":1}`},
		{`{"_id":1,"a":5,"b":5}`, `{}`, `{"$rename":{"a":"c.d"}}`, `{"_id":1,"b":5,"c":{"d":5}}`},
		{`{"_id":1}`, `{}`, `{"$setOnInsert":{"a":1},"$set":{"b":1}}`, `{"_id":1,"b":1}`},
		{`{"_id":1}`, `{}`, `{"$push":{"a":1}}`, `{"_id":1,"a":[1]}`},
		{`{"_id":1,"a":[3,1]}`, `{}`, `{"$push":{"a":{"$each":[2,4],"$sort":1,"$slice":3}}}`, `{"_id":1,"a":[1,2,3]}`},
		{`{"_id":1,"a":[3,1]}`, `{}`, `{"$push":{"a":{"$each":[2],"$position":1,"$slice":-2}}}`, `{"_id":1,"a":[2,1]}`},
		{`{"_id":1,"a":[{"s":1},{"s":3}]}`, `{}`, `{"$push":{"a":{"$each":[{"s":2}],"$sort":{"s":-1},"$slice":2}}}`, `{"_id":1,"a":[{"s":3},{"s":2}]}`},
		{`{"_id":1,"a":[1]}`, `{}`, `{"$addToSet":{"a":{"$each":[1,2,2]},"b":3}}`, `{"_id":1,"a":[1,2],"b":[3]}`},
		{`{"_id":1,"a":[1,2,3,2]}`, `{}`, `{"$pull":{"a":2}}`, `{"_id":1,"a":[1,3]}`},
		{`{"_id":1,"a":[1,5,9]}`, `{}`, `{"$pull":{"a":{"$gte":5}}}`, `{"_id":1,"a":[1]}`},
		{`{"_id":1,"a":[{"k":1,"n":1},{"k":2,"n":1}]}`, `{}`, `{"$pull":{"a":{"k":2,"n":{"$lt":5}}}}`, `{"_id":1,"a":[{"k":1,"n":1}]}`},
		{`{"_id":1,"a":[1,2,3]}`, `{}`, `{"$pullAll":{"a":[1,3]}}`, `{"_id":1,"a":[2]}`},
		{`{"_id":1,"a":[1,2,3]}`, `{}`, `{"$pop":{"a":-1}}`, `{"_id":1,"a":[2,3]}`},
		{`{"_id":1,"a":[{"k":1},{"k":2,"n":1}]}`, `{"a.k":2}`, `{"$inc":{"a.$.n":5}}`, `{"_id":1,"a":[{"k":1},{"k":2,"n":6}]}`},
		{`{"_id":1,"a":[{"k":2,"n":1},{"k":2,"n":7}]}`, `{"a":{"$elemMatch":{"k":2,"n":7}}}`, `{"$set":{"a.$.n":0}}`, `{"_id":1,"a":[{"k":2,"n":1},{"k":2,"n":0}]}`},
		{`{"_id":1,"a":[1,2]}`, `{}`, `{"$inc":{"a.$[]":1}}`, `{"_id":1,"a":[2,3]}`},
	} {
		on := c.fresh("[" + u.before + "]")
		_, err := on.UpdateOne(c.t.Context(), doc(u.filter), doc(u.update))
		got, findErr := all2(on.Find(c.t.Context(), bson.D{}))(c.t.Context())
		if err == nil {
			err = findErr
		}
		c.Works("update "+u.filter+" with "+u.update, differ(got, "["+u.after+"]", err))
	}
	on := c.fresh(`[{"_id":1,"a":[{"k":1,"n":1},{"k":2,"n":1}]}]`)
	_, err := on.UpdateOne(c.t.Context(), bson.D{}, doc(`{"$set":{"a.$[e].n":7}}`), options.UpdateOne().SetArrayFilters([]any{doc(`{"e.k":{"$gt":1}}`)}))
	got, findErr := all2(on.Find(c.t.Context(), bson.D{}))(c.t.Context())
	c.Works("update with arrayFilters", differ(got, `[{"_id":1,"a":[{"k":1,"n":1},{"k":2,"n":7}]}]`, firstError(err, findErr)))
	on = c.fresh(`[{"_id":1,"a":2}]`)
	_, err = on.UpdateOne(c.t.Context(), bson.D{}, bson.A{doc(`{"$set":{"b":{"$multiply":["$a",2]}}}`)})
	got, findErr = all2(on.Find(c.t.Context(), bson.D{}))(c.t.Context())
	c.Works("update with a pipeline", differ(got, `[{"_id":1,"a":2,"b":4}]`, firstError(err, findErr)))
	_, err = on.UpdateOne(c.t.Context(), bson.D{}, doc(`{"$currentDate":{"at":true}}`))
	n, findErr := on.CountDocuments(c.t.Context(), doc(`{"at":{"$type":"date"}}`))
	c.Works("update with $currentDate", differ(fmt.Sprint(n), "1", firstError(err, findErr)))
}

func firstError(errs ...error) error {
	for _, e := range errs {
		if e != nil {
			return e
		}
	}
	return nil
}

func (c *conform) writes() {
	ctx := c.t.Context()
	on := c.fresh(`[{"_id":1,"a":1},{"_id":2,"a":1}]`)
	r, err := on.UpdateMany(ctx, doc(`{"a":1}`), doc(`{"$set":{"b":1}}`))
	c.Works("updateMany", counted(r, "2 2 0", err))
	r, err = on.UpdateMany(ctx, doc(`{"a":1}`), doc(`{"$set":{"b":1}}`))
	c.Works("updateMany that changes nothing modifies none", counted(r, "2 0 0", err))
	r, err = on.UpdateOne(ctx, doc(`{"_id":3,"x":{"$gt":1},"k.l":2}`), doc(`{"$inc":{"n":1},"$setOnInsert":{"m":1}}`), options.UpdateOne().SetUpsert(true))
	c.Works("upsert", counted(r, "0 0 1", err))
	got, err := all2(on.Find(ctx, doc(`{"_id":3}`)))(ctx)
	c.Works("an upsert begins with what the filter is equal to", differ(got, `[{"_id":3,"k":{"l":2},"m":1,"n":1}]`, err))
	r, err = on.ReplaceOne(ctx, doc(`{"_id":1}`), doc(`{"z":1}`))
	c.Works("replaceOne", counted(r, "1 1 0", err))
	var d bson.D
	err = on.FindOneAndUpdate(ctx, doc(`{}`), doc(`{"$set":{"w":1}}`), options.FindOneAndUpdate().SetSort(doc(`{"_id":-1}`)).SetReturnDocument(options.After).SetProjection(doc(`{"w":1}`))).Decode(&d)
	c.Works("findOneAndUpdate with sort and projection, after", differ(jsonOf(d), `{"_id":3,"w":1}`, err))
	err = on.FindOneAndUpdate(ctx, doc(`{"_id":4}`), doc(`{"$inc":{"n":1}}`), options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After)).Decode(&d)
	c.Works("findOneAndUpdate, upsert", differ(jsonOf(d), `{"_id":4,"n":1}`, err))
	err = on.FindOneAndUpdate(ctx, doc(`{"_id":5}`), doc(`{"$inc":{"n":1}}`)).Err()
	c.Refused("findOneAndUpdate of nothing", err, "no documents in result")
	err = on.FindOneAndReplace(ctx, doc(`{"_id":4}`), doc(`{"n":9}`)).Decode(&d)
	c.Works("findOneAndReplace, before", differ(jsonOf(d), `{"_id":4,"n":1}`, err))
	err = on.FindOneAndDelete(ctx, doc(`{"_id":4}`)).Decode(&d)
	c.Works("findOneAndDelete", differ(jsonOf(d), `{"_id":4,"n":9}`, err))
	del, err := on.DeleteMany(ctx, doc(`{"_id":{"$gte":2}}`))
	c.Works("deleteMany", differ(fmt.Sprint(del.DeletedCount), "2", err))
	b, err := on.BulkWrite(ctx, []mongo.WriteModel{
		mongo.NewInsertOneModel().SetDocument(doc(`{"_id":7}`)), mongo.NewUpdateOneModel().SetFilter(doc(`{"_id":7}`)).SetUpdate(doc(`{"$set":{"a":1}}`)),
		mongo.NewDeleteOneModel().SetFilter(doc(`{"_id":1}`)),
	})
	c.Works("bulkWrite", differ(fmt.Sprint(b.InsertedCount, b.ModifiedCount, b.DeletedCount), "1 1 1", err))
	_, err = on.InsertMany(ctx, docs(`[{"_id":7},{"_id":8}]`), options.InsertMany().SetOrdered(false))
	c.Refused("insertMany with an _id that is taken, unordered", err, "E11000 duplicate key error collection: "+c.db.Name()[:5])
	got, err = ids(on.Find(ctx, bson.D{}))
	c.Works("an unordered batch goes on", differ(got, "7 8", err))
}

func counted(r *mongo.UpdateResult, want string, err error) error {
	if err != nil {
		return err
	}
	return differ(fmt.Sprint(r.MatchedCount, r.ModifiedCount, r.UpsertedCount), want, nil)
}

func (c *conform) aggregations() {
	on := c.fresh(`[{"_id":1,"who":"a","n":3,"tags":["x","y"]},{"_id":2,"who":"b","n":5,"tags":[]},{"_id":3,"who":"a","n":4}]`)
	other := c.fresh(`[{"_id":"a","name":"Ann"},{"_id":"b","name":"Bob"}]`)
	for _, p := range []struct{ stages, want string }{
		{`[{"$match":{"who":"a"}},{"$sort":{"n":-1}},{"$project":{"n":1}}]`, `[{"_id":3,"n":4},{"_id":1,"n":3}]`},
		{`[{"$group":{"_id":"$who","n":{"$sum":"$n"},"c":{"$sum":1},"k":{"$count":{}}}},{"$sort":{"_id":1}}]`, `[{"_id":"a","n":7,"c":2,"k":2},{"_id":"b","n":5,"c":1,"k":1}]`},
		{`[{"$group":{"_id":null,"avg":{"$avg":"$n"},"min":{"$min":"$n"},"max":{"$max":"$n"},"f":{"$first":"$n"},"l":{"$last":"$n"},"p":{"$push":"$n"},"s":{"$addToSet":"$who"}}}]`,
			`[{"_id":null,"avg":4.0,"min":3,"max":5,"f":3,"l":4,"p":[3,5,4],"s":["a","b"]}]`},
		{`[{"$unwind":"$tags"},{"$project":{"tags":1}}]`, `[{"_id":1,"tags":"x"},{"_id":1,"tags":"y"}]`},
		{`[{"$unwind":{"path":"$tags","preserveNullAndEmptyArrays":true,"includeArrayIndex":"i"}},{"$match":{"_id":{"$ne":1}}},{"$project":{"n":0,"who":0}}]`, `[{"_id":2,"i":null},{"_id":3,"i":null}]`},
		{`[{"$match":{"_id":1}},{"$lookup":{"from":"` + other.Name() + `","localField":"who","foreignField":"_id","as":"p"}},{"$project":{"p":1}}]`, `[{"_id":1,"p":[{"_id":"a","name":"Ann"}]}]`},
		{`[{"$set":{"m":{"$add":["$n",1]}}},{"$unset":["tags","n","who"]},{"$skip":1},{"$limit":1}]`, `[{"_id":2,"m":6}]`},
		{`[{"$count":"all"}]`, `[{"all":3}]`}, {`[{"$sortByCount":"$who"}]`, `[{"_id":"a","count":2},{"_id":"b","count":1}]`},
		{`[{"$facet":{"a":[{"$match":{"n":3}},{"$project":{"n":1}}],"b":[{"$count":"c"}]}}]`, `[{"a":[{"_id":1,"n":3}],"b":[{"c":3}]}]`},
		{`[{"$match":{"_id":1}},{"$replaceRoot":{"newRoot":{"x":"$n"}}}]`, `[{"x":3}]`},
		{`[{"$match":{"_id":1}},{"$project":{"_id":0,"c":{"$cond":[{"$gt":["$n",2]},"big","small"]},"i":{"$ifNull":["$zip","none"]},"s":{"$switch":{"branches":[{"case":{"$eq":["$n",3]},"then":"three"}],"default":"?"}}}}]`,
			`[{"c":"big","i":"none","s":"three"}]`},
		{`[{"$match":{"_id":1}},{"$project":{"_id":0,"a":{"$subtract":["$n",1]},"b":{"$multiply":["$n",2]},"c":{"$divide":["$n",2]},"d":{"$mod":["$n",2]},"e":{"$concat":["$who","!"]},"f":{"$toUpper":"$who"}}}]`,
			`[{"a":2,"b":6,"c":1.5,"d":1,"e":"a!","f":"A"}]`},
		{`[{"$match":{"_id":1}},{"$project":{"_id":0,"a":{"$size":"$tags"},"b":{"$arrayElemAt":["$tags",-1]},"c":{"$in":["x","$tags"]},"d":{"$filter":{"input":"$tags","as":"t","cond":{"$eq":["$$t","y"]}}},"e":{"$map":{"input":"$tags","in":{"$concat":["$$this","$who"]}}}}}]`,
			`[{"a":2,"b":"y","c":true,"d":["y"],"e":["xa","ya"]}]`},
	} {
		got, err := all2(on.Aggregate(c.t.Context(), docs(p.stages)))(c.t.Context())
		c.Works("aggregate "+strings.ReplaceAll(p.stages, other.Name(), "people"), differ(got, p.want, err))
	}
}

func (c *conform) indexes() {
	ctx := c.t.Context()
	on := c.fresh(`[{"_id":1,"email":"a"},{"_id":2,"gone":true,"email":"b"},{"_id":3,"gone":true,"email":"b"}]`)
	unique := options.Index().SetUnique(true)
	_, err := on.Indexes().CreateOne(ctx, mongo.IndexModel{Keys: doc(`{"email":1}`), Options: unique})
	c.Refused("createIndexes, unique over duplicates", err, "(DuplicateKey) E11000 duplicate key error")
	_, err = on.Indexes().CreateOne(ctx, mongo.IndexModel{Keys: doc(`{"email":1}`), Options: options.Index().SetUnique(true).SetPartialFilterExpression(doc(`{"gone":{"$exists":true},"email":{"$gt":"m"}}`))})
	c.Works("createIndexes, unique and partial", err)
	_, err = on.InsertMany(ctx, docs(`[{"gone":true,"email":"n"},{"email":"n"},{"email":"n"}]`))
	c.Works("a partial index does not hold what its filter leaves out", err)
	_, err = on.InsertOne(ctx, doc(`{"gone":1,"email":"n"}`))
	c.Refused("a partial unique index holds the rest", err, "index: email_1 dup key: { email: \"n\" }")
	c.Works("IsDuplicateKeyError", map[bool]error{false: fmt.Errorf("it is none: %w", err)}[mongo.IsDuplicateKeyError(err)])
	on = c.fresh(`[{"_id":1,"email":"a"},{"_id":2,"email":"b"}]`)
	_, err = on.Indexes().CreateOne(ctx, mongo.IndexModel{Keys: doc(`{"email":1}`), Options: unique})
	c.Works("createIndexes, unique", err)
	_, err = on.UpdateOne(ctx, doc(`{"_id":1}`), doc(`{"$set":{"email":"b"}}`))
	c.Refused("an update to what is taken", err, "E11000")
	got, err := ids(on.Find(ctx, doc(`{"email":"a"}`)))
	c.Works("a refused update changes nothing", differ(got, "1", err))
	_, err = on.InsertOne(ctx, doc(`{"_id":5}`))
	c.Works("a unique index takes one document without the field", err)
	_, err = on.InsertOne(ctx, doc(`{"_id":6}`))
	c.Refused("and no second", err, "dup key: { email: null }")
	_, err = on.Indexes().CreateOne(ctx, mongo.IndexModel{Keys: doc(`{"email":1}`)})
	c.Refused("an index of the same name with other options", err, "IndexKeySpecsConflict")
	_, err = on.Indexes().CreateOne(ctx, mongo.IndexModel{Keys: doc(`{"a":1,"b":-1}`), Options: options.Index().SetSparse(true).SetName("ab")})
	c.Works("createIndexes, compound, sparse, named", err)
	specs, err := on.Indexes().ListSpecifications(ctx)
	var names []string
	for _, s := range specs {
		names = append(names, s.Name)
	}
	c.Works("listIndexes", differ(strings.Join(names, " "), "_id_ email_1 ab", err))
	c.Works("dropIndexes", on.Indexes().DropOne(ctx, "ab"))
	c.Refused("dropIndexes of none", on.Indexes().DropOne(ctx, "zz"), "IndexNotFound")
	_, err = c.fresh(`[{"a":[1,2],"b":[1,2]}]`).Indexes().CreateOne(ctx, mongo.IndexModel{Keys: doc(`{"a":1,"b":1}`)})
	c.Refused("an index over two arrays", err, "cannot index parallel arrays")
	_, err = on.Indexes().CreateOne(ctx, mongo.IndexModel{Keys: doc(`{"at":1}`), Options: options.Index().SetExpireAfterSeconds(60)})
	c.Works("createIndexes, expireAfterSeconds", err)
}

func (c *conform) cursors() {
	var list []any
	for i := range 500 {
		list = append(list, bson.D{{Key: "_id", Value: i}, {Key: "pad", Value: strings.Repeat("x", 100)}})
	}
	on := c.fresh(`[]`)
	if _, err := on.InsertMany(c.t.Context(), list); err != nil {
		c.t.Fatal(err)
	}
	for _, size := range []int32{0, 1, 7, 1000} {
		got, err := ids(on.Find(c.t.Context(), bson.D{}, options.Find().SetBatchSize(size)))
		c.Works(fmt.Sprintf("a cursor over 500 documents in batches of %d", size), differ(fmt.Sprint(len(strings.Fields(got))), "500", err))
	}
	cur, err := on.Find(c.t.Context(), bson.D{}, options.Find().SetBatchSize(2))
	if err == nil {
		err = cur.Close(c.t.Context())
	}
	c.Works("killCursors", err)
	err = c.db.RunCommand(c.t.Context(), bson.D{{Key: "getMore", Value: int64(99999)}, {Key: "collection", Value: on.Name()}}).Err()
	c.Refused("getMore of no cursor", err, "CursorNotFound")
}

func (c *conform) administration() {
	ctx := c.t.Context()
	c.Works("ping", c.db.Client().Ping(ctx, nil))
	c.Works("createCollection", c.db.CreateCollection(ctx, "made"))
	c.Refused("createCollection twice", c.db.CreateCollection(ctx, "made"), "NamespaceExists")
	names, err := c.db.ListCollectionNames(ctx, doc(`{"name":"made"}`))
	c.Works("listCollections", differ(strings.Join(names, " "), "made", err))
	c.Works("drop", c.db.Collection("made").Drop(ctx))
	names, err = c.db.Client().ListDatabaseNames(ctx, bson.D{{Key: "name", Value: c.db.Name()}})
	c.Works("listDatabases", differ(strings.Join(names, " "), c.db.Name(), err))
	c.Works("dropDatabase", c.db.Drop(ctx))
}
