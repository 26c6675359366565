// Package shop tries what an exercise may not import.
package shop

import (
	"encoding/json"
	"errors"
	stdlog "log"
	. "os"            // want `the import of "os" is not on this exercise's list\nThe code is judged`
	run "os/exec"     // want `the import of "os/exec" .*\nThe code is judged`
	"reflect"         // want `the import of "reflect" .*\nIt goes round the type system`
	_ "runtime/debug" // want `the import of "runtime/debug" .*\nCode that steers`
	"shop/store"
	_ "testing/quick" // want `the import of "testing/quick" .*\nIt belongs to what judges`
	"text/template"   // want "the import of \"text/template\" .*\nAn exercise allows"
	_ "unsafe"        // want `the import of "unsafe"`

	_ "github.com/kata-go/kata/grader/kit" // want `the import of .*\nIt is a part of kata`
)

var (
	_ = errors.New
	_ = json.Marshal
	_ = stdlog.Fatal
	_ = Exit
	_ = run.Command
	_ = reflect.TypeOf
	_ = store.Get
	_ = template.New
)
