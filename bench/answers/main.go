// Command answers measures what a whole answer of classify costs: the user time of the
// program for each photo, on one core, its start included. One reference of each kind of a set
// is registered, and some of the set's captures are classified. Another build may be measured
// beside it, in turns:
//
//	go build -o /tmp/exemplar ./cmd/exemplar
//	go run ./bench/answers -binary /tmp/exemplar
//	go run ./bench/answers -binary /tmp/exemplar -before /tmp/older kinds_forms
//
// It prints a table. User time does not count other programs, but they slow this one down where
// they share a core: what is to be compared must be measured in one run.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"exemplar/internal/dataset"
)

var allSets = []string{"dvd_scene", "kinds_identity", "kinds_invoices", "kinds_forms"}

func main() {
	data := flag.String("data", "../shared/data/bench", "folder of the sets")
	binary := flag.String("binary", "", "program to measure")
	before := flag.String("before", "", "program to compare it with")
	captures := flag.Int("captures", 40, "captures of each set, at most")
	rounds := flag.Int("rounds", 2, "times that each program classifies them; the fastest counts")
	flag.Parse()
	if *binary == "" {
		log.Fatal("-binary is needed: go build -o /tmp/exemplar ./cmd/exemplar")
	}
	programs := []*program{{path: *binary}}
	if *before != "" {
		programs = append(programs, &program{path: *before})
	}
	sets := flag.Args()
	if len(sets) == 0 {
		sets = allSets
	}
	fmt.Print("| set | photos | ms each | before | times | other answers |\n|---|---|---|---|---|---|\n")
	for _, set := range sets {
		row, err := measure(filepath.Join(*data, set), programs, *captures, *rounds)
		if err != nil {
			log.Fatalf("%s: %v", set, err)
		}
		fmt.Println(row)
	}
}

// program is a build, and what it came to on the present set.
type program struct {
	path, gallery string
	user          time.Duration // of the fastest round
	answers       map[string]answer
}

// answer is a line of classify --json, as far as two builds must agree.
type answer struct{ Path, Decision, Label string }

// measure classifies captures of a set with each program in turn, and returns a row of the table.
func measure(root string, programs []*program, captures, rounds int) (string, error) {
	work, err := os.MkdirTemp("", "answers")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work)
	photos := filepath.Join(work, "photos")
	n, err := link(root, photos, captures)
	if err != nil {
		return "", err
	}
	for i, p := range programs {
		*p = program{path: p.path, gallery: filepath.Join(work, strconv.Itoa(i)+".db")}
		if _, _, err := p.run("register", "-g", p.gallery, "--only", "*_ref.*", root); err != nil {
			return "", err
		}
	}
	for range rounds {
		for _, p := range programs {
			if err := p.classify(photos); err != nil {
				return "", err
			}
		}
	}
	each := func(p *program) float64 { return p.user.Seconds() * 1000 / float64(n) }
	now := programs[0]
	row := fmt.Sprintf("| %s | %d | %.0f |", filepath.Base(root), n, each(now))
	if len(programs) < 2 {
		return row + " - | - | - |", nil
	}
	before := programs[1]
	return fmt.Sprintf("%s %.0f | %.2f | %d |", row, each(before), each(now)/each(before), now.differs(before)), nil
}

// link makes a folder of links to at most so many captures of a set, evenly spread, and returns
// how many there are.
func link(root, folder string, most int) (int, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return 0, err
	}
	set, err := dataset.ReadFolder(root)
	if err != nil {
		return 0, err
	}
	all := slices.DeleteFunc(set.Samples, func(x dataset.Sample) bool { return x.IsReference })
	err = os.Mkdir(folder, 0o755)
	n := min(most, len(all))
	for i := 0; i < n && err == nil; i++ {
		path := all[i*len(all)/n].Path
		err = os.Symlink(filepath.Join(root, path), filepath.Join(folder, strings.ReplaceAll(path, "/", "_")))
	}
	return n, err
}

func (p *program) classify(photos string) error {
	out, user, err := p.run("classify", "--json", "-g", p.gallery, photos)
	if err != nil {
		return err
	}
	if p.user == 0 || user < p.user {
		p.user = user
	}
	p.answers = map[string]answer{}
	for line := range bytes.Lines(out) {
		var a answer
		if err := json.Unmarshal(line, &a); err != nil {
			return fmt.Errorf("%s: %w", p.path, err)
		}
		p.answers[a.Path] = a
	}
	return nil
}

// run runs the program on one core, and returns what it prints and its user time.
func (p *program) run(arguments ...string) ([]byte, time.Duration, error) {
	var out, complaints bytes.Buffer
	c := exec.Command(p.path, arguments...)
	c.Env = append(os.Environ(), "GOMAXPROCS=1")
	c.Stdout, c.Stderr = &out, &complaints
	err := c.Run()
	if c.ProcessState == nil || c.ProcessState.ExitCode() > 1 { // 1: some pictures could not be used
		return nil, 0, fmt.Errorf("%s %s: %w: %s", p.path, arguments[0], err, complaints.Bytes())
	}
	return out.Bytes(), c.ProcessState.UserTime(), nil
}

// differs counts the photos of which the two answer otherwise.
func (p *program) differs(other *program) int {
	n := 0
	for path, a := range p.answers {
		if other.answers[path] != a {
			n++
		}
	}
	return n
}
