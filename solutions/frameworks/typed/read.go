package typed

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// problem is one mistake in a request.
type problem struct {
	Loc []any  `json:"loc"`
	Msg string `json:"msg"`
}

// reader collects every mistake that it meets.
type reader struct{ problems []problem }

// read fills in from a request, and returns what does not fit.
func read(r *http.Request, in reflect.Value) []problem {
	var rd reader
	for i := range in.NumField() {
		tag, field := in.Type().Field(i).Tag, in.Field(i)
		if name, ok := tag.Lookup("path"); ok {
			rd.text([]any{"path", name}, []string{r.PathValue(name)}, tag, field)
		} else if name, ok := tag.Lookup("query"); ok {
			rd.text([]any{"query", name}, r.URL.Query()[name], tag, field)
		} else if v, err := parse(r.Body); err != nil {
			rd.wrong([]any{"body"}, "is not one JSON value: "+err.Error())
		} else {
			rd.value([]any{"body"}, v, tag, field)
		}
	}
	return rd.problems
}

// parse reads one JSON value, with its numbers as they are written.
func parse(body io.Reader) (v any, err error) {
	d := json.NewDecoder(body)
	d.UseNumber()
	if err = d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows the first value")
	}
	return v, nil
}

// text reads a parameter, of which there are as many values as were sent.
func (rd *reader) text(loc []any, sent []string, tag reflect.StructTag, into reflect.Value) {
	if len(sent) == 0 {
		rd.missing(loc, into)
		return
	}
	kind := into.Kind()
	if kind == reflect.Pointer {
		kind = into.Type().Elem().Kind()
	}
	var v any = sent[0]
	if kind != reflect.String {
		if parsed, err := parse(strings.NewReader(sent[0])); err == nil && parsed != nil {
			v = parsed
		}
	}
	rd.value(loc, v, tag, into)
}

// value puts a JSON value where it belongs, or notes why it does not fit.
func (rd *reader) value(loc []any, v any, tag reflect.StructTag, into reflect.Value) {
	switch into.Kind() {
	case reflect.Pointer:
		if v != nil {
			into.Set(reflect.New(into.Type().Elem()))
			rd.value(loc, v, tag, into.Elem())
		}
	case reflect.Struct:
		rd.object(loc, v, into)
	case reflect.Slice:
		rd.list(loc, v, into)
	case reflect.String:
		s, ok := v.(string)
		if rd.typed(loc, ok, "a text") {
			into.SetString(s)
			rd.within(loc, float64(utf8.RuneCountInString(s)), tag, "minLength", "maxLength")
		}
	case reflect.Bool:
		b, ok := v.(bool)
		rd.typed(loc, ok, "true or false")
		into.SetBool(b)
	case reflect.Int:
		number, _ := v.(json.Number)
		n, err := strconv.ParseInt(string(number), 10, strconv.IntSize)
		if rd.typed(loc, err == nil, "a whole number") {
			into.SetInt(n)
			rd.within(loc, float64(n), tag, "min", "max")
		}
	case reflect.Float64:
		number, _ := v.(json.Number)
		n, err := number.Float64()
		if rd.typed(loc, err == nil, "a number") {
			into.SetFloat(n)
			rd.within(loc, n, tag, "min", "max")
		}
	}
}

func (rd *reader) object(loc []any, v any, into reflect.Value) {
	object, ok := v.(map[string]any)
	if !rd.typed(loc, ok, "an object") {
		return
	}
	for i := range into.NumField() {
		tag := into.Type().Field(i).Tag
		name := tag.Get("json")
		at := append(slices.Clone(loc), name)
		if v, ok := object[name]; ok {
			rd.value(at, v, tag, into.Field(i))
		} else {
			rd.missing(at, into.Field(i))
		}
	}
}

func (rd *reader) list(loc []any, v any, into reflect.Value) {
	list, ok := v.([]any)
	if !rd.typed(loc, ok, "a list") {
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(list), len(list)))
	for i, v := range list {
		rd.value(append(slices.Clone(loc), i), v, "", into.Index(i))
	}
}

func (rd *reader) wrong(loc []any, msg string) { rd.problems = append(rd.problems, problem{loc, msg}) }

func (rd *reader) missing(loc []any, field reflect.Value) {
	if field.Kind() != reflect.Pointer {
		rd.wrong(loc, "is missing")
	}
}

// typed notes a mistake unless ok, and returns ok.
func (rd *reader) typed(loc []any, ok bool, what string) bool {
	if !ok {
		rd.wrong(loc, "must be "+what)
	}
	return ok
}

// within compares n with the limits that stand in a tag under these names.
func (rd *reader) within(loc []any, n float64, tag reflect.StructTag, low, high string) {
	if limit, ok := limit(tag, low); ok && n < limit {
		rd.wrong(loc, fmt.Sprintf("%v is less than the %s of %v", n, low, limit))
	}
	if limit, ok := limit(tag, high); ok && n > limit {
		rd.wrong(loc, fmt.Sprintf("%v is more than the %s of %v", n, high, limit))
	}
}

func limit(tag reflect.StructTag, name string) (float64, bool) {
	n, err := strconv.ParseFloat(tag.Get(name), 64)
	return n, err == nil
}
