package run_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit/seal"
	"github.com/kata-go/kata/grader/run"
)

// actor names the variable that turns this test binary into one of the
// processes that the tests run.
const actor = "RUN_TEST_ACTOR"

func TestMain(m *testing.M) {
	run.Init()
	name := os.Getenv(actor)
	for _, some := range []map[string]func([]string){actors, systemActors, linuxActors} {
		if play := some[name]; play != nil {
			play(os.Args[1:])
			return
		}
	}
	os.Exit(m.Run())
}

var actors = map[string]func(args []string){
	"say": func(args []string) {
		fmt.Println(strings.Join(args, " "))
		fmt.Fprintln(os.Stderr, "and an aside")
	},
	"environment": func([]string) {
		env := os.Environ()
		slices.Sort(env)
		fmt.Print(strings.Join(env, "\n"))
	},
	"folder":      func([]string) { dir, err := os.Getwd(); fmt.Print(dir, err) },
	"exit":        func(args []string) { os.Exit(number(args[0])) },
	"panic":       func([]string) { panic("out of tea") },
	"echo":        func([]string) { _, _ = io.Copy(os.Stdout, os.Stdin) },
	"spin":        func([]string) { spinHere() },
	"pour":        pour,
	"seal":        sealOf,
	"sleep":       func([]string) { time.Sleep(time.Hour) },
	"serve":       serve,
	"answer":      answer,
	"serve badly": func([]string) { fmt.Fprintln(os.Stderr, "first\nno luck today"); os.Exit(1) },
	"serve never": func([]string) { _, _ = io.Copy(io.Discard, os.Stdin) },
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return n
}

//go:noinline
func spinHere() {
	fmt.Println("spinning")
	for n := 0; ; n++ {
		_ = n
	}
}

// pour writes n bytes to a stream and, if it lives on, says so by its code.
func pour(args []string) {
	to := map[string]*os.File{"stdout": os.Stdout, "stderr": os.Stderr}[args[0]]
	_, _ = to.Write(bytes.Repeat([]byte("x"), number(args[1])))
	if len(args) > 2 {
		time.Sleep(time.Hour)
	}
}

// sealOf reports secret, plan and n more bytes, over the sealed descriptor.
func sealOf(args []string) {
	in, ok := seal.Take()
	if !ok {
		fmt.Println("nothing was inherited")
		os.Exit(9)
	}
	report := slices.Concat(in.Secret, in.Plan, bytes.Repeat([]byte("r"), number(args[0])))
	if _, err := in.Write(report); err != nil {
		os.Exit(8)
	}
	if os.Getenv(seal.Env) != "" {
		os.Exit(7)
	}
}

func accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		conn.Close()
	}
}

// serve is a small service: an address, and much to log, until its input ends.
func serve(args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go accept(l)
	fmt.Println(l.Addr())
	fmt.Print(strings.Repeat("log\n", 1<<20))
	if len(args) > 0 {
		select {} // never ends by itself
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(4)
}

// answer is a service that answers as many questions as it is told, and ends
// with the next; "for ever" it never ends and never answers.
func answer(args []string) {
	fmt.Println("ready")
	questions := bufio.NewScanner(os.Stdin)
	for n := number(args[0]); questions.Scan() && n > 0; n-- {
		fmt.Println("well", n)
	}
	if len(args) > 1 {
		select {}
	}
	os.Exit(5)
}
