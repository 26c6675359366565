// Package progress keeps what a learner did in one small file of the
// workspace, .kata/progress.json, safe against crashes, full disks and other
// kata processes.
//
// It owns the file's format. It must know neither courses nor how a verdict
// comes about, and it has no clock: times are given to it.
package progress

import (
	"maps"
	"time"
)

// version is the format's. A file of a later one is moved aside; a change that
// older versions can ignore, such as another field, leaves the number alone.
const version = 1

// State is the content of the progress file. Fields that this version does not
// know survive a change.
type State struct {
	Version   int                 `json:"version"`
	Current   string              `json:"current,omitempty"` // id of the exercise that the learner is at
	Exercises map[string]Exercise `json:"exercises"`         // by id

	unknown fields
}

// Exercise is what is remembered of one exercise.
type Exercise struct {
	Started          time.Time `json:"started,omitzero"`            // first met or graded
	Passed           time.Time `json:"passed,omitzero"`             // passed for the first time
	Attempts         int       `json:"attempts,omitempty"`          // verdicts on changed files
	Hints            int       `json:"hints,omitempty"`             // hints taken
	FirstTry         bool      `json:"first_try,omitempty"`         // passed at the first verdict, without a hint
	Status           string    `json:"status,omitempty"`            // of the last verdict
	Hash             string    `json:"hash,omitempty"`              // of everything that the last verdict depends on
	BehavioursPassed int       `json:"behaviours_passed,omitempty"` // in the last verdict
	BehavioursTotal  int       `json:"behaviours_total,omitempty"`
	Seed             uint64    `json:"seed,omitempty"`    // of the last verdict
	Seconds          float64   `json:"seconds,omitempty"` // wall-clock time of the last run

	unknown fields
}

// Exercise returns what is remembered of an exercise, the zero value when
// nothing is.
func (s State) Exercise(id string) Exercise { return s.Exercises[id] }

// Set remembers x of an exercise.
func (s *State) Set(id string, x Exercise) {
	if s.Exercises == nil {
		s.Exercises = map[string]Exercise{}
	}
	s.Exercises[id] = x
}

// Rename moves what is remembered under former ids to the ids of today and
// reports whether there was any. Where both are known they become one.
func (s *State) Rename(was map[string]string) bool {
	changed := false
	move := func(id string) string {
		for range was { // at most so many steps: a circle must not hang
			next, ok := was[id]
			if !ok {
				break
			}
			id = next
		}
		return id
	}
	for _, former := range sortedKeys(s.Exercises) {
		if id := move(former); id != former {
			x := s.Exercises[former]
			delete(s.Exercises, former)
			if now, ok := s.Exercises[id]; ok {
				x = now.join(x)
			}
			s.Exercises[id], changed = x, true
		}
	}
	if id := move(s.Current); id != s.Current {
		s.Current, changed = id, true
	}
	return changed
}

// join adds what an earlier record of the same exercise says. The verdict
// stays x's, unless only the earlier one has any.
func (x Exercise) join(earlier Exercise) Exercise {
	joined := x
	if x.Status == "" {
		joined = earlier
	}
	joined.Started = first(x.Started, earlier.Started)
	joined.Passed = first(x.Passed, earlier.Passed)
	joined.Attempts = x.Attempts + earlier.Attempts
	joined.Hints = max(x.Hints, earlier.Hints)
	joined.FirstTry = x.FirstTry || earlier.FirstTry
	joined.unknown = maps.Clone(earlier.unknown)
	if joined.unknown == nil {
		joined.unknown = fields{}
	}
	maps.Copy(joined.unknown, x.unknown)
	return joined
}

// first returns the earlier of two times that are known.
func first(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
