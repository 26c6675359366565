// Package author proves exercises by machine before a learner meets them: it
// packs their pristine copies, checks every rule of a good exercise, and makes
// new ones from templates.
//
// It works on a checkout's two trees and never on the embedded course.
package author

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/verdict"
)

// Author works on one checkout.
type Author struct {
	Root   string // the folder that holds exercises/ and solutions/
	Grader *grader.Grader
	Course *course.Course // of the trees on disk
}

// Open reads the two trees below root.
func Open(root string, g *grader.Grader) (*Author, error) {
	c, err := course.LoadTrees(os.DirFS(root))
	if err != nil {
		return nil, err
	}
	return &Author{root, g, c}, nil
}

// packed is one generated file, a slash path below the root.
type packed struct {
	name string
	data []byte
}

// Pack renews the generated files of exercises: starter.txtar and
// behaviours.txt, the packed manifests of the course and its tracks, and the
// list of what all exercises need. It returns the names of the files that
// changed.
func (a *Author) Pack(ctx context.Context, exercises []*course.Exercise) ([]string, error) {
	files, err := a.static(exercises)
	if err != nil {
		return nil, err
	}
	for _, e := range exercises {
		observed, err := a.observe(ctx, e)
		if err != nil {
			return nil, err
		}
		files = append(files, packed{"solutions/" + e.ID() + "/behaviours.txt", observed})
	}
	needs, err := a.needs(ctx)
	if err != nil {
		return nil, err
	}
	var changed []string
	for _, f := range append(files, needs) {
		name := filepath.Join(a.Root, filepath.FromSlash(f.name))
		if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, f.data) {
			continue
		}
		if err := os.WriteFile(name, f.data, 0o644); err != nil {
			return changed, fmt.Errorf("pack: %w", err)
		}
		changed = append(changed, f.name)
	}
	return changed, nil
}

// static returns the packed files that follow from the exercises tree alone.
func (a *Author) static(exercises []*course.Exercise) ([]packed, error) {
	trees := os.DirFS(a.Root)
	data, err := course.PackCourse(trees)
	if err != nil {
		return nil, err
	}
	files := []packed{{"solutions/course.txtar", data}}
	for _, t := range a.Course.Tracks {
		if data, err = course.PackTrack(trees, t.Name); err != nil {
			return nil, err
		}
		files = append(files, packed{"solutions/" + t.Name + "/track.txtar", data})
	}
	for _, e := range exercises {
		if data, err = course.PackStarter(trees, e.ID()); err != nil {
			return nil, err
		}
		files = append(files, packed{"solutions/" + e.ID() + "/starter.txtar", data})
	}
	return files, nil
}

// proofs are the behaviours of an exercise of kind tests: the brief's numbers,
// the first of them about the reference, each other one with its mutants.
func proofs(e *course.Exercise) ([]course.Behaviour, error) {
	mutants, err := e.Mutants()
	if err != nil {
		return nil, err
	}
	var list []course.Behaviour
	for i, sentence := range e.DoneWhen {
		b := course.Behaviour{Number: i + 1, Test: fmt.Sprintf("TestNumber%d", i+1), Name: strings.TrimSuffix(sentence, ".")}
		for _, m := range mutants {
			if names(m.Fails, sentence) || names(m.Passes, sentence) {
				b.Parts = append(b.Parts, course.Behaviour{Name: grader.Part(m)})
			}
		}
		list = append(list, b)
	}
	return list, nil
}

// observe runs the reference and returns what its hidden tests reported, with
// the sentences of their comments.
func (a *Author) observe(ctx context.Context, e *course.Exercise) ([]byte, error) {
	if e.Kind == course.KindTests {
		list, err := proofs(e)
		if err != nil {
			return nil, err
		}
		return course.FormatBehaviours(list)
	}
	solution, err := e.Solution()
	if err != nil {
		return nil, err
	}
	var seen []verdict.Expected
	o := grader.Options{Fresh: true, Observed: func(_ string, list []verdict.Expected) { seen = list }}
	results, err := a.Grader.Judge(ctx, []bench.Submission{{Exercise: e, Variant: "solution", Files: solution}}, o)
	if err != nil {
		return nil, err
	}
	if r := results[0]; seen == nil || r.Problem != nil {
		return nil, fmt.Errorf("pack %s: the reference did not run to the end: %s", e.ID(), r.Reason)
	}
	hidden, err := e.HiddenTests()
	if err != nil {
		return nil, err
	}
	sentences, err := course.Sentences(hidden)
	if err != nil {
		return nil, fmt.Errorf("pack %s: %w", e.ID(), err)
	}
	return course.FormatBehaviours(named(sentences, seen))
}

// named puts the reported parts under the sentences of the tests' comments.
func named(sentences []course.Behaviour, seen []verdict.Expected) []course.Behaviour {
	for i := range sentences {
		for _, x := range seen {
			if x.Test == sentences[i].Test {
				sentences[i].Parts = parts(x.Parts)
			}
		}
	}
	return sentences
}

func parts(list []verdict.Expected) []course.Behaviour {
	var out []course.Behaviour
	for _, x := range list {
		out = append(out, course.Behaviour{Name: x.Name, Parts: parts(x.Parts)})
	}
	return out
}
