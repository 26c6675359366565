package progress

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// fields are members of a JSON object that this version does not know.
type fields map[string]json.RawMessage

// The plain types have no methods, so that encoding/json treats them as the
// structs they are.
type (
	plainState    State
	plainExercise Exercise
)

// UnmarshalJSON implements json.Unmarshaler.
func (s *State) UnmarshalJSON(data []byte) (err error) {
	s.unknown, err = unmarshal(data, (*plainState)(s))
	return err
}

// MarshalJSON implements json.Marshaler.
func (s State) MarshalJSON() ([]byte, error) {
	if s.Exercises == nil {
		s.Exercises = map[string]Exercise{}
	}
	return marshal(plainState(s), s.unknown)
}

// UnmarshalJSON implements json.Unmarshaler.
func (x *Exercise) UnmarshalJSON(data []byte) (err error) {
	x.unknown, err = unmarshal(data, (*plainExercise)(x))
	return err
}

// MarshalJSON implements json.Marshaler.
func (x Exercise) MarshalJSON() ([]byte, error) { return marshal(plainExercise(x), x.unknown) }

// unmarshal reads an object into the struct that v points to and returns the
// members that the struct has no field for.
func unmarshal(data []byte, v any) (fields, error) {
	known := json.NewDecoder(bytes.NewReader(data))
	known.DisallowUnknownFields()
	if known.Decode(v) == nil {
		return nil, nil // the usual case, at half the cost
	}
	if err := json.Unmarshal(data, v); err != nil {
		return nil, err
	}
	var all fields
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	for _, name := range sortedKeys(all) {
		if isField(v, name) {
			delete(all, name)
		}
	}
	return all, nil
}

// marshal writes a struct's fields and then, sorted, the unknown members.
func marshal(v any, unknown fields) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil || len(unknown) == 0 {
		return data, err
	}
	out := bytes.NewBuffer(data[:len(data)-1])
	for _, name := range sortedKeys(unknown) {
		if out.Len() > 1 {
			out.WriteByte(',')
		}
		quoted, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(out, "%s:%s", quoted, unknown[name])
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// decode reads a progress file; the error says in a few words what is wrong
// with it.
func decode(data []byte) (State, error) {
	var s State
	var syntax *json.SyntaxError
	switch err := json.Unmarshal(data, &s); {
	case len(bytes.TrimSpace(data)) == 0:
		return State{}, errors.New("is empty")
	case errors.As(err, &syntax):
		return State{}, fmt.Errorf("is damaged at byte %d: %w", syntax.Offset, err)
	case err != nil:
		return State{}, fmt.Errorf("is not kata's: %w", err)
	case s.Version > version:
		return State{}, fmt.Errorf("was written by a newer kata (format %d, this one knows %d)", s.Version, version)
	case s.Version < 1:
		return State{}, errors.New("is not kata's: it has no version")
	}
	if s.Exercises == nil {
		s.Exercises = map[string]Exercise{}
	}
	return s, nil
}

// encode lays a state out for people to read.
func encode(s State) ([]byte, error) {
	data, err := json.MarshalIndent(s, "", "  ")
	return append(data, '\n'), err
}

// isField reports whether encoding/json would put the member called name into
// a field of the struct that v points to; it ignores case.
func isField(v any, name string) bool {
	t := reflect.TypeOf(v).Elem()
	for i := range t.NumField() {
		tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if tag != "" && strings.EqualFold(tag, name) {
			return true
		}
	}
	return false
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
