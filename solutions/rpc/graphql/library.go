// Package graphql is the library's catalogue in GraphQL.
package graphql

import (
	"context"
	"errors"
	"net/http"

	"github.com/graph-gophers/graphql-go"
	"github.com/graph-gophers/graphql-go/relay"
)

const schema = `
	type Query {
		books(first: Int! = 10): [Book!]!
		author(id: ID!): Author
	}
	type Book {
		id: ID!
		title: String!
		author: Author
		rating: Float
	}
	type Author {
		id: ID!
		name: String!
		books: [Book!]!
	}
`

const (
	deepest = 6   // levels of fields in a query
	most    = 100 // books in an answer
)

// New returns the handler of POST /.
func New(store Store) http.Handler {
	return &relay.Handler{Schema: graphql.MustParseSchema(schema, &query{store}, graphql.MaxDepth(deepest))}
}

// errHidden is what callers learn of a failure; the rest is for the log.
var errHidden = errors.New("not available at the moment")

type query struct{ store Store }

// Books resolves Query.books.
func (q *query) Books(ctx context.Context, args struct{ First int32 }) ([]*book, error) {
	if args.First < 0 || args.First > most {
		return nil, errors.New("first must be from 0 to 100")
	}
	rows, err := q.store.Books(ctx, int(args.First))
	if err != nil {
		return nil, errHidden
	}
	return q.complete(ctx, rows), nil
}

// Author resolves Query.author.
func (q *query) Author(ctx context.Context, args struct{ ID graphql.ID }) (*author, error) {
	found, err := q.store.Authors(ctx, []string{string(args.ID)})
	if err != nil {
		return nil, errHidden
	}
	row, ok := found[string(args.ID)]
	if !ok {
		return nil, nil
	}
	return &author{q, row}, nil
}

// complete fetches what the query asks of these books, in one call for each
// field, however many books there are.
func (q *query) complete(ctx context.Context, rows []Book) []*book {
	page := &page{query: q}
	var ids, authors []string
	seen := map[string]bool{}
	for _, b := range rows {
		ids = append(ids, b.ID)
		if !seen[b.AuthorID] {
			seen[b.AuthorID] = true
			authors = append(authors, b.AuthorID)
		}
	}
	if len(rows) > 0 && graphql.HasSelectedField(ctx, "author") {
		page.authors, page.authorsErr = q.store.Authors(ctx, authors)
	}
	if len(rows) > 0 && graphql.HasSelectedField(ctx, "rating") {
		page.ratings, page.ratingsErr = q.store.Ratings(ctx, ids)
	}
	books := make([]*book, 0, len(rows))
	for _, b := range rows {
		books = append(books, &book{page, b})
	}
	return books
}

// page is what books that were asked for together share.
type page struct {
	query      *query
	authors    map[string]Author
	authorsErr error
	ratings    map[string]float64
	ratingsErr error
}

type book struct {
	page *page
	row  Book
}

// ID resolves Book.id.
func (b *book) ID() graphql.ID { return graphql.ID(b.row.ID) }

// Title resolves Book.title.
func (b *book) Title() string { return b.row.Title }

// Author resolves Book.author.
func (b *book) Author() (*author, error) {
	if b.page.authorsErr != nil {
		return nil, errHidden
	}
	row, ok := b.page.authors[b.row.AuthorID]
	if !ok {
		return nil, errors.New("the author is not in the catalogue")
	}
	return &author{b.page.query, row}, nil
}

// Rating resolves Book.rating.
func (b *book) Rating() (*float64, error) {
	if b.page.ratingsErr != nil {
		return nil, errHidden
	}
	rating, ok := b.page.ratings[b.row.ID]
	if !ok {
		return nil, nil
	}
	return &rating, nil
}

type author struct {
	query *query
	row   Author
}

// ID resolves Author.id.
func (a *author) ID() graphql.ID { return graphql.ID(a.row.ID) }

// Name resolves Author.name.
func (a *author) Name() string { return a.row.Name }

// Books resolves Author.books.
func (a *author) Books(ctx context.Context) ([]*book, error) {
	rows, err := a.query.store.BooksBy(ctx, a.row.ID)
	if err != nil {
		return nil, errHidden
	}
	return a.query.complete(ctx, rows), nil
}
