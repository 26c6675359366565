package report

import (
	_ "embed"
	"io"

	"github.com/kata-go/kata/grader/verdict"
)

//go:embed schema.json
var schema string

// JSON writes the results document that Schema describes.
func JSON(w io.Writer, d verdict.Document) error { return d.Encode(w) }

// Schema returns the JSON Schema (draft 2020-12) of what JSON writes.
func Schema() string { return schema }
