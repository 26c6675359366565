package main

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/kata-go/kata/grader/services/mongo/internal/store"
	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// explain tells how a real server would run a command, and what that would cost.
func explain(i *instance, c command) (value.D, error) {
	inner, ok := c.body[0].Value.(value.D)
	if !ok || len(inner) == 0 {
		return nil, value.Mismatch("the command to explain must be an object")
	}
	verbosity, _ := c.get("verbosity").(string)
	if verbosity != "" && verbosity != "queryPlanner" && verbosity != "executionStats" && verbosity != "allPlansExecution" {
		return nil, value.Bad("verbosity string must be one of {'queryPlanner', 'executionStats', 'allPlansExecution'}")
	}
	sub := command{name: inner[0].Key, body: value.Put(inner, "$db", c.db())}
	h, known := handlers()[sub.name]
	if !known {
		return nil, value.Errorf(59, "CommandNotFound", "Explain failed due to unknown command: %s", sub.name)
	}
	if err := sub.check(h.fields); err != nil {
		return nil, err
	}
	s, wrap, err := i.explained(sub)
	if err != nil {
		return nil, err
	}
	return described(s, wrap, sub, verbosity != "queryPlanner")
}

// explained returns the search in a command, and the stages around it.
func (i *instance) explained(c command) (s search, wrap []string, err error) {
	switch c.name {
	case "find":
		s, err = i.search(c, "filter")
	case "count":
		s, err = i.search(c, "query")
		wrap = []string{"COUNT"}
	case "distinct":
		s, err = i.search(c, "query")
	case "findAndModify", "findandmodify":
		s, err = i.search(c, "query")
		s.limit = 1
		wrap = []string{map[bool]string{true: "DELETE", false: "UPDATE"}[c.truth("remove")]}
	case "update", "delete":
		s, err = i.explainedWrite(c)
		wrap = []string{map[string]string{"update": "UPDATE", "delete": "DELETE"}[c.name]}
	case "aggregate":
		s, err = i.explainedPipeline(c)
	default:
		err = value.Errorf(59, "CommandNotFound", "Explain failed due to unknown command: %s", c.name)
	}
	return s, wrap, err
}

func (i *instance) explainedWrite(c command) (s search, err error) {
	list, _ := c.get(map[string]string{"update": "updates", "delete": "deletes"}[c.name]).(value.A)
	if len(list) != 1 {
		return s, value.Bad("explained write batches must be of size 1")
	}
	item, _ := list[0].(value.D)
	q, _ := value.Get(item, "q")
	if s, err = i.search(command{c.name, value.Put(c.body, "filter", q)}, "filter"); err != nil {
		return s, err
	}
	hint, _ := value.Get(item, "hint")
	s.hint, err = hintOf(hint, s.on)
	return s, err
}

// explainedPipeline plans the leading $match and $sort and a $limit after them:
// what the server gives to its query planner.
func (i *instance) explainedPipeline(c command) (search, error) {
	find := value.D{{Key: "find", Value: c.body[0].Value}, {Key: "$db", Value: c.db()}}
	if h := c.get("hint"); h != nil {
		find = append(find, bson.E{Key: "hint", Value: h})
	}
	list, _ := c.get("pipeline").(value.A)
	step := 0
	for _, v := range list {
		d, _ := v.(value.D)
		if len(d) != 1 {
			break
		}
		next := map[string]int{"$match": 1, "$sort": 2, "$limit": 3}[d[0].Key]
		if next <= step {
			break
		}
		step = next
		find = append(find, bson.E{Key: map[int]string{1: "filter", 2: "sort", 3: "limit"}[next], Value: d[0].Value})
	}
	return i.search(command{"find", find}, "filter")
}

func described(s search, wrap []string, c command, execute bool) (value.D, error) {
	p, err := s.plan()
	if err != nil {
		return nil, err
	}
	winning := p.Stages(s.sort)
	if s.limit > 0 && !p.Sorts && c.name == "find" {
		winning = value.D{{Key: "stage", Value: "LIMIT"}, {Key: "limitAmount", Value: int32(s.limit)}, {Key: "inputStage", Value: winning}}
	}
	for _, w := range wrap {
		winning = value.D{{Key: "stage", Value: w}, {Key: "inputStage", Value: winning}}
	}
	planner := value.D{{Key: "namespace", Value: s.on.Name}, {Key: "winningPlan", Value: winning}, {Key: "rejectedPlans", Value: value.A{}}}
	fields := []bson.E{{Key: "explainVersion", Value: "1"}, {Key: "queryPlanner", Value: planner}}
	if execute {
		fields = append(fields, bson.E{Key: "executionStats", Value: stats(s, p)})
	}
	return done(append(fields, bson.E{Key: "command", Value: c.body})...), nil
}

func stats(s search, p store.Plan) value.D {
	enough := 0
	if s.limit > 0 {
		enough = s.skip + s.limit
	}
	w := s.on.Execute(p, enough)
	return value.D{
		{Key: "executionSuccess", Value: true}, {Key: "nReturned", Value: int32(max(w.Returned-s.skip, 0))}, {Key: "executionTimeMillis", Value: int32(0)},
		{Key: "totalKeysExamined", Value: int32(w.Keys)}, {Key: "totalDocsExamined", Value: int32(w.Docs)},
	}
}
