// Package pipeline is how the parcels service gets from a merge to production:
// the workflow that GitHub runs.
package pipeline
