//go:build unix

// Command torture treats the built program as the world does. It kills it in mid-write,
// flips bits of its files and fills its disk; it feeds it damaged and hostile files, and
// uses it from many processes at once.
//
//	go run ./bench/torture           # everything: about half an hour
//	go run ./bench/torture -short    # a little of everything, as CI does
//	go run ./bench/torture -only kills,flips -seed 7
//
// It prints how often something was tried, was lost, hung or exceeded its budget of
// memory, and fails if any of the last three is not zero. docs/reliability.md lists the
// promises.
package main

import (
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// scenario is one way to mistreat the program.
type scenario struct {
	name  string
	run   func(l *lab, s *score)
	whole int // number of times
	short int // number of times with -short
}

var scenarios = []scenario{
	{"kills", kills, 40, 8},
	{"flips", flips, 200, 20},
	{"pictures", mutatedPictures, 1000, 100},
	{"bombs", bombs, 1, 1},
	{"files", hostileFiles, 100, 3},
	{"exports", hostileExports, 1, 1},
	{"signals", signals, 1, 1},
	{"disk", fullDisk, 1, 1},
	{"sorting", sortingKills, 40, 8},
	{"sortdisk", sortingDisk, 1, 1},
	{"crowd", crowd, 60, 6},
}

func main() {
	log.SetFlags(0)
	short := flag.Bool("short", false, "a little of everything")
	only := flag.String("only", "", "scenarios, separated by commas: "+strings.Join(names(), ", "))
	seed := flag.Uint64("seed", 1, "seed of all that is random")
	binary := flag.String("exemplar", "", "the program to be tried (default: it is built)")
	flag.Parse()
	faults, err := run(*binary, *only, *seed, *short)
	if err != nil {
		log.Fatal(err)
	}
	if faults > 0 {
		log.Fatalf("torture: %d faults", faults)
	}
}

func names() (all []string) {
	for _, s := range scenarios {
		all = append(all, s.name)
	}
	return all
}

func run(binary, only string, seed uint64, short bool) (faults int, err error) {
	folder, err := os.MkdirTemp("", "exemplar-torture-*")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	if binary == "" {
		if binary, err = build(folder); err != nil {
			return 0, err
		}
	}
	if binary, err = filepath.Abs(binary); err != nil {
		return 0, err
	}
	l, err := newLab(binary, folder)
	if err != nil {
		return 0, err
	}
	fmt.Printf("%-10s %6s %6s %6s %6s %6s %7s %9s\n", "scenario", "tried", "lost", "hung", "over", "faults", "seconds", "peak MB")
	for _, sc := range scenarios {
		if only != "" && !slices.Contains(strings.Split(only, ","), sc.name) {
			continue
		}
		s := &score{times: sc.whole, rng: rand.New(rand.NewPCG(seed, uint64(len(sc.name))))}
		if short {
			s.times = sc.short
		}
		start := time.Now()
		sc.run(l, s)
		fmt.Printf("%-10s %6d %6d %6d %6d %6d %7.1f %9d\n", sc.name, s.tried, s.lost, s.hung, s.over, len(s.said), time.Since(start).Seconds(), s.peak>>20)
		for _, text := range s.said {
			fmt.Printf("  %s\n", text)
		}
		faults += len(s.said)
	}
	return faults, nil
}

// build builds the program as a release does.
func build(folder string) (string, error) {
	binary := filepath.Join(folder, "exemplar")
	cmd := exec.Command("go", "build", "-trimpath", "-o", binary, "./cmd/exemplar")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return binary, nil
}
