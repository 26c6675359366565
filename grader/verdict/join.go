package verdict

import "fmt"

// Join makes one document of the runs of a course's shards: of each exercise
// the first result that says more than that it was not started. Runs that were
// judged by other tests or another kata cannot be joined.
func Join(runs ...Document) (Document, error) {
	if len(runs) == 0 {
		return Document{}, fmt.Errorf("there is no run")
	}
	all := runs[0]
	all.Exercises = nil
	place := map[string]int{}
	for _, d := range runs {
		if d.Kata != all.Kata || d.Tests != all.Tests {
			return Document{}, fmt.Errorf("one is of kata %s with tests %q, another of kata %s with tests %q", all.Kata, all.Tests, d.Kata, d.Tests)
		}
		if !d.Time.IsZero() && d.Time.Before(all.Time) {
			all.Time = d.Time
		}
		for _, r := range d.Exercises {
			i, known := place[r.Exercise]
			if !known {
				place[r.Exercise] = len(all.Exercises)
				all.Exercises = append(all.Exercises, r)
			} else if all.Exercises[i].Status == Unstarted {
				all.Exercises[i] = r
			}
		}
		all.Containment = lacking(all.Containment, d.Containment)
	}
	all.Summary = Summarize(all.Exercises)
	return all, nil
}

// lacking keeps of each layer the answer of the machine that lacked it.
func lacking(a, b []Layer) []Layer {
	lacks := map[string]Layer{}
	for _, l := range b {
		if !l.Held {
			lacks[l.Name] = l
		}
	}
	out := make([]Layer, len(a))
	for i, l := range a {
		out[i] = l
		if missing, ok := lacks[l.Name]; ok && l.Held {
			out[i] = missing
		}
	}
	return out
}
