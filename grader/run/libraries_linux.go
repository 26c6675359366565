package run

import (
	"debug/elf"
	"os"
	"slices"
)

// static reports whether a program needs no dynamic linker. One built with cgo
// or the race detector does, as most that are not of Go.
func static(program string) bool {
	file, err := elf.Open(program)
	if err != nil {
		return false // not ours to complain about
	}
	defer file.Close()
	return !slices.ContainsFunc(file.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP })
}

// libraries returns the places of shared libraries if the program asks for a
// dynamic linker.
func libraries(program string) []string {
	if static(program) {
		return nil
	}
	places := []string{"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store", "/etc/ld.so.cache"}
	return slices.DeleteFunc(places, func(path string) bool {
		_, err := os.Stat(path)
		return err != nil
	})
}
