// Package image is what the parcels service is shipped in: the Dockerfile, the
// .dockerignore and, below cmd/, the program itself.
package image
