package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Network is a network that processes share: services, and learner code that
// talks to them. A private one has nothing but loopback. Its holder is a copy
// of this program, which starts the processes that live there, since only a
// child is born into its parent's network.
type Network struct {
	holder *exec.Cmd // nil: the host's network

	mu      sync.Mutex
	forget  func() bool // ctx no longer closes it
	control int
	closed  bool
}

// errHolderGone is for a network that was closed, or whose holder died.
var errHolderGone = errors.New("the private network is closed")

// OpenNetwork makes a private network where the machine has LayerNetwork, and
// returns the host's elsewhere. It lasts until Close, or the end of ctx.
func (r *Runner) OpenNetwork(ctx context.Context) (*Network, error) {
	if !initialised.Load() {
		return nil, fmt.Errorf("open a private network: %w", errNoInit)
	}
	r.Containment(ctx)
	if _, lost := r.confinement.why[LayerNetwork]; lost {
		return &Network{}, nil
	}
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open a private network: %w", err)
	}
	n := &Network{control: fds[0]}
	theirs := os.NewFile(uintptr(fds[1]), "control")
	defer theirs.Close()
	if err := n.hold(r, theirs); err != nil {
		_ = unix.Close(fds[0])
		return nil, fmt.Errorf("open a private network: %w", err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.forget = context.AfterFunc(ctx, func() { _ = n.Close() })
	return n, nil
}

// hold starts the holder and waits until its loopback is up.
func (n *Network) hold(r *Runner, theirs *os.File) error {
	cmd := exec.Command("/proc/self/exe")
	cmd.Args, cmd.Env, cmd.Dir = []string{holderMarker, "3"}, []string{}, "/"
	cmd.ExtraFiles, cmd.Stderr = []*os.File{theirs}, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	_, noUsers := r.confinement.why[LayerUser]
	birth{Namespaces: unix.CLONE_NEWNET, Users: !noUsers && os.Geteuid() != 0}.prepare(cmd.SysProcAttr)
	if err := cmd.Start(); err != nil {
		return err
	}
	n.holder = cmd
	_ = unix.SetsockoptTimeval(n.control, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: int64(setupTime / time.Second)})
	buf := make([]byte, 1<<10)
	got, _, err := unix.Recvfrom(n.control, buf, 0)
	for err == unix.EINTR {
		got, _, err = unix.Recvfrom(n.control, buf, 0)
	}
	if err == nil && string(buf[:got]) == "ready" {
		return nil
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	return fmt.Errorf("its holder says %q (%v)", buf[:max(0, got)], err)
}

// Private tells whether the network is apart from the host's.
func (n *Network) Private() bool { return n.holder != nil }

// Close ends the processes that still live in a private network, and the
// network with them.
func (n *Network) Close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed || n.holder == nil {
		return nil
	}
	n.closed = true
	n.forget()
	err := unix.Close(n.control) // the holder ends, and its children die with it
	_ = n.holder.Wait()
	return err
}

// send gives the holder a request and the files that go with it.
func (n *Network) send(request []byte, files []*os.File) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return errHolderGone
	}
	var fds []int
	for _, f := range files {
		fds = append(fds, int(f.Fd()))
	}
	if err := unix.Sendmsg(n.control, request, unix.UnixRights(fds...), nil, unix.MSG_NOSIGNAL); err != nil {
		return errors.Join(errHolderGone, err)
	}
	return nil
}

// join makes the session's process one that lives in c's network.
func (s *session) join(c Command) error {
	if c.Network == nil || !c.Network.Private() || c.Confine != nil && c.Confine.HostNetwork {
		return nil
	}
	s.group.remote = &remote{network: c.Network, birth: birth{Credential: credential(c)}}
	switch {
	case c.Confine != nil:
		s.group.remote.birth = s.confined.orders.birth()
	case os.Geteuid() != 0: // a service is nobody's root, some servers insist
		s.group.remote.birth = birth{Users: true, Own: os.Geteuid()}
	}
	return nil
}

func credential(c Command) int {
	if os.Geteuid() != 0 {
		return 0
	}
	return c.User
}

// remote is a process that the holder of a network starts for us.
type remote struct {
	network *Network
	birth   birth
	talk    *os.File // our end of a socket of its own
	answers *json.Decoder
}

// request is what the holder needs to know beside the files.
type request struct {
	Path  string
	Args  []string
	Env   []string
	Dir   string
	Birth birth
}

// What may be told about a process; the end of the socket means tellKill.
const (
	tellKill = 'k'
	tellDump = 'd'
)

// started and ended are the holder's two answers.
type started struct{ Error string }

func (r *remote) start(cmd *exec.Cmd) error {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return err
	}
	r.talk = os.NewFile(uintptr(fds[0]), "talk")
	r.answers = json.NewDecoder(r.talk)
	theirs := os.NewFile(uintptr(fds[1]), "talk")
	defer theirs.Close()
	stdio, err := r.stdio(cmd)
	if err == nil {
		err = r.ask(cmd, append([]*os.File{theirs}, append(stdio, cmd.ExtraFiles...)...))
	}
	if err != nil {
		r.close()
	}
	return err
}

// stdio returns the three standard files.
func (r *remote) stdio(cmd *exec.Cmd) (files []*os.File, err error) {
	stdin, ok := cmd.Stdin.(*os.File)
	if !ok {
		if stdin, err = os.Open(os.DevNull); err != nil {
			return nil, err
		}
	}
	return []*os.File{stdin, cmd.Stdout.(*os.File), cmd.Stderr.(*os.File)}, nil
}

func (r *remote) ask(cmd *exec.Cmd, files []*os.File) error {
	dir, err := filepath.Abs(cmd.Dir) // the holder is elsewhere
	if err != nil {
		return err
	}
	message, err := json.Marshal(request{Path: cmd.Path, Args: cmd.Args, Env: cmd.Env, Dir: dir, Birth: r.birth})
	if err != nil {
		return err
	}
	if err := r.network.send(message, files); err != nil {
		return err
	}
	var answer started
	if err := r.answers.Decode(&answer); err != nil {
		return errors.Join(errHolderGone, err)
	}
	if answer.Error != "" {
		return errors.New(answer.Error)
	}
	return nil
}

// wait returns when the process has ended, or when its holder has and it was
// killed with it.
func (r *remote) wait(finish func()) ending {
	e := ending{Code: -1, Signal: "SIGKILL"}
	_ = r.answers.Decode(&e)
	finish()
	return e
}

func (r *remote) tell(what byte) { _, _ = r.talk.Write([]byte{what}) }

func (r *remote) close() { _ = r.talk.Close() }

// argument returns the descriptor number that a copy is given as its argument.
func argument() (fd int, ok bool) {
	if len(os.Args) < 2 {
		return 0, false
	}
	fd, err := strconv.Atoi(os.Args[1])
	return fd, err == nil
}
