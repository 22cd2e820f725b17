// Command intake measures how files with pages are opened and answered.
//
//	go run ./bench/intake folder FOLDER   # every file of a folder: pages, refusals, time
//	go run ./bench/intake cost            # a PDF page to its answer, beside the same page as a JPEG
//	go run ./bench/intake scan            # 500 pages of a scan: pages a second, and memory
//
// Times are of a processor, of this process and of those that draw for it, where the system
// tells them (Linux); pages a second are by the clock, and want a machine that does nothing
// else. What is made to do harm is in bench/torture. The results are in docs/results/intake.md.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	commands := map[string]func(args []string) error{"folder": folder, "cost": cost, "scan": scan}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		log.Fatal("usage: intake folder FOLDER | cost | scan (-h after one of them lists its flags)")
	}
	if err := commands[os.Args[1]](os.Args[2:]); err != nil {
		log.Fatal(err)
	}
}

// flags parses the flags of a command, which wants a number of arguments.
func flags(set *flag.FlagSet, args []string, want int) error {
	if err := set.Parse(args); err != nil {
		return err
	}
	if set.NArg() != want {
		return fmt.Errorf("%s: %d arguments, want %d", set.Name(), set.NArg(), want)
	}
	return nil
}
