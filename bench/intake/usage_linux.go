package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"exemplar/internal/cputime"
)

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
		n, err := strconv.Atoi(pid)
		if err != nil {
			continue
		}
		// The clock of another process's time, as clock_getcpuclockid makes it.
		const ofProcess = 2
		var ran unix.Timespec
		if unix.ClockGettime(int32(^n)<<3|ofProcess, &ran) == nil {
			total += time.Duration(ran.Nano())
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
