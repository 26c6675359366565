package seal

import "syscall"

func read(fd int, p []byte) (int, error)  { return syscall.Read(syscall.Handle(fd), p) }
func write(fd int, p []byte) (int, error) { return syscall.Write(syscall.Handle(fd), p) }
func closeFD(fd int)                      { _ = syscall.CloseHandle(syscall.Handle(fd)) }
