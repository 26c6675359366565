package run

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// group is a job object: all that a process starts is in it, and it dies when
// kata's handle is closed, which Windows does also when kata itself dies.
type group struct {
	job      windows.Handle
	children uint32
	memory   uint64
}

func (*group) attributes(cmd *exec.Cmd, _ Command) {
	cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true,
		CreationFlags: windows.CREATE_SUSPENDED | windows.CREATE_NEW_PROCESS_GROUP}
}

// inherit passes files on and returns their handles, separated by commas.
func (*group) inherit(cmd *exec.Cmd, files ...*os.File) (string, error) {
	var names []string
	for _, f := range files {
		handle := f.Fd()
		if err := windows.SetHandleInformation(windows.Handle(handle), windows.HANDLE_FLAG_INHERIT, windows.HANDLE_FLAG_INHERIT); err != nil {
			return "", err
		}
		cmd.SysProcAttr.AdditionalInheritedHandles = append(cmd.SysProcAttr.AdditionalInheritedHandles, syscall.Handle(handle))
		names = append(names, strconv.FormatUint(uint64(handle), 10))
	}
	return strings.Join(names, ","), nil
}

// start puts the process into the job before its first instruction.
func (g *group) start(cmd *exec.Cmd) error {
	if err := g.open(); err != nil {
		return fmt.Errorf("make a job object: %w", err)
	}
	if err := cmd.Start(); err != nil {
		g.close()
		return err
	}
	if err := g.admit(uint32(cmd.Process.Pid)); err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		g.close()
		return fmt.Errorf("put the process into its job object: %w", err)
	}
	return nil
}

func (g *group) open() (err error) {
	if g.job, err = windows.CreateJobObject(nil, nil); err != nil {
		return err
	}
	var limits windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION
	basic := &limits.BasicLimitInformation
	basic.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	if g.children > 0 {
		basic.LimitFlags |= windows.JOB_OBJECT_LIMIT_ACTIVE_PROCESS
		basic.ActiveProcessLimit = g.children
	}
	if g.memory > 0 {
		basic.LimitFlags |= windows.JOB_OBJECT_LIMIT_JOB_MEMORY
		limits.JobMemoryLimit = uintptr(g.memory)
	}
	_, err = windows.SetInformationJobObject(g.job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err != nil {
		g.close()
	}
	return err
}

// admit assigns the suspended process and lets its only thread go.
func (g *group) admit(pid uint32) error {
	process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, pid)
	if err != nil {
		return err
	}
	defer windows.CloseHandle(process)
	if err := windows.AssignProcessToJobObject(g.job, process); err != nil {
		return err
	}
	return resume(pid)
}

func resume(pid uint32) error {
	snapshot, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPTHREAD, 0)
	if err != nil {
		return err
	}
	defer windows.CloseHandle(snapshot)
	entry := windows.ThreadEntry32{Size: uint32(unsafe.Sizeof(windows.ThreadEntry32{}))}
	for err = windows.Thread32First(snapshot, &entry); err == nil; err = windows.Thread32Next(snapshot, &entry) {
		if entry.OwnerProcessID != pid {
			continue
		}
		thread, err := windows.OpenThread(windows.THREAD_SUSPEND_RESUME, false, entry.ThreadID)
		if err != nil {
			return err
		}
		defer windows.CloseHandle(thread)
		_, err = windows.ResumeThread(thread)
		return err
	}
	return err
}

// wait returns when the process has ended.
func (g *group) wait(cmd *exec.Cmd, finish func()) ending {
	_ = cmd.Wait() // how it ended is in ProcessState
	finish()
	e := ending{Code: cmd.ProcessState.ExitCode()}
	var limits windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION
	err := windows.QueryInformationJobObject(g.job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)), nil)
	if err == nil {
		e.Peak = int64(limits.PeakJobMemoryUsed)
	}
	return e
}

func (g *group) kill(*exec.Cmd) { _ = windows.TerminateJobObject(g.job, 1) }

// dump does nothing: Windows has no signal that makes the Go runtime print its
// goroutines.
func (*group) dump(*exec.Cmd) {}

func (g *group) close() { _ = windows.CloseHandle(g.job) }

// system tells which layers Windows has: a job object bounds memory and
// processes, and takes all of them along.
func (*probed) system(layer string) bool { return layer == LayerLimits }

// limit makes the job bound what c says.
func (g *group) limit(c *Confine) {
	g.memory = uint64(max(0, c.memory()))
	g.children = uint32(1 + c.Processes)
}
