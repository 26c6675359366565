//go:build !linux

package run_test

var linuxActors map[string]func(args []string)
