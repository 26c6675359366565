package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/services/dynamodb/internal/attr"
	"github.com/kata-go/kata/grader/services/dynamodb/internal/expr"
)

// search is the request of Query and of Scan.
type search struct {
	TableName                 string
	IndexName                 *string
	KeyConditionExpression    *string
	FilterExpression          *string
	ProjectionExpression      *string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues attr.Item
	ExclusiveStartKey         attr.Item
	ConsistentRead            bool
	Limit                     *int
	ScanIndexForward          *bool
	Select                    string
	Segment, TotalSegments    *int
	metered
}

// plan is a search that was checked.
type plan struct {
	table   *table
	keys    []keyPart    // of the table or of the index
	index   *indexSchema // nil for the table
	wanted  func(attr.Item) bool
	filter  func(attr.Item) bool
	project func(attr.Item) attr.Item
}

func always(attr.Item) bool { return true }

// plan checks what Query and Scan have in common.
func (a *account) plan(in *search) (p plan, s *expr.Scope, err error) {
	if p.table, err = a.table(in.TableName); err != nil {
		return p, nil, err
	}
	p.keys, p.wanted, p.filter = p.table.KeySchema, always, always
	if in.IndexName != nil {
		i, ok := p.table.indexes[*in.IndexName]
		if !ok {
			return p, nil, invalid("The table does not have the specified index: %s", *in.IndexName)
		}
		if i.global && in.ConsistentRead {
			return p, nil, invalid("Consistent reads are not supported on global secondary indexes")
		}
		p.index, p.keys = &i, i.KeySchema
	}
	if in.Limit != nil && *in.Limit < 1 {
		return p, nil, invalid("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1", *in.Limit)
	}
	if !slices.Contains([]string{"", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "COUNT", "SPECIFIC_ATTRIBUTES"}, in.Select) {
		return p, nil, invalid("Select has the value %s", in.Select)
	}
	s = &expr.Scope{Names: in.ExpressionAttributeNames, Values: in.ExpressionAttributeValues}
	p.project, err = projector(in.ProjectionExpression, s)
	return p, s, err
}

func (a *account) query(in *search) (any, error) {
	p, s, err := a.plan(in)
	if err != nil {
		return nil, err
	}
	if in.Segment != nil || in.TotalSegments != nil {
		return nil, invalid("Query has no segments")
	}
	if in.KeyConditionExpression == nil {
		return nil, invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	c, err := expr.ParseCondition("KeyConditionExpression", *in.KeyConditionExpression, s)
	if err != nil {
		return nil, wrong(err)
	}
	if err := p.keyCondition(c); err != nil {
		return nil, err
	}
	p.wanted = c.Test
	if err := p.filtered(in, s, p.keys); err != nil {
		return nil, err
	}
	return p.page(in, p.sorted(in.ScanIndexForward != nil && !*in.ScanIndexForward))
}

// keyCondition refuses a condition that is not equality of the partition key and
// at most one condition on the sort key.
func (p plan) keyCondition(c expr.Condition) error {
	seen := map[string]string{}
	for _, b := range c.Bounds {
		if len(b.Path) != 1 || seen[b.Path[0]] != "" || b.Op == "<>" {
			return invalid("Query key condition not supported")
		}
		seen[b.Path[0]] = b.Op
		for _, v := range b.Values {
			if want, ok := p.table.kinds[b.Path[0]]; ok && v.Kind != want {
				return invalid("One or more parameter values were invalid: Condition parameter type does not match schema type")
			}
		}
	}
	switch {
	case seen[p.keys[0].AttributeName] == "":
		return invalid("Query condition missed key schema element: %s", p.keys[0].AttributeName)
	case !c.Plain || seen[p.keys[0].AttributeName] != "=" || len(seen) > 2:
		return invalid("Query key condition not supported")
	case len(seen) == 2 && len(p.keys) < 2:
		return invalid("Query key condition not supported")
	case len(seen) == 2 && seen[p.keys[1].AttributeName] == "":
		return invalid("Query condition missed key schema element: %s", p.keys[1].AttributeName)
	}
	return nil
}

// filtered compiles the filter; names of keys may not stand in it.
func (p *plan) filtered(in *search, s *expr.Scope, keys []keyPart) error {
	if in.FilterExpression != nil {
		c, err := expr.ParseCondition("FilterExpression", *in.FilterExpression, s)
		if err != nil {
			return wrong(err)
		}
		for _, path := range c.Paths {
			if slices.ContainsFunc(keys, func(k keyPart) bool { return k.AttributeName == path[0] }) {
				return invalid("Filter Expression can only contain non-primary key attributes: Primary key attribute: %s", path[0])
			}
		}
		p.filter = c.Test
	}
	return wrong(s.Unused())
}

func (a *account) scan(in *search) (any, error) {
	p, s, err := a.plan(in)
	if err != nil {
		return nil, err
	}
	if in.KeyConditionExpression != nil || in.ScanIndexForward != nil {
		return nil, invalid("Scan has neither KeyConditionExpression nor ScanIndexForward")
	}
	if err := p.filtered(in, s, nil); err != nil {
		return nil, err
	}
	if (in.Segment == nil) != (in.TotalSegments == nil) {
		return nil, invalid("The Segment and TotalSegments parameters are required together")
	}
	if in.Segment != nil {
		if *in.Segment < 0 || *in.Segment >= *in.TotalSegments {
			return nil, invalid("The Segment parameter is zero-based and must be less than parameter TotalSegments")
		}
		p.wanted = func(i attr.Item) bool {
			return bucket(i[p.keys[0].AttributeName])%uint32(*in.TotalSegments) == uint32(*in.Segment)
		}
	}
	return p.page(in, p.sorted(false))
}

// sorted returns the items that are wanted, as the table or the index holds
// them: partitions in the order of their hash, and in each the sort key's.
func (p plan) sorted(backward bool) []attr.Item {
	var all []attr.Item
	for _, item := range p.table.items {
		if held, ok := p.held(item); ok && p.wanted(held) {
			all = append(all, item)
		}
	}
	slices.SortFunc(all, p.compare)
	if backward {
		slices.Reverse(all)
	}
	return all
}

// compare orders items by the keys of the index, then by those of the table.
func (p plan) compare(a, b attr.Item) int {
	for n, k := range append(slices.Clone(p.keys), p.table.KeySchema...) {
		x, y := a[k.AttributeName], b[k.AttributeName]
		c, _ := attr.Compare(x, y)
		if n == 0 || n == len(p.keys) {
			c = cmp.Or(cmp.Compare(bucket(x), bucket(y)), strings.Compare(x.Text, y.Text))
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

// held returns what the index holds of an item, and false when it leaves the
// item out.
func (p plan) held(item attr.Item) (attr.Item, bool) {
	for _, k := range p.keys {
		if _, ok := item[k.AttributeName]; !ok {
			return nil, false
		}
	}
	if p.index == nil || p.index.Projection.ProjectionType == "ALL" {
		return item, true
	}
	out := attr.Item{}
	names := p.index.Projection.NonKeyAttributes
	for _, k := range append(slices.Clone(p.keys), p.table.KeySchema...) {
		names = append(slices.Clone(names), k.AttributeName)
	}
	for _, n := range names {
		if v, ok := item[n]; ok {
			out[n] = v
		}
	}
	return out, true
}

// largestPage is the most bytes that a Query or a Scan reads.
const largestPage = 1 << 20

// page answers with what comes after the ExclusiveStartKey, up to the limit and
// to 1 MB of items read.
func (p plan) page(in *search, all []attr.Item) (any, error) {
	if in.ExclusiveStartKey != nil {
		rest, err := p.after(in.ExclusiveStartKey, all, in.ScanIndexForward != nil && !*in.ScanIndexForward)
		if err != nil {
			return nil, err
		}
		all = rest
	}
	found := []attr.Item{}
	read, size := 0, 0
	full := false
	for _, item := range all {
		held, _ := p.held(item)
		if size += held.Size(); size > largestPage && read > 0 {
			full = true
			break
		}
		read++
		if p.filter(held) {
			found = append(found, p.project(held))
		}
		if in.Limit != nil && read == *in.Limit {
			full = true
			break
		}
	}
	out := map[string]any{"Count": len(found), "ScannedCount": read}
	if in.Select != "COUNT" {
		out["Items"] = found
	}
	if full {
		out["LastEvaluatedKey"] = p.position(all[read-1])
	}
	if c := in.capacity(in.TableName, min(size, largestPage), in.ConsistentRead); c != nil {
		out["ConsumedCapacity"] = c
	}
	return out, nil
}

// position is the key by which a search goes on.
func (p plan) position(item attr.Item) attr.Item {
	key := p.table.keyOf(item)
	for _, k := range p.keys {
		key[k.AttributeName] = item[k.AttributeName]
	}
	return key
}

func (p plan) after(start attr.Item, all []attr.Item, backward bool) ([]attr.Item, error) {
	if len(start) != len(p.position(start)) {
		return nil, invalid("The provided starting key is invalid")
	}
	for name := range p.position(start) {
		if start[name].Kind != p.table.kinds[name] {
			return nil, invalid("The provided starting key is invalid: The provided key element does not match the schema")
		}
	}
	return slices.DeleteFunc(all, func(i attr.Item) bool {
		c := p.compare(i, start)
		return c <= 0 && !backward || c >= 0 && backward
	}), nil
}
