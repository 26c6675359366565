package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// describe is one line about the machine and the run, for below the tables.
func describe(o options, goVersion, busy string, took time.Duration) string {
	parts := []string{
		o.method(),
		fmt.Sprintf("%d cores", runtime.NumCPU()), processor(),
		runtime.GOOS + "/" + runtime.GOARCH, goVersion,
	}
	if busy != "" {
		parts = append(parts, "load at the start "+busy+", at the end "+load())
	}
	parts = append(parts, "took "+took.Round(time.Second).String())
	return strings.Join(parts, ", ")
}

// processor names the processor where Linux tells; else it is of an unknown
// model.
func processor() string {
	data, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		if model := field(string(data), "model name"); model != "" {
			return strings.Join(strings.Fields(model), " ")
		}
	}
	return "processor unknown"
}

// load is the mean number of busy processes in the last minute; "" where the
// system does not tell.
func load() string {
	data, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(string(data), " ")
	return first
}

// field returns what follows "name:" in the first line that begins with it.
func field(text, name string) string {
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
