// Package pipeline runs MongoDB's aggregation stages over documents and applies
// projections.
//
// A stage or an option that is not known is refused when the pipeline is
// compiled. Where documents of other collections come from is the caller's.
// https://www.mongodb.com/docs/manual/reference/operator/aggregation-pipeline/
package pipeline

import (
	"slices"

	"github.com/kata-go/kata/grader/services/mongo/internal/value"
)

// Source returns all documents of another collection of the database.
type Source func(collection string) []value.D

// stage turns documents into others.
type stage func(in []value.D, from Source) ([]value.D, error)

// Pipeline is a compiled list of stages.
type Pipeline struct{ stages []stage }

// Compile reads the stages of an aggregate command.
func Compile(list value.A) (Pipeline, error) {
	var p Pipeline
	for _, item := range list {
		d, ok := item.(value.D)
		if !ok || len(d) != 1 {
			return p, value.Errorf(40323, "Location40323", "A pipeline stage specification object must contain exactly one field.")
		}
		s, err := compileStage(d[0].Key, d[0].Value)
		if err != nil {
			return p, err
		}
		p.stages = append(p.stages, s)
	}
	return p, nil
}

// CompileUpdate reads the stages of an update, of which few are allowed.
func CompileUpdate(list value.A) (Pipeline, error) {
	for _, item := range list {
		d, _ := item.(value.D)
		if len(d) == 1 && !slices.Contains([]string{"$set", "$addFields", "$unset", "$project", "$replaceRoot", "$replaceWith"}, d[0].Key) {
			return Pipeline{}, value.Errorf(72, "InvalidOptions", "%s is not allowed to be used within an update", d[0].Key)
		}
	}
	return Compile(list)
}

// Run passes documents through all stages.
func (p Pipeline) Run(docs []value.D, from Source) ([]value.D, error) {
	for _, s := range p.stages {
		var err error
		if docs, err = s(docs, from); err != nil {
			return nil, err
		}
	}
	return docs, nil
}

// One passes one document through the stages of an update.
func (p Pipeline) One(d value.D) (value.D, error) {
	out, err := p.Run([]value.D{d}, nil)
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

func compileStage(name string, v any) (stage, error) {
	switch name {
	case "$match":
		return match(v)
	case "$sort":
		return sorting(v)
	case "$limit", "$skip":
		return window(name, v)
	case "$project":
		return projecting(v)
	case "$set", "$addFields":
		return adding(v)
	case "$unset":
		return removing(v)
	case "$unwind":
		return unwind(v)
	case "$count":
		return counting(v)
	case "$group":
		return group(v)
	case "$sortByCount":
		return sortByCount(v)
	case "$lookup":
		return lookup(v)
	case "$facet":
		return facet(v)
	case "$replaceRoot", "$replaceWith":
		return replaceRoot(name, v)
	case "$changeStream":
		return nil, value.Errorf(40573, "Location40573", "The $changeStream stage is only supported on replica sets")
	}
	if slices.Contains(unsupported, name) {
		return nil, value.Unsupported("the stage " + name)
	}
	return nil, value.Errorf(40324, "Location40324", "Unrecognized pipeline stage name: '%s'", name)
}

// unsupported are stages of a real MongoDB that are not implemented here.
var unsupported = []string{
	"$bucket", "$bucketAuto", "$collStats", "$currentOp", "$densify", "$documents", "$fill", "$geoNear", "$graphLookup", "$indexStats",
	"$listSessions", "$merge", "$out", "$planCacheStats", "$redact", "$sample", "$search", "$setWindowFields", "$unionWith",
}
