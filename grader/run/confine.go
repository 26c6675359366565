package run

import "time"

// Confine asks for containment of learner code. Every layer that the machine
// does not offer is left out and named in Outcome.Missing.
type Confine struct {
	// Read lists further files and folders, absolute, that the process may read
	// and execute; its program and working directory it always may.
	Read []string
	// Programs lists further programs, absolute, that the process may start as
	// its children, with the shared libraries that they ask for. Processes must
	// leave room for them.
	Programs []string
	// Write lists folders, absolute, that it may change.
	Write []string
	// Scratch is the absolute path of a folder, made and later removed by the
	// caller, at which the process finds an empty folder to write to; HOME and
	// TMPDIR should name it. With LayerFiles it is held in memory and vanishes
	// with the process.
	Scratch string
	// HostNetwork leaves LayerNetwork out, for an exercise whose service is
	// outside.
	HostNetwork bool
	// Processes is how many child processes the program may have. With none,
	// LayerSyscalls refuses to start any.
	Processes int
	Memory    int64         // bytes of data; zero: 1 GiB; negative: no limit, as race-detector builds need
	Disk      int64         // bytes of Scratch, and of one file elsewhere; zero: 64 MiB
	Files     int           // open descriptors; zero: 1024
	CPU       time.Duration // processor time, rounded up to seconds; zero: no limit beside the wall clock
}

// Layers of containment, as Outcome and `kata doctor` name them.
const (
	LayerNetwork    = "network"    // a network of its own with nothing but loopback
	LayerFiles      = "files"      // an empty root with only what the run needs
	LayerProcesses  = "processes"  // it sees only its own processes, and all of them die with it
	LayerUser       = "user"       // a user namespace, and another user when kata is root
	LayerLimits     = "limits"     // memory, disk, descriptors, threads, processor time
	LayerPrivileges = "privileges" // no capabilities, and none to be gained
	LayerSyscalls   = "syscalls"   // seccomp: no odd corners of the kernel, no child processes
	LayerLandlock   = "landlock"   // Landlock: files again, and by newer kernels signals and abstract sockets
	LayerIPC        = "ipc"        // System V and POSIX message queues of its own
)

// AllLayers returns the names of all layers, the weightiest first.
func AllLayers() []string {
	return []string{LayerNetwork, LayerFiles, LayerProcesses, LayerUser, LayerLimits,
		LayerPrivileges, LayerSyscalls, LayerLandlock, LayerIPC}
}

func (c *Confine) memory() int64 {
	if c.Memory == 0 {
		return 1 << 30
	}
	return c.Memory
}

func (c *Confine) disk() int64 {
	if c.Disk <= 0 {
		return 64 << 20
	}
	return c.Disk
}

func (c *Confine) files() int {
	if c.Files <= 0 {
		return 1024
	}
	return c.Files
}
