// Package value holds what MongoDB's commands have in common about BSON values:
// their order, their equality, paths into documents, and the errors that the
// server answers with.
//
// It never changes a value that it is given: stored documents are shared
// between readers. It knows no collections.
package value

import (
	"fmt"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// D and A are a document and an array as the server keeps them.
type (
	D = bson.D
	A = bson.A
)

// Missing is what an expression yields for a field that is not there.
type Missing struct{}

// Error is an error that the server answers with. The codes are those of
// https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml.
type Error struct {
	Code    int32
	Name    string
	Message string
	Extra   D // further fields of the answer, such as keyPattern of a duplicate key
}

func (e *Error) Error() string { return fmt.Sprintf("(%s) %s", e.Name, e.Message) }

// Errorf returns an error of the server.
func Errorf(code int32, name, format string, args ...any) *Error {
	return &Error{Code: code, Name: name, Message: fmt.Sprintf(format, args...)}
}

// Bad is a BadValue, the server's most usual refusal.
func Bad(format string, args ...any) *Error { return Errorf(2, "BadValue", format, args...) }

// Parse is a FailedToParse.
func Parse(format string, args ...any) *Error { return Errorf(9, "FailedToParse", format, args...) }

// Mismatch is a TypeMismatch.
func Mismatch(format string, args ...any) *Error {
	return Errorf(14, "TypeMismatch", format, args...)
}

// Unsupported refuses what a real MongoDB has and this server has not.
func Unsupported(what string) *Error {
	return Errorf(238, "NotImplemented", "kata's embedded MongoDB does not support %s; set KATA_MONGO to use a real one", what)
}

// Get returns the value of a field.
func Get(d D, name string) (any, bool) {
	for _, e := range d {
		if e.Key == name {
			return e.Value, true
		}
	}
	return nil, false
}

// Put returns d with the field set, in place when it is there and at the end
// otherwise. d itself stays as it is.
func Put(d D, name string, v any) D {
	out := make(D, len(d), len(d)+1)
	copy(out, d)
	for i := range out {
		if out[i].Key == name {
			out[i].Value = v
			return out
		}
	}
	return append(out, bson.E{Key: name, Value: v})
}

// Drop returns d without the field.
func Drop(d D, name string) D {
	out := make(D, 0, len(d))
	for _, e := range d {
		if e.Key != name {
			out = append(out, e)
		}
	}
	return out
}

// Offset returns the array index that a path's part names.
func Offset(part string) (int, bool) {
	if part == "" || len(part) > 1 && part[0] == '0' {
		return 0, false
	}
	n, err := strconv.Atoi(part)
	return n, err == nil && n >= 0 && part[0] != '+'
}

// Truthy tells a value's truth as the server sees it: false, 0, null and what is
// missing are false.
func Truthy(v any) bool {
	switch x := v.(type) {
	case nil, Missing, bson.Undefined:
		return false
	case bool:
		return x
	}
	if IsNumber(v) {
		return Compare(v, int32(0)) != 0
	}
	return true
}

// IsNumber reports whether v is an int32, an int64, a double or a decimal.
func IsNumber(v any) bool {
	switch v.(type) {
	case int32, int64, float64, bson.Decimal128:
		return true
	}
	return false
}

// Int returns a number that has an integral value.
func Int(v any) (int64, bool) {
	switch x := v.(type) {
	case int32:
		return int64(x), true
	case int64:
		return x, true
	case float64:
		return int64(x), x == float64(int64(x)) && x < 1<<62 && x > -1<<62
	}
	return 0, false
}
