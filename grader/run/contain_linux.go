package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// marker is argv[0] of kata's own copy that puts containment on.
	marker = "kata-confine"
	// nobody is the user and group of learner code when kata is root: not one
	// whom the kernel spares the limits, nor one who owns anything.
	nobody = 65534
	// setupTime bounds the putting on; it takes milliseconds.
	setupTime = 10 * time.Second
)

// orders is what the copy is told over the control socket.
type orders struct {
	Path        string
	Args        []string // with the program's name
	Env         []string
	Dir         string
	Inherited   int // descriptors from 3 on that the program gets
	Layers      []string
	Read, Write []string
	Scratch     string
	Namespace   bool // of users
	User        int  // 0: stay
	Processes   int
	Static      bool // all code is laid out by the kernel, and no other program follows
	Memory      int64
	Disk        int64
	Files       int
	CPU         int64 // seconds
	Trial       bool  // try every layer and tell which fail, rather than stop at the first
}

func (o *orders) has(layer string) bool { return slices.Contains(o.Layers, layer) }

// reply is what comes back; silence means that the program is running.
type reply struct {
	Failed map[string]string // by layer, what the kernel said
	Error  string            // what failed beside the layers
}

// confined is what containment was asked for and done.
type confined struct {
	layers, missing []string
	control         *os.File // nil without containment
	orders          orders
	failed          map[string]string
}

// confine turns the session's command into one that starts this program's own
// copy in namespaces of its own, which will become the program.
func (s *session) confine(ctx context.Context, r *Runner, c Command) error {
	if !initialised.Load() {
		return errNoInit
	}
	o, err := newOrders(s, c)
	if err != nil {
		return err
	}
	if s.trial != nil {
		o.Args, o.Trial, o.Layers = []string{trialEnd}, true, s.trial
		o.Namespace, o.User = o.has(LayerUser), learner(o.has(LayerUser))
		return s.reexec(o)
	}
	held, missing := r.available(ctx, c)
	o.Layers = held
	o.Namespace, o.User = o.has(LayerUser), learner(o.has(LayerUser))
	if o.User != 0 && !forOthers(o) {
		o.User = 0
		o.Layers, missing = lose(held, missing, LayerUser)
	}
	s.confined.layers, s.confined.missing = o.Layers, missing
	if c.Network != nil {
		o.Layers, _ = lose(slices.Clone(o.Layers), nil, LayerNetwork) // the holder has it
	}
	return s.reexec(o)
}

// learner is the user that learner code will be, 0 for kata's own.
func learner(change bool) int {
	if change && os.Geteuid() == 0 {
		return nobody
	}
	return 0
}

func newOrders(s *session, c Command) (o orders, err error) {
	f := c.Confine
	o = orders{Args: append([]string{c.Path}, c.Args...), Env: s.cmd.Env, Read: f.Read, Write: f.Write, Scratch: f.Scratch,
		Processes: f.Processes, Memory: f.memory(), Disk: f.disk(), Files: f.files(), CPU: int64((f.CPU + time.Second - 1) / time.Second)}
	if o.Path, err = filepath.Abs(c.Path); err != nil {
		return o, fmt.Errorf("find the program: %w", err)
	}
	if o.Dir, err = filepath.Abs(c.Dir); err != nil {
		return o, fmt.Errorf("find the working directory: %w", err)
	}
	o.Static = f.Processes == 0 && static(o.Path)
	o.Read = slices.Concat(o.Read, f.Programs, libraries(o.Path))
	for _, program := range f.Programs {
		o.Read = append(o.Read, libraries(program)...)
	}
	o.Read = slices.Compact(slices.Sorted(slices.Values(o.Read)))
	for _, path := range append([]string{o.Path, o.Dir}, slices.Concat(o.Read, o.Write)...) {
		if _, err := os.Stat(path); err != nil {
			return o, err
		}
	}
	return o, nil
}

// forOthers tells whether another user than root can read what o shows, and
// change what it offers. Without a root of its own all folders above count,
// and some of them are surely closed.
func forOthers(o orders) bool {
	if !o.has(LayerFiles) || !open(o.Path, 0o005) {
		return false
	}
	shown := slices.Concat([]string{o.Path, o.Dir}, o.Read, o.Write)
	for _, path := range shown {
		if !open(path, 0o004) || !reachable(path, shown) {
			return false
		}
	}
	return !slices.ContainsFunc(o.Write, func(path string) bool { return !open(path, 0o006) })
}

// reachable tells whether all users can go to path through the folders above
// it that are shown too; the others are made for the run.
func reachable(path string, shown []string) bool {
	for dir := filepath.Dir(path); dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		within := func(tree string) bool { return dir == tree || strings.HasPrefix(dir, tree+"/") }
		if slices.ContainsFunc(shown, within) && !open(dir, 0) {
			return false
		}
	}
	return true
}

// open tells whether all users have these rights, and into a folder entry.
func open(path string, rights os.FileMode) bool {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		rights |= 0o001
	}
	return err == nil && info.Mode()&rights == rights
}

// reexec replaces the program by the copy, and opens the control socket.
func (s *session) reexec(o orders) error {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return fmt.Errorf("open the control socket: %w", err)
	}
	ours, theirs := os.NewFile(uintptr(fds[0]), "control"), os.NewFile(uintptr(fds[1]), "control")
	s.hold(ours, theirs)
	o.Inherited = len(s.cmd.ExtraFiles)
	s.cmd.Path, s.cmd.Args = "/proc/self/exe", []string{marker, strconv.Itoa(3 + o.Inherited)}
	s.cmd.ExtraFiles = append(s.cmd.ExtraFiles, theirs)
	s.cmd.Env, s.cmd.Dir = []string{"GOGC=off", "GOMAXPROCS=1"}, ""
	s.confined.control, s.confined.orders = ours, o
	o.birth().prepare(s.cmd.SysProcAttr)
	return nil
}

// handshake gives the orders and waits until they are carried out.
func (c *confined) handshake() error {
	if c.control == nil {
		return nil
	}
	defer c.close()
	_ = c.control.SetDeadline(time.Now().Add(setupTime))
	answer, err := c.converse()
	if err != nil {
		return fmt.Errorf("put containment on: %w", err)
	}
	if len(answer) == 0 {
		return nil
	}
	var got reply
	if err := json.Unmarshal(answer, &got); err != nil {
		return fmt.Errorf("put containment on: unclear answer %.200q", answer)
	}
	c.failed = got.Failed
	if got.Error != "" {
		return fmt.Errorf("put containment on: %s", got.Error)
	}
	for layer, why := range got.Failed {
		return fmt.Errorf("put containment on: %s", strings.TrimPrefix(layer+": "+why, ": "))
	}
	return nil
}

func (c *confined) converse() ([]byte, error) {
	message, err := json.Marshal(c.orders)
	if err != nil {
		return nil, err
	}
	if _, err := c.control.Write(append(message, '\n')); err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(io.LimitReader(c.control, 1<<16))
	if errors.Is(err, unix.ECONNRESET) {
		err = errors.New("the copy of this program ended before it answered")
	}
	return answer, err
}

func (c *confined) close() {
	if c.control != nil {
		_ = c.control.Close()
	}
}
