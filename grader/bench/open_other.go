//go:build !unix

package bench

const nonblock = 0
