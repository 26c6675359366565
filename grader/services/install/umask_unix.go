//go:build unix

package main

import "syscall"

// What root unpacks, another user runs.
func init() { syscall.Umask(0o022) }
