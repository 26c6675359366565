package run

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"unsafe"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// System calls that no exercise needs and that widen the kernel's surface, or
// reach other processes.
const refused = `
 ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd kcmp
 bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register keyctl add_key request_key
 mount umount umount2 pivot_root chroot unshare setns open_tree move_mount fsopen fsmount fsconfig fspick mount_setattr
 kexec_load kexec_file_load init_module finit_module delete_module create_module reboot swapon swapoff
 acct quotactl quotactl_fd syslog personality name_to_handle_at open_by_handle_at fanotify_init
 memfd_create memfd_secret shmget semget msgget mq_open
 iopl ioperm modify_ldt settimeofday clock_settime adjtimex clock_adjtime sethostname setdomainname vhangup lookup_dcookie`

// System calls that start or reach other processes, refused to a program
// that may have none.
const refusedAlone = `fork vfork pidfd_open pidfd_send_signal rt_sigqueueinfo rt_tgsigqueueinfo tkill`

// System calls that move code about, refused to a program whose code the kernel
// has laid out whole: nothing that it does later can become code, or come to
// stand where code was.
const refusedStatic = `mremap remap_file_pages`

// offArch is the offset of the architecture in struct seccomp_data.
const offArch = 4

// filter installs a list of refusals on top of the namespaces. The program is
// this very process, so its number is known.
func (o *orders) filter() error {
	info, err := arch.GetInfo("")
	if err != nil {
		return fmt.Errorf("no table of system calls for %s: %w", runtime.GOARCH, err)
	}
	if len(info.SyscallNames) == 0 {
		return fmt.Errorf("no table of system calls for %s", runtime.GOARCH)
	}
	policy := o.policy(info)
	program, err := policy.Assemble()
	if err != nil {
		return fmt.Errorf("write the filter: %w", err)
	}
	// The library allows everything to another architecture's system calls,
	// such as int 0x80 on amd64; nothing here makes them.
	program = append([]bpf.Instruction{
		bpf.LoadAbsolute{Off: offArch, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(info.ID), SkipTrue: 1},
		bpf.RetConstant{Val: uint32(seccomp.ActionKillProcess)},
	}, program...)
	return install(program)
}

func (o *orders) policy(info *arch.Info) seccomp.Policy {
	names, conditional := known(info, refused), []seccomp.NameWithConditions{
		when("clone", has(0, unix.CLONE_NEWUSER)),
		when("mmap", has(3, unix.MAP_SHARED), has(3, unix.MAP_ANONYMOUS)), // memory that no limit counts
		when("socket", is(0, unix.AF_VSOCK)),
		when("socket", is(0, unix.AF_NETLINK), isNot(2, unix.NETLINK_ROUTE)),
		when("socket", is(0, unix.AF_PACKET)),
		when("socket", is(0, unix.AF_ALG)),
		when("ioctl", is(1, unix.TIOCSTI)),
		when("ioctl", is(1, unix.TIOCLINUX)),
	}
	if o.Processes == 0 {
		names = append(names, known(info, refusedAlone)...)
		self := uint64(os.Getpid())
		conditional = append(conditional, when("clone", hasNot(0, unix.CLONE_THREAD)), when("kill", isNot(0, self)), when("tgkill", isNot(0, self)))
	}
	if o.Static {
		names = append(names, known(info, refusedStatic)...)
		conditional = append(conditional, when("mmap", has(2, unix.PROT_EXEC)), when("mprotect", has(2, unix.PROT_EXEC)), when("pkey_mprotect", has(2, unix.PROT_EXEC)))
	}
	return seccomp.Policy{DefaultAction: seccomp.ActionAllow, Syscalls: []seccomp.SyscallGroup{
		{Action: errno(unix.EPERM), Names: names, NamesWithCondtions: conditional},
		{Action: errno(unix.ENOSYS), Names: known(info, "clone3")}, // its flags are behind a pointer; callers fall back to clone
	}}
}

func errno(e unix.Errno) seccomp.Action { return seccomp.ActionErrno | seccomp.Action(e) }

// known are those of the names that the architecture has.
func known(info *arch.Info, names string) (found []string) {
	for _, name := range strings.Fields(names) {
		if _, ok := info.SyscallNames[name]; ok {
			found = append(found, name)
		}
	}
	return found
}

func when(call string, conditions ...seccomp.Condition) seccomp.NameWithConditions {
	return seccomp.NameWithConditions{Name: call, Conditions: conditions}
}

func has(argument uint32, bits uint64) seccomp.Condition {
	return seccomp.Condition{Argument: argument, Operation: seccomp.BitsSet, Value: bits}
}

func hasNot(argument uint32, bits uint64) seccomp.Condition {
	return seccomp.Condition{Argument: argument, Operation: seccomp.BitsNotSet, Value: bits}
}

func is(argument uint32, value uint64) seccomp.Condition {
	return seccomp.Condition{Argument: argument, Operation: seccomp.Equal, Value: value}
}

func isNot(argument uint32, value uint64) seccomp.Condition {
	return seccomp.Condition{Argument: argument, Operation: seccomp.NotEqual, Value: value}
}

// install makes the filter this thread's, which is about to become the program.
func install(program []bpf.Instruction) error {
	raw, err := bpf.Assemble(program)
	if err != nil {
		return fmt.Errorf("assemble the filter: %w", err)
	}
	filter := make([]unix.SockFilter, len(raw))
	for i, in := range raw {
		filter[i] = unix.SockFilter{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	whole := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if _, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&whole))); errno != 0 {
		return fmt.Errorf("install the filter: %w", errno)
	}
	return nil
}
