package main

import "syscall"

// tie has the server told to end at once when this program dies.
func tie(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGQUIT }
