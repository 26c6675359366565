package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/kata-go/kata/grader/services"
)

// lookAt watches how much memory a service's server has, and what it started,
// until the returned function is called, which returns the most in MiB. Memory
// that several processes share counts once (proc(5), Pss). It needs Linux.
func (m *matrix) lookAt(s services.State) (stop func() float64) {
	done, over := make(chan struct{}), make(chan struct{})
	most := 0
	go func() {
		defer close(over)
		for {
			most = max(most, m.resident(s))
			select {
			case <-done:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	return sync.OnceValue(func() float64 { close(done); <-over; return float64(most) / 1024 })
}

// resident is the memory of a service's processes now, in KiB.
func (m *matrix) resident(s services.State) int {
	processes := readProcesses()
	sum := 0
	for _, root := range m.roots(s, processes) {
		for pid := range processes {
			if processes.descends(pid, root) {
				sum += proportional(pid)
			}
		}
	}
	return sum
}

// roots are the first processes of a service's servers: programs that kata
// built in this lab, less themselves where they only look after a server, and
// the first of a container.
func (m *matrix) roots(s services.State, all processes) (found []int) {
	if s.Via == "docker" {
		return m.contained()
	}
	program := "grader_services_" + map[string]string{"embedded": s.Name, "local": "local"}[s.Via]
	for pid, p := range all {
		if !strings.HasPrefix(p.exe, m.lab.dir) || filepath.Base(p.exe) != program {
			continue
		}
		if s.Via == "embedded" {
			found = append(found, pid)
			continue
		}
		for child, c := range all {
			if c.parent == pid && c.exe != p.exe {
				found = append(found, child)
			}
		}
	}
	return found
}

// contained are the first processes of the containers that were started here,
// without the lasting ones. They are labelled with folders.
func (m *matrix) contained() (pids []int) {
	list, err := m.lab.ask("docker", "ps", "--no-trunc", "--format", `{{.ID}} {{.Label "io.github.kata-go.owner"}}`)
	if err != nil {
		return nil
	}
	for line := range strings.Lines(list) {
		id, owner, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !strings.HasPrefix(owner, m.temp()) {
			continue
		}
		text, err := m.lab.ask("docker", "inspect", "--format", "{{.State.Pid}}", id)
		if pid, bad := strconv.Atoi(text); err == nil && bad == nil && !slices.Contains(m.lasting, pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}

type process struct {
	parent int
	exe    string
}

type processes map[int]process

func readProcesses() processes {
	all := processes{}
	found, _ := filepath.Glob("/proc/[0-9]*/status")
	for _, file := range found {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		parent, _ := strconv.Atoi(field(string(text), "PPid"))
		exe, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
		all[pid] = process{parent, exe}
	}
	return all
}

// descends tells whether pid is root or one that it started.
func (all processes) descends(pid, root int) bool {
	for ; pid > 1; pid = all[pid].parent {
		if pid == root {
			return true
		}
	}
	return false
}

// proportional is a process's memory in KiB.
func proportional(pid int) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0
	}
	number, _, _ := strings.Cut(field(string(text), "Pss"), " ")
	kib, _ := strconv.Atoi(number)
	return kib
}
