// Package couchdb counts.
package couchdb

import (
	"context"

	"github.com/go-kivik/kivik/v4"
)

// Count adds one to the count of the document id.
func Count(ctx context.Context, db *kivik.DB, id string) error {
	for {
		var d struct {
			Rev string `json:"_rev,omitempty"`
			N   int    `json:"n"`
		}
		if err := db.Get(ctx, id).ScanDoc(&d); err != nil {
			return err
		}
		d.N++
		if _, err := db.Put(ctx, id, d); kivik.HTTPStatus(err) != 409 {
			return err
		}
	}
}
