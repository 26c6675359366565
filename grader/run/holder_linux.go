package run

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"

	"golang.org/x/sys/unix"
)

// holderMarker is argv[0] of a network's holder.
const holderMarker = "kata-network"

// maxRequest bounds a message to the holder, in bytes.
const maxRequest = 1 << 18

// maxFiles is how many files may come with one request.
const maxFiles = 16

// holdNetwork is the life of a holder: it starts what it is asked to until
// kata is gone or closes the network.
func holdNetwork() {
	control, ok := argument()
	if !ok {
		return
	}
	markFrom(3)
	if err := loopbackUp(); err != nil {
		_ = unix.Send(control, []byte(err.Error()), unix.MSG_NOSIGNAL)
		return
	}
	if unix.Send(control, []byte("ready"), unix.MSG_NOSIGNAL) != nil {
		return
	}
	for {
		asked, files, err := receiveRequest(control)
		if err != nil {
			return
		}
		go (&charge{files: files}).live(asked)
	}
}

func receiveRequest(control int) (asked request, files []*os.File, err error) {
	message, rights := make([]byte, maxRequest), make([]byte, unix.CmsgSpace(maxFiles*4))
	n, oobn, _, _, err := unix.Recvmsg(control, message, rights, unix.MSG_CMSG_CLOEXEC)
	if err == unix.EINTR {
		return receiveRequest(control)
	}
	if err != nil || n == 0 {
		return asked, nil, errors.Join(err, io.EOF)
	}
	if err := json.Unmarshal(message[:n], &asked); err != nil {
		return asked, nil, err
	}
	parts, err := unix.ParseSocketControlMessage(rights[:oobn])
	if err != nil || len(parts) != 1 {
		return asked, nil, errors.Join(err, unix.EBADMSG)
	}
	fds, err := unix.ParseUnixRights(&parts[0])
	for _, fd := range fds {
		files = append(files, os.NewFile(uintptr(fd), "given"))
	}
	if len(files) < 4 {
		return asked, nil, errors.Join(err, unix.EBADMSG)
	}
	return asked, files, nil
}

// charge is one process that the holder looks after. Its files are the socket
// on which kata talks about it, the three standard ones, and others that it
// inherits.
type charge struct {
	files []*os.File
	cmd   *exec.Cmd

	mu   sync.Mutex
	over bool
}

// live starts the process, answers that it runs, and then how it ended.
func (p *charge) live(asked request) {
	runtime.LockOSThread() // it dies with the thread that started it
	defer runtime.UnlockOSThread()
	talk := p.files[0]
	defer talk.Close()
	answers := json.NewEncoder(talk)
	err := p.start(asked)
	closeAll(p.files[1:]...)
	if err != nil {
		_ = answers.Encode(started{Error: err.Error()})
		return
	}
	if answers.Encode(started{}) != nil {
		p.signal(local{}.kill)
	}
	go p.listen(talk)
	end := local{}.wait(p.cmd, func() { p.signal(p.finish) })
	_ = answers.Encode(end)
}

func (p *charge) start(asked request) error {
	p.cmd = &exec.Cmd{Path: asked.Path, Args: asked.Args, Env: asked.Env, Dir: asked.Dir,
		Stdin: p.files[1], Stdout: p.files[2], Stderr: p.files[3], ExtraFiles: p.files[4:], SysProcAttr: sessionAttributes()}
	asked.Birth.prepare(p.cmd.SysProcAttr)
	return p.cmd.Start()
}

// listen does what kata tells; when kata no longer talks, it kills.
func (p *charge) listen(talk *os.File) {
	word := make([]byte, 1)
	for {
		_, err := talk.Read(word)
		switch {
		case err != nil:
			p.signal(local{}.kill)
			return
		case word[0] == tellKill:
			p.signal(local{}.kill)
		case word[0] == tellDump:
			p.signal(local{}.dump)
		}
	}
}

func (p *charge) finish(cmd *exec.Cmd) {
	local{}.kill(cmd)
	p.over = true
}

func (p *charge) signal(how func(*exec.Cmd)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.over {
		how(p.cmd)
	}
}
