package admin

import (
	"fmt"
	"html/template"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// field is one exported field of a type and what its tag says.
type field struct {
	Name                             string
	Kind                             reflect.Kind
	List, Filter, Readonly, Required bool
	index                            int
}

func fields(t reflect.Type) (fields []field) {
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		words := strings.Split(f.Tag.Get("admin"), ",")
		has := func(word string) bool { return slices.Contains(words, word) }
		fields = append(fields, field{f.Name, f.Type.Kind(), has("list"), has("filter"), has("readonly"), has("required"), i})
	}
	return fields
}

// Bool is for templates.
func (f field) Bool() bool { return f.Kind == reflect.Bool }

// text is the field's value in v, as pages show it.
func (f field) text(v reflect.Value) string { return fmt.Sprint(v.Field(f.index).Interface()) }

// is reports whether the field's value in v is the one that text stands for.
func (f field) is(v reflect.Value, text string) bool {
	other := reflect.New(v.Type()).Elem()
	return f.read(other, text) == nil && v.Field(f.index).Equal(other.Field(f.index))
}

// sent is the text of the field in a form that was sent.
func (f field) sent(r *http.Request) string {
	if f.Bool() {
		return strconv.FormatBool(r.PostFormValue(f.Name) != "")
	}
	return r.PostFormValue(f.Name)
}

// set reads text into the field of v, and returns what is wrong with it.
func (f field) set(v reflect.Value, text string) string {
	if f.Required && strings.TrimSpace(text) == "" {
		return "This field is required."
	}
	if f.read(v, text) != nil {
		return "This is not a value of the field."
	}
	return ""
}

func (f field) read(v reflect.Value, text string) error {
	into := v.Field(f.index)
	switch f.Kind {
	case reflect.Int:
		n, err := strconv.Atoi(text)
		into.SetInt(int64(n))
		return err
	case reflect.Float64:
		n, err := strconv.ParseFloat(text, 64)
		into.SetFloat(n)
		return err
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		into.SetBool(b)
		return err
	}
	into.SetString(text)
	return nil
}

// page is a list.
type page struct {
	Name  string
	Heads []string
	Lines []line
}

type line struct {
	ID    int
	Cells []string
}

// input is a field in a form.
type input struct {
	field
	Text, Error string
}

// pages escape what they show by where it stands.
var pages = template.Must(template.New("").Parse(`
{{define "list"}}<!doctype html>
<table>
<tr>{{range .Heads}}<th>{{.}}</th>{{end}}</tr>
{{range $line := .Lines}}<tr>
{{- range $i, $cell := .Cells}}<td>{{if $i}}{{$cell}}{{else}}<a href="/{{$.Name}}/{{$line.ID}}">{{$cell}}</a>{{end}}</td>{{end -}}
</tr>
{{end}}</table>
{{end}}
{{define "form"}}<!doctype html>
<form method="post">
{{range .}}<p>{{.Name}}
{{- if .Readonly}} <span>{{.Text}}</span>
{{- else if .Bool}} <input type="checkbox" name="{{.Name}}"{{if eq .Text "true"}} checked{{end}}>
{{- else}} <input name="{{.Name}}" value="{{.Text}}">{{end}}</p>
{{if .Error}}<p class="error" data-field="{{.Name}}">{{.Error}}</p>
{{end}}{{end}}<button>Save</button>
</form>
{{end}}`))

func show(w http.ResponseWriter, status int, name string, data any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = pages.ExecuteTemplate(w, name, data) // the client has gone; there is nobody left to tell
}
