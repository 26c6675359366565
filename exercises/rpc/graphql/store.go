package graphql

import "context"

// Book and Author are rows of the library's database.
type (
	Book   struct{ ID, Title, AuthorID string }
	Author struct{ ID, Name string }
)

// Store is the database, and the ratings, which are another team's service.
// Every call is a round trip.
type Store interface {
	// Books returns the first n books.
	Books(ctx context.Context, n int) ([]Book, error)
	// BooksBy returns the books of one author.
	BooksBy(ctx context.Context, authorID string) ([]Book, error)
	// Authors returns those of the authors that there are, by their ids.
	Authors(ctx context.Context, ids []string) (map[string]Author, error)
	// Ratings returns the ratings of the books that have one, by their ids.
	Ratings(ctx context.Context, bookIDs []string) (map[string]float64, error)
}
