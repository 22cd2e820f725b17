package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"exemplar/internal/cputime"
)

// tick is the unit of times in /proc/PID/stat, on every architecture that Go runs on.
const tick = 10 * time.Millisecond

// children are the processes that this one has started and that run.
func children() (pids []string) {
	lists, _ := filepath.Glob("/proc/self/task/*/children")
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		pids = append(pids, strings.Fields(string(text))...)
	}
	return pids
}

// used is the processor time of this process and of its children, ended and running.
func used() time.Duration {
	total := cputime.Used()
	var ended syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_CHILDREN, &ended) == nil {
		total += time.Duration(ended.Utime.Nano() + ended.Stime.Nano())
	}
	for _, pid := range children() {
		text, _ := os.ReadFile("/proc/" + pid + "/stat")
		_, rest, _ := bytes.Cut(text, []byte(") ")) // the name before may hold anything
		if fields := bytes.Fields(rest); len(fields) > 12 {
			user, _ := strconv.Atoi(string(fields[11]))
			system, _ := strconv.Atoi(string(fields[12]))
			total += time.Duration(user+system) * tick
		}
	}
	return total
}

// resident is the memory in bytes that this process and its children hold at this moment.
func resident() (own, ofChildren int64) {
	for _, pid := range children() {
		ofChildren += residentOf(pid)
	}
	return residentOf("self"), ofChildren
}

func residentOf(pid string) int64 {
	text, _ := os.ReadFile("/proc/" + pid + "/statm")
	var size, pages int64
	fmt.Sscan(string(text), &size, &pages)
	return pages * int64(os.Getpagesize())
}
