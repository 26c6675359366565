package main

import "github.com/kata-go/kata/grader/services/dynamodb/internal/attr"

// checkKey refuses what is not exactly the table's key.
func (t *table) checkKey(key attr.Item) error {
	if len(key) != len(t.KeySchema) {
		return invalid("The provided key element does not match the schema")
	}
	for _, k := range t.KeySchema {
		v, ok := key[k.AttributeName]
		if !ok || v.Kind != t.kinds[k.AttributeName] {
			return invalid("The provided key element does not match the schema")
		}
		if v.Text == "" {
			return invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: %s", k.AttributeName)
		}
	}
	return nil
}

// largestItem is the most bytes of an item.
const largestItem = 400 << 10

// checkItem refuses an item that the table or one of its indexes cannot hold.
func (t *table) checkItem(item attr.Item) error {
	for _, k := range t.KeySchema {
		v, ok := item[k.AttributeName]
		switch {
		case !ok:
			return invalid("One or more parameter values were invalid: Missing the key %s in the item", k.AttributeName)
		case v.Kind != t.kinds[k.AttributeName]:
			return invalid("One or more parameter values were invalid: Type mismatch for key %s expected: %s actual: %s", k.AttributeName, t.kinds[k.AttributeName], v.Kind)
		}
	}
	if err := t.checkKey(t.keyOf(item)); err != nil {
		return err
	}
	for _, i := range t.indexes {
		for _, k := range i.KeySchema {
			if err := t.checkIndexKey(i, k.AttributeName, item); err != nil {
				return err
			}
		}
	}
	if item.Size() > largestItem {
		return invalid("Item size has exceeded the maximum allowed size")
	}
	return nil
}

func (t *table) checkIndexKey(i indexSchema, name string, item attr.Item) error {
	v, ok := item[name]
	switch {
	case !ok:
		return nil // the index leaves the item out
	case v.Kind != t.kinds[name]:
		return invalid("One or more parameter values were invalid: Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s", name, t.kinds[name], v.Kind, i.IndexName)
	case v.Text == "":
		return invalid("One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: %s, IndexKey: %s", i.IndexName, name)
	}
	return nil
}
