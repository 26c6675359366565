package run

import (
	"debug/elf"
	"os"
	"slices"
)

// libraries returns the places of shared libraries if the program asks for a
// dynamic linker, as one built with cgo or the race detector does.
func libraries(program string) []string {
	file, err := elf.Open(program)
	if err != nil {
		return nil // not ours to complain about
	}
	defer file.Close()
	if !slices.ContainsFunc(file.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
		return nil
	}
	places := []string{"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store", "/etc/ld.so.cache"}
	return slices.DeleteFunc(places, func(path string) bool {
		_, err := os.Stat(path)
		return err != nil
	})
}
