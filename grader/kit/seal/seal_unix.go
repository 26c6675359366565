//go:build !windows

package seal

import "syscall"

func read(fd int, p []byte) (int, error)  { return retry(syscall.Read, fd, p) }
func write(fd int, p []byte) (int, error) { return retry(syscall.Write, fd, p) }
func closeFD(fd int)                      { _ = syscall.Close(fd) }

func retry(call func(int, []byte) (int, error), fd int, p []byte) (int, error) {
	for {
		n, err := call(fd, p)
		if err != syscall.EINTR {
			return n, err
		}
	}
}
