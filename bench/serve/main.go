// Command serve measures exemplar serve, and tries to break it.
//
//	go run ./bench/serve load      # requests against the same program without HTTP, in one run
//	go run ./bench/serve torment   # mixed requests, kill -9 and restarts in between
//	go run ./bench/serve torment -nodes 2   # two servers and a PostgreSQL database
//	go run ./bench/serve bulk      # a job of many pages on two servers, kill -9 in between
//
// It builds the program, draws documents and photos of them, and works in a temporary
// folder. Times are of processors, of the child processes; what is by the clock wants a
// machine that does nothing else.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 2 {
		log.Fatal("usage: serve load | torment | bulk (-h after one of them lists its flags)")
	}
	set := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	var err error
	switch os.Args[1] {
	case "load":
		err = load(set, os.Args[2:])
	case "torment":
		requests := set.Int("requests", 10_000, "requests, all clients together")
		kills := set.Int("kills", 30, "how often a server is killed")
		nodes := set.Int("nodes", 1, "servers; two share a PostgreSQL database, which is stopped and started in between, too")
		seed := set.Uint64("seed", 1, "of what is asked for, and when it is killed")
		set.Parse(os.Args[2:])
		err = inFolder(func(folder, program string) error { return torment(folder, program, *nodes, *requests, *kills, *seed) })
	case "bulk":
		err = bulk(set, os.Args[2:])
	default:
		err = fmt.Errorf("there is no command %q: load, torment or bulk", os.Args[1])
	}
	if err != nil {
		log.Fatal(err)
	}
}

// inFolder builds the program and calls work with it and a folder that is removed.
func inFolder(work func(folder, program string) error) error {
	folder, err := os.MkdirTemp("", "exemplar-serve-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	program := filepath.Join(folder, "exemplar")
	if err := build(program); err != nil {
		return err
	}
	return work(folder, program)
}

// build builds the program, as it is released.
func build(program string) error {
	cmd := exec.CommandContext(context.Background(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, "exemplar/cmd/exemplar")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w: %s", err, out)
	}
	return nil
}
