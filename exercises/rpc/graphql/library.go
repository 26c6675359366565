// Package graphql is the library's catalogue in GraphQL.
package graphql

import (
	"context"
	"fmt"
	"net/http"

	"github.com/graph-gophers/graphql-go"
	"github.com/graph-gophers/graphql-go/relay"
)

const schema = `
	type Query {
		books(first: Int! = 10): [Book!]!
		author(id: ID!): Author!
	}
	type Book {
		id: ID!
		title: String!
		author: Author!
		rating: Float!
	}
	type Author {
		id: ID!
		name: String!
		books: [Book!]!
	}
`

// New returns the handler of POST /.
func New(store Store) http.Handler {
	return &relay.Handler{Schema: graphql.MustParseSchema(schema, &query{store})}
}

type query struct{ store Store }

// Books resolves Query.books.
func (q *query) Books(ctx context.Context, args struct{ First int32 }) ([]*book, error) {
	rows, err := q.store.Books(ctx, 10)
	if err != nil {
		return nil, err
	}
	return q.books(rows), nil
}

func (q *query) books(rows []Book) []*book {
	var books []*book
	for _, b := range rows {
		books = append(books, &book{q, b})
	}
	return books
}

// Author resolves Query.author.
func (q *query) Author(ctx context.Context, args struct{ ID graphql.ID }) (*author, error) {
	found, err := q.store.Authors(ctx, []string{string(args.ID)})
	if err != nil {
		return nil, err
	}
	row, ok := found[string(args.ID)]
	if !ok {
		return nil, fmt.Errorf("no author %s", args.ID)
	}
	return &author{q, row}, nil
}

type book struct {
	query *query
	row   Book
}

// ID resolves Book.id.
func (b *book) ID() graphql.ID { return graphql.ID(b.row.ID) }

// Title resolves Book.title.
func (b *book) Title() string { return b.row.Title }

// Author resolves Book.author.
func (b *book) Author(ctx context.Context) (*author, error) {
	return b.query.Author(ctx, struct{ ID graphql.ID }{graphql.ID(b.row.AuthorID)})
}

// Rating resolves Book.rating.
func (b *book) Rating(ctx context.Context) (float64, error) {
	ratings, err := b.query.store.Ratings(ctx, []string{b.row.ID})
	return ratings[b.row.ID], err
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
	return a.query.books(rows), err
}
