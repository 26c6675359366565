package run

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// birth is what a process is born with: its namespaces and its users. It goes
// as it is to the process that does the fork, which may be a network's holder.
type birth struct {
	Namespaces uintptr // clone flags but for CLONE_NEWUSER
	Users      bool    // a user namespace
	Own        int     // what the forking process is in it; root unless it is a service
	Other      int     // one more user that exists there, 0 for none
	Credential int     // user and group to become right away, 0: stay
}

// birth is the copy's, which puts the rest on by itself.
func (o orders) birth() birth {
	b := birth{Users: o.Namespace, Other: o.User}
	for layer, flag := range map[string]uintptr{
		LayerNetwork: unix.CLONE_NEWNET, LayerFiles: unix.CLONE_NEWNS, LayerProcesses: unix.CLONE_NEWPID, LayerIPC: unix.CLONE_NEWIPC,
	} {
		if o.has(layer) {
			b.Namespaces |= flag
		}
	}
	return b
}

// prepare sets the attributes of a fork by this process.
func (b birth) prepare(attributes *syscall.SysProcAttr) {
	attributes.Cloneflags |= b.Namespaces
	if b.Credential != 0 {
		attributes.Credential = &syscall.Credential{Uid: uint32(b.Credential), Gid: uint32(b.Credential)}
	}
	if !b.Users {
		return
	}
	attributes.Cloneflags |= unix.CLONE_NEWUSER
	attributes.UidMappings = mapping(b.Own, os.Geteuid(), b.Other)
	attributes.GidMappings = mapping(b.Own, os.Getegid(), b.Other)
	attributes.GidMappingsEnableSetgroups = b.Other != 0
}

// mapping makes the caller inner in the namespace, and adds another user
// under its own number.
func mapping(inner, caller, other int) []syscall.SysProcIDMap {
	all := []syscall.SysProcIDMap{{ContainerID: inner, HostID: caller, Size: 1}}
	if other != 0 {
		all = append(all, syscall.SysProcIDMap{ContainerID: other, HostID: other, Size: 1})
	}
	return all
}
