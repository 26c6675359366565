// Package shopping is another exercise whose path begins alike.
package shopping
