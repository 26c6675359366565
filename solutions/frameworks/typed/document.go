package typed

import (
	"net/http"
	"reflect"
	"strings"
)

type object = map[string]any

// openapi answers the document of all operations.
func (a *API) openapi(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, object{
		"openapi": "3.0.3",
		"info":    object{"title": a.title, "version": "1"},
		"paths":   a.paths,
	})
}

// document adds an operation.
func (a *API) document(method, path string, in reflect.Type) {
	parameters, operation := []any{}, object{"responses": object{
		"200": object{"description": "what the operation returns"},
		"422": object{"description": "what does not fit, field by field"},
	}}
	for i := range in.NumField() {
		field := in.Field(i)
		required := field.Type.Kind() != reflect.Pointer
		if name, ok := field.Tag.Lookup("path"); ok {
			parameters = append(parameters, object{"name": name, "in": "path", "required": true, "schema": schema(field.Type, field.Tag)})
		} else if name, ok := field.Tag.Lookup("query"); ok {
			parameters = append(parameters, object{"name": name, "in": "query", "required": required, "schema": schema(field.Type, field.Tag)})
		} else {
			operation["requestBody"] = object{"required": true, "content": object{
				"application/json": object{"schema": schema(field.Type, field.Tag)},
			}}
		}
	}
	operation["parameters"] = parameters
	if a.paths[path] == nil {
		a.paths[path] = object{}
	}
	a.paths[path][strings.ToLower(method)] = operation
}

// names are those of the limits, in tags and in schemas.
var names = map[string]string{"min": "minimum", "max": "maximum", "minLength": "minLength", "maxLength": "maxLength"}

// schema describes what reader.value takes for a type with a tag.
func schema(t reflect.Type, tag reflect.StructTag) object {
	s := object{}
	switch t.Kind() {
	case reflect.Pointer:
		s = schema(t.Elem(), tag)
		s["nullable"] = true
		return s
	case reflect.Slice:
		return object{"type": "array", "items": schema(t.Elem(), "")}
	case reflect.Struct:
		return structSchema(t)
	case reflect.Int:
		s["type"] = "integer"
	case reflect.Float64:
		s["type"] = "number"
	case reflect.Bool:
		s["type"] = "boolean"
	case reflect.String:
		s["type"] = "string"
	}
	for name, keyword := range names {
		if n, ok := limit(tag, name); ok {
			s[keyword] = n
		}
	}
	return s
}

func structSchema(t reflect.Type) object {
	properties, required := object{}, []string{}
	for i := range t.NumField() {
		name := t.Field(i).Tag.Get("json")
		properties[name] = schema(t.Field(i).Type, t.Field(i).Tag)
		if t.Field(i).Type.Kind() != reflect.Pointer {
			required = append(required, name)
		}
	}
	s := object{"type": "object", "properties": properties}
	if len(required) > 0 { // OpenAPI 3.0 forbids an empty list
		s["required"] = required
	}
	return s
}
