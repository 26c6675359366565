package run_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/kata-go/kata/grader/run"
)

var linuxActors = map[string]func(args []string){
	"try":                tryAll,
	"hog":                hog,
	"bomb":               bomb,
	"runner":             runner,
	"without namespaces": withoutNamespaces,
}

// tryAll tries "deed object" for each argument and prints the list of answers.
func tryAll(args []string) {
	answers := map[string]string{}
	for _, arg := range args {
		deed, object, _ := strings.Cut(arg, " ")
		answers[arg] = "done"
		if err := deeds[deed](object); err != nil {
			answers[arg] = err.Error()
		}
	}
	_ = json.NewEncoder(os.Stdout).Encode(answers)
}

var deeds = map[string]func(object string) error{
	"read":   func(path string) error { _, err := os.ReadFile(path); return err },
	"write":  func(path string) error { return os.WriteFile(path, []byte("tea"), 0o600) },
	"make":   func(path string) error { return os.Mkdir(path, 0o700) },
	"tell":   func(what string) error { return errors.New(facts[what]()) },
	"dial":   dial,
	"listen": listen,
	"send":   send,
	"kill":   func(pid string) error { return syscall.Kill(number(pid), 0) },
	"fork":   func(string) error { return exec.Command(os.Args[0], "-test.run=^$").Run() },
	"fill":   fill,
	"open":   openMany,
	"list": func(path string) error {
		entries, err := os.ReadDir(path)
		return errors.Join(err, fmt.Errorf("%v", entries))
	},
	"call": func(name string) error { return calls[name]() },
}

// facts are answers in themselves.
var facts = map[string]func() string{
	"user":        func() string { return fmt.Sprint(os.Getuid(), os.Getgid()) },
	"process":     func() string { return fmt.Sprint(os.Getpid()) },
	"self":        func() string { path, err := os.Executable(); return fmt.Sprintf("%s %v", path, err) },
	"folder":      func() string { path, err := os.Getwd(); return fmt.Sprintf("%s %v", path, err) },
	"descriptors": func() string { return fmt.Sprint(foreignDescriptors()) },
	"privileges":  privileges,
	"environment": func() string { return strings.Join(os.Environ(), " ") },
	"interfaces":  func() string { all, err := net.Interfaces(); return fmt.Sprint(len(all), err) },
}

var calls = map[string]func() error{
	"unshare": func() error { return unix.Unshare(unix.CLONE_NEWUSER) },
	"mount":   func() error { return unix.Mount("x", "/", "tmpfs", 0, "") },
	"bpf":     func() error { return errnoOf(unix.SYS_BPF) },
	"ptrace":  func() error { return errnoOf(unix.SYS_PTRACE) },
	"clone3":  func() error { return errnoOf(unix.SYS_CLONE3) },
	"memfd":   func() error { _, err := unix.MemfdCreate("x", 0); return err },
	"shared": func() error {
		_, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ, unix.MAP_SHARED|unix.MAP_ANON)
		return err
	},
	"io_uring": func() error { return errnoOf(unix.SYS_IO_URING_SETUP) },
	"keyctl":   func() error { return errnoOf(unix.SYS_KEYCTL) },
}

func errnoOf(call uintptr) error {
	_, _, errno := unix.Syscall(call, 0, 0, 0)
	return errno
}

func dial(addr string) error {
	conn, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err == nil {
		conn.Close()
	}
	return err
}

// listen talks to itself over loopback, by the name given.
func listen(host string) error {
	l, err := net.Listen("tcp", host+":0")
	if err != nil {
		return err
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return dial(host + ":" + port)
}

func send(addr string) error {
	conn, err := net.Dial("udp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Write([]byte("tea"))
	return err
}

func fill(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for block := make([]byte, 1<<20); err == nil; {
		_, err = f.Write(block)
	}
	info, _ := f.Stat()
	return fmt.Errorf("after %d MiB: %w", info.Size()>>20, err)
}

func openMany(path string) error {
	for range 1 << 16 {
		if _, err := syscall.Open(path, syscall.O_RDONLY, 0); err != nil {
			return err
		}
	}
	return nil
}

func privileges() string {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	err := unix.Capget(&header, &data[0])
	locked, _ := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
	return fmt.Sprint(data[0].Permitted|data[1].Permitted|data[0].Effective|data[1].Effective|data[0].Inheritable, locked, err)
}

// foreignDescriptors are those above 2 that are sockets, pipes or files which
// the runtime did not open.
func foreignDescriptors() (found []int) {
	for fd := 3; fd < 1024; fd++ {
		var info syscall.Stat_t
		if syscall.Fstat(fd, &info) == nil && info.Mode&syscall.S_IFMT != 0 {
			found = append(found, fd)
		}
	}
	return found
}

// hog takes memory until it dies; Go gives zeroed pages, so each is touched.
func hog([]string) {
	var all [][]byte
	for {
		block := make([]byte, 16<<20)
		for i := 0; i < len(block); i += 4096 {
			block[i] = 1
		}
		all = append(all, block)
		runtime.KeepAlive(all)
	}
}

// bomb starts sleeping copies until one is refused, and prints how many.
func bomb([]string) {
	for n := 0; ; n++ {
		cmd := exec.Command(os.Args[0])
		cmd.Env = []string{actor + "=sleep"}
		if err := cmd.Start(); err != nil || n == 2000 {
			fmt.Print(n)
			return
		}
	}
}

// runner runs "sleep" as kata would, plain, confined or in a network of its
// own, until it is killed itself; the token makes the sleeper findable.
func runner(args []string) {
	r := run.New()
	c := run.Command{Path: os.Args[0], Args: []string{args[0]}, Dir: os.TempDir(), Env: []string{actor + "=sleep"}}
	var err error
	switch args[1] {
	case "confined":
		c.Confine = &run.Confine{}
	case "network":
		if c.Network, err = r.OpenNetwork(context.Background()); err != nil {
			panic(err)
		}
	}
	_, err = r.Start(context.Background(), c)
	fmt.Println(err)
}

// withoutNamespaces takes the permission to make namespaces from itself, then
// runs what it is told to under containment.
func withoutNamespaces(args []string) {
	if err := os.WriteFile("/proc/sys/user/max_user_namespaces", []byte("0"), 0); err != nil {
		fmt.Println("cannot forbid namespaces:", err)
		os.Exit(1)
	}
	scratch, err := filepath.Abs("scratch")
	if err != nil {
		panic(err)
	}
	out, err := run.New().Run(context.Background(), run.Command{Path: os.Args[0], Args: args, Env: []string{actor + "=try"},
		Wall: time.Minute, Confine: &run.Confine{Scratch: scratch}})
	_ = json.NewEncoder(os.Stdout).Encode(struct {
		Stdout, Stderr, Error string
		Layers, Missing       []string
	}{string(out.Stdout), string(out.Stderr), fmt.Sprint(err), slices.Sorted(slices.Values(out.Layers)), slices.Sorted(slices.Values(out.Missing))})
}

func asNobody() *syscall.SysProcAttr {
	if os.Geteuid() != 0 {
		return &syscall.SysProcAttr{}
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
}

// inUserNamespace starts the process in a user namespace in which it may
// change the limits of namespaces, and nothing else.
func inUserNamespace(attributes *syscall.SysProcAttr) {
	id := func(own int) []syscall.SysProcIDMap {
		return []syscall.SysProcIDMap{{ContainerID: 65534, HostID: own, Size: 1}}
	}
	uid, gid := os.Getuid(), os.Getgid()
	if uid == 0 {
		uid, gid = 65534, 65534
	}
	attributes.Cloneflags = unix.CLONE_NEWUSER
	attributes.UidMappings, attributes.GidMappings = id(uid), id(gid)
	attributes.Credential = nil
	if os.Getuid() == 0 {
		attributes.Credential = &syscall.Credential{Uid: 65534, Gid: 65534, NoSetGroups: true}
	}
	attributes.AmbientCaps = []uintptr{unix.CAP_SYS_RESOURCE}
}
