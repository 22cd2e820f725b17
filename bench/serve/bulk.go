package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"exemplar/internal/capturesim"
	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
)

// bulkRun is a job of many pages that servers share, which are killed in between.
type bulkRun struct {
	program, folder string
	pages, kills    int
	small, alone    bool
	random          *rand.Rand

	places  [][]string // flags of each server
	servers []*child
	took    time.Duration // of processors, of servers that were killed
}

func bulk(set *flag.FlagSet, args []string) error {
	b := &bulkRun{}
	set.IntVar(&b.pages, "pages", 2000, "pages, each a file")
	set.IntVar(&b.kills, "kills", 6, "how often a server is killed")
	nodes := set.Int("nodes", 2, "servers; two share a PostgreSQL database")
	set.BoolVar(&b.small, "small", false, "pictures of 64 pixels that show nothing, in place of photos: the work around recognition weighs more; what the inbox groups them by is made on the server alone")
	set.BoolVar(&b.alone, "alone", true, "measure exemplar bulk, without a server, too")
	seed := set.Uint64("seed", 1, "of the pictures, and which server is killed")
	set.Parse(args)
	b.random = rand.New(rand.NewPCG(*seed, 0))
	return inFolder(func(folder, program string) error {
		b.folder, b.program = folder, program
		flags, d, err := places(folder, *nodes)
		if d != nil {
			defer d.end()
		}
		if err != nil {
			return err
		}
		b.places = flags
		return b.run()
	})
}

func (b *bulkRun) run() error {
	scans := filepath.Join(b.folder, "scans")
	documents, err := b.draw(scans)
	if err != nil {
		return err
	}
	for i := range b.places {
		b.places[i] = append(b.places[i], "--folder", scans)
		s, err := start(b.program, b.places[i]...)
		if err != nil {
			return err
		}
		b.servers = append(b.servers, s)
	}
	defer func() {
		for _, s := range b.servers {
			s.kill()
		}
	}()
	if err := b.register(documents); err != nil {
		return err
	}
	began := time.Now()
	job, err := b.work(scans)
	if err != nil {
		return err
	}
	clock := time.Since(began)
	if err := b.check(job.ID); err != nil {
		return err
	}
	for _, s := range b.servers {
		took, err := s.stop()
		if err != nil {
			return fmt.Errorf("a server ends with: %w: %s", err, s.errOut.String())
		}
		b.took += took
	}
	b.servers = nil
	each := b.took / time.Duration(b.pages)
	fmt.Printf("%d pages on %d servers with %d kills: each is there once; %.1f pages a second by the clock, %s of a core a page\n",
		b.pages, len(b.places), b.kills, float64(b.pages)/clock.Seconds(), each.Round(10*time.Microsecond))
	if b.alone {
		without, err := b.withoutServer(scans, documents)
		if err != nil {
			return err
		}
		fmt.Printf("exemplar bulk, without a server: %s of a core a page, %.0f %% of that\n", (without / time.Duration(b.pages)).Round(10*time.Microsecond), 100*float64(without)/float64(b.took))
	}
	fmt.Printf("100,000 such pages would take %s on %d cores that do nothing else\n", (100_000 * each / time.Duration(runtime.NumCPU())).Round(time.Minute), runtime.NumCPU())
	return nil
}

// draw writes the pictures, and returns the documents to register.
func (b *bulkRun) draw(scans string) (documents [][]byte, err error) {
	if err := os.Mkdir(scans, 0o700); err != nil {
		return nil, err
	}
	var photos [][]byte
	for i, kind := range loadKinds[:3] {
		drawn := synthdoc.Draw(synthdoc.Document{Kind: kind, Template: uint64(7 + 2*i), Size: 500})
		documents = append(documents, imaging.EncodePNG(drawn))
		for n := range 8 {
			photos = append(photos, imaging.EncodeJPEG(capturesim.Scene(drawn, nil, capturesim.Plain(), uint64(10*i+n)).Image, 80))
		}
	}
	for n := range b.pages {
		file := photos[n%len(photos)]
		if b.small {
			file = imaging.EncodeJPEG(gradient(b.random), 80)
		}
		if err := os.WriteFile(filepath.Join(scans, fmt.Sprintf("%06d.jpg", n)), file, 0o600); err != nil {
			return nil, err
		}
	}
	return documents, nil
}

// gradient is a small picture that shows nothing.
func gradient(random *rand.Rand) *imaging.Image {
	const side = 64
	img := imaging.NewImage(side, side)
	for c := range 3 {
		base, right, down := 70+random.Float64()*100, 0.4+random.Float64()*0.7, 0.4+random.Float64()*0.7
		for i := range side * side {
			img.Pix[3*i+c] = byte(base + right*float64(i%side-side/2) + down*float64(i/side-side/2))
		}
	}
	return img
}

func (b *bulkRun) register(documents [][]byte) error {
	url := b.servers[0].url + api + "/collections"
	if _, err := ask(http.DefaultClient, "POST", url, "application/json", []byte(`{"name":"bulk"}`), nil); err != nil {
		return err
	}
	for i, d := range documents {
		contentType, body := newForm("kind/"+loadKinds[i], loadKinds[i]+".png", d)
		if _, err := ask(http.DefaultClient, "POST", url+"/bulk/references", contentType, body, nil); err != nil {
			return err
		}
	}
	return nil
}

// bulkJob is what a server says of a job.
type bulkJob struct {
	ID, State, Reason   string
	Files, Done, Failed int
	Pages               int
}

// work has the job done, and kills servers in between.
func (b *bulkRun) work(scans string) (job bulkJob, err error) {
	asked, err := json.Marshal(map[string]string{"folder": scans})
	if err != nil {
		return job, err
	}
	if _, err := ask(http.DefaultClient, "POST", b.servers[0].url+api+"/collections/bulk/jobs", "application/json", asked, &job); err != nil {
		return job, err
	}
	killed := 0
	for job.State == "running" {
		time.Sleep(50 * time.Millisecond)
		if _, err := ask(http.DefaultClient, "GET", b.servers[b.random.IntN(len(b.servers))].url+api+"/jobs/"+job.ID, "", nil, &job); err != nil {
			return job, err
		}
		if killed < b.kills && job.Pages >= b.pages*(killed+1)/(b.kills+1) {
			killed++
			i := b.random.IntN(len(b.servers))
			b.servers[i].kill()
			b.took += b.servers[i].cmd.ProcessState.UserTime() + b.servers[i].cmd.ProcessState.SystemTime()
			if b.servers[i], err = start(b.program, b.places[i]...); err != nil {
				return job, fmt.Errorf("after kill %d: %w", killed, err)
			}
		}
	}
	if job.State != "done" || job.Done != b.pages || job.Failed != 0 || job.Pages != b.pages {
		return job, fmt.Errorf("the job is %+v", job)
	}
	b.kills = killed
	return job, nil
}

// check holds results, decisions and the audit to one of each page.
func (b *bulkRun) check(id string) error {
	url := b.servers[0].url + api
	results, err := countLines(url+"/jobs/"+id+"/results?format=jsonl", "path")
	if err != nil {
		return err
	}
	decisions, err := countLines(url+"/collections/bulk/decisions?format=jsonl", "source")
	if err != nil {
		return err
	}
	for name, seen := range map[string]map[string]int{"results": results, "decisions": decisions} {
		for path, n := range seen {
			if n != 1 {
				return fmt.Errorf("%s has %d %s", path, n, name)
			}
		}
		if len(seen) != b.pages {
			return fmt.Errorf("there are %s of %d pages, not of %d", name, len(seen), b.pages)
		}
	}
	var audit struct {
		Sound   bool
		Problem string
	}
	if _, err := ask(http.DefaultClient, "GET", url+"/audit/verify", "", nil, &audit); err != nil || !audit.Sound {
		return fmt.Errorf("the audit: %s: %w", audit.Problem, err)
	}
	return nil
}

// countLines counts the lines of a list by a field.
func countLines(url, field string) (map[string]int, error) {
	answer, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, answer.Status)
	}
	seen := map[string]int{}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line map[string]any
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return nil, err
		}
		seen[fmt.Sprint(line[field])]++
	}
	return seen, lines.Err()
}

// withoutServer is what of processors the same takes on the command line.
func (b *bulkRun) withoutServer(scans string, documents [][]byte) (time.Duration, error) {
	var list strings.Builder
	for n := range b.pages {
		fmt.Fprintf(&list, "%06d.jpg\n", n)
	}
	gallery := filepath.Join(b.folder, "alone.gallery")
	if err := os.WriteFile(filepath.Join(scans, "list"), []byte(list.String()), 0o600); err != nil {
		return 0, err
	}
	for i, d := range documents {
		file := filepath.Join(b.folder, loadKinds[i]+".png")
		if err := os.WriteFile(file, d, 0o600); err != nil {
			return 0, err
		}
		if out, err := exec.Command(b.program, "register", "--gallery", gallery, "--label", "kind/"+loadKinds[i], file).CombinedOutput(); err != nil {
			return 0, fmt.Errorf("register: %w: %s", err, out)
		}
	}
	cmd := exec.Command(b.program, "bulk", "--gallery", gallery, "--manifest", filepath.Join(scans, "list"), "--out", filepath.Join(b.folder, "alone.jsonl"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("bulk: %w: %s", err, out)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}
