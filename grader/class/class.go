// Package class grades many learners' checkouts with one grader and one build
// cache, so that what a class costs grows with what differs between its
// answers.
//
// It owns the roster and the order of the work. What a verdict is belongs to
// grader; the answers of all learners are linked into a few binaries, and only
// what passes there counts: everything else is judged again without the others,
// since code of theirs starts in the same process.
package class

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/verdict"
)

// Outcome is what became of one learner's checkout.
type Outcome struct {
	Name    string           `json:"name"`
	Dir     string           `json:"dir"`
	Problem string           `json:"problem,omitempty"` // why nothing could be graded
	Results []verdict.Result `json:"results"`           // one for each exercise that was asked for
}

// Passed counts the exercises that pass.
func (o Outcome) Passed() int { return verdict.Summarize(o.Results).Passed }

// Class grades checkouts.
type Class struct {
	Grader    *grader.Grader
	Exercises []*course.Exercise
	Options   grader.Options
	Together  int // checkouts whose answers are built together; at least 1
}

// Grade judges every entry of a roster, in order, and hands each outcome over
// as soon as it is there. A checkout that cannot be read is an outcome; an error
// is kata's or the machine's.
func (c *Class) Grade(ctx context.Context, roster []Entry, done func(Outcome) error) error {
	for group := range slices.Chunk(roster, max(c.Together, 1)) {
		outcomes, err := c.group(ctx, group)
		if err != nil {
			return err
		}
		for _, o := range outcomes {
			if err := done(o); err != nil {
				return err
			}
		}
	}
	return nil
}

// answer is one exercise of one checkout that has to be judged.
type answer struct {
	bench.Submission
	owner, place int // index of the outcome, and in its results
	ignored      []string
}

// group reads some checkouts and judges what differs from the starters.
func (c *Class) group(ctx context.Context, entries []Entry) ([]Outcome, error) {
	outcomes := make([]Outcome, len(entries))
	var answers []answer
	for i, e := range entries {
		outcomes[i] = Outcome{Name: e.Name, Dir: e.Dir}
		own, err := c.read(&outcomes[i])
		if err != nil {
			outcomes[i].Problem, outcomes[i].Results = err.Error(), nil
			continue
		}
		for _, a := range own {
			a.owner = i
			answers = append(answers, a)
		}
	}
	again, err := c.together(ctx, outcomes, answers)
	if err != nil {
		return nil, err
	}
	return outcomes, c.alone(ctx, outcomes, again)
}

// read takes a checkout's answers. The results of what was not started, or is
// refused, are there already.
func (c *Class) read(o *Outcome) ([]answer, error) {
	root, err := os.OpenRoot(o.Dir)
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err // the roster tells the folder
	}
	if err != nil {
		return nil, fmt.Errorf("open the checkout: %w", err)
	}
	defer root.Close()
	if _, err := root.Stat("exercises"); err != nil {
		return nil, errors.New("it has no exercises/")
	}
	var answers []answer
	o.Results = make([]verdict.Result, len(c.Exercises))
	for i, e := range c.Exercises {
		reading, err := bench.Read(root, e)
		var refused *bench.RefusedError
		switch {
		case errors.As(err, &refused):
			o.Results[i] = grader.Refused(e, refused)
		case err != nil:
			return nil, err
		case grader.Unchanged(e, reading.Files):
			o.Results[i] = verdict.Result{Exercise: e.ID(), Status: verdict.Unstarted, Behaviours: []verdict.Behaviour{}}
		default:
			answers = append(answers, answer{bench.Submission{Exercise: e, Variant: variant(reading.Files), Files: reading.Files}, 0, i, reading.Ignored})
		}
	}
	return answers, nil
}

// variant names an answer by its content: equal answers are judged once.
func variant(files []course.File) string {
	sum := sha256.New()
	for _, f := range files {
		fmt.Fprintf(sum, "%s %d\n%s", f.Name, len(f.Data), f.Data)
	}
	return "class/" + hex.EncodeToString(sum.Sum(nil))[:16]
}

// most is how many answers are linked into one binary.
const most = 300

// together judges answers in large binaries and returns those that do not pass
// there.
func (c *Class) together(ctx context.Context, outcomes []Outcome, answers []answer) (again []answer, err error) {
	for chunk := range slices.Chunk(distinct(answers), most) {
		results, err := c.judge(ctx, chunk, true)
		if err != nil {
			return nil, err
		}
		for _, twin := range answers {
			r, judged := results[twin.ID()]
			if !judged {
				continue
			}
			outcomes[twin.owner].Results[twin.place] = own(twin, r)
			if r.Status != verdict.Pass {
				again = append(again, twin)
			}
		}
	}
	return again, nil
}

// judge is grader.Judge, with the results by ID; a build that no answer can be
// blamed for fails all of them, for the moment.
func (c *Class) judge(ctx context.Context, answers []answer, crowd bool) (map[string]verdict.Result, error) {
	subs := make([]bench.Submission, len(answers))
	for i, a := range answers {
		subs[i] = a.Submission
	}
	o := c.Options
	o.Crowd = crowd
	list, err := c.Grader.Judge(ctx, subs, o)
	var build *bench.BuildError
	if err != nil && !errors.As(err, &build) {
		return nil, err
	}
	results := map[string]verdict.Result{}
	for i, a := range answers {
		if build != nil {
			results[a.ID()] = verdict.Result{Status: verdict.Error, Reason: build.Error(), Behaviours: []verdict.Behaviour{}}
		} else {
			results[a.ID()] = list[i]
		}
	}
	return results, nil
}

// distinct keeps the first of equal answers.
func distinct(answers []answer) []answer {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(answers), func(a answer) bool {
		before := seen[a.ID()]
		seen[a.ID()] = true
		return before
	})
}

// alone judges each checkout's remaining answers without those of others: in
// binaries that are built side by side and, what needs services, with servers
// that no other's code has met.
func (c *Class) alone(ctx context.Context, outcomes []Outcome, again []answer) error {
	apart(again)
	var free []answer
	served := map[string][]answer{}
	for _, a := range distinct(again) {
		if len(a.Exercise.Services) == 0 {
			free = append(free, a)
		} else {
			served[a.Apart] = append(served[a.Apart], a)
		}
	}
	results, err := c.sideBySide(ctx, free)
	for _, list := range served {
		if err == nil {
			err = c.into(ctx, results, list)
		}
	}
	if err != nil {
		return err
	}
	for _, a := range again {
		outcomes[a.owner].Results[a.place] = own(a, results[a.ID()])
	}
	return nil
}

// sideBySide judges answers in one go. Where something cannot be built, each
// owner's are judged by themselves, so that they fail nobody else's.
func (c *Class) sideBySide(ctx context.Context, answers []answer) (map[string]verdict.Result, error) {
	results, err := c.judge(ctx, answers, false)
	owners := map[string][]answer{}
	for _, a := range answers {
		if results[a.ID()].Status == verdict.Error {
			owners[a.Apart] = append(owners[a.Apart], a)
		}
	}
	for _, list := range owners {
		if err == nil {
			err = c.into(ctx, results, list)
		}
	}
	return results, err
}

// into judges answers and adds their results to some.
func (c *Class) into(ctx context.Context, results map[string]verdict.Result, answers []answer) error {
	more, err := c.judge(ctx, answers, false)
	maps.Copy(results, more)
	return err
}

// apart sets answers apart by their owners, and the equal answers of several
// from everything else.
func apart(answers []answer) {
	owners := map[string]map[int]bool{}
	for _, a := range answers {
		if owners[a.ID()] == nil {
			owners[a.ID()] = map[int]bool{}
		}
		owners[a.ID()][a.owner] = true
	}
	for i, a := range answers {
		answers[i].Apart = strconv.Itoa(a.owner)
		if len(owners[a.ID()]) > 1 {
			answers[i].Apart = a.ID()
		}
	}
}

// own gives a result the names that its learner knows: its texts speak of the
// folder that the answer was built in.
func own(a answer, r verdict.Result) verdict.Result {
	folder := strings.TrimPrefix(a.Package(), bench.Module+"/")
	var renamed verdict.Result
	data, err := json.Marshal(r)
	if err == nil {
		err = json.Unmarshal(bytes.ReplaceAll(data, []byte(folder), []byte(a.Exercise.Dir())), &renamed)
	}
	if err == nil {
		r = renamed
	}
	r.Exercise, r.Ignored = a.Exercise.ID(), a.ignored
	return r
}
