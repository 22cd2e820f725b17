package main

import (
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"exemplar/internal/capturesim"
	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
)

// load compares what the server does with what the program does without HTTP: the same
// photos, answered by `exemplar classify` and by requests, in turn.
func load(set *flag.FlagSet, args []string) error {
	photos := set.Int("photos", 300, "photos of a round")
	rounds := set.Int("rounds", 3, "rounds of both")
	clients := set.Int("clients", 2*runtime.GOMAXPROCS(0), "requests at once")
	size := set.Int("kb", 200, "size of a photo in KB, about")
	set.Parse(args)
	return inFolder(func(folder, program string) error {
		files, err := drawLoad(folder, *photos, *size<<10)
		if err != nil {
			return err
		}
		var shares, perPhoto []float64
		for round := range *rounds {
			plain, plainWall, err := classifyFiles(folder, program, len(files))
			if err != nil {
				return err
			}
			served, wall, times, err := classifyRequests(folder, program, files, *clients)
			if err != nil {
				return err
			}
			slices.Sort(times)
			median, p99 := times[len(times)/2], times[len(times)*99/100]
			share := plain.Seconds() / served.Seconds()
			shares, perPhoto = append(shares, share), append(perPhoto, served.Seconds()/float64(len(files))*1000)
			fmt.Printf("round %d: without HTTP %.1f CPU-s, %.1f s; served %.1f CPU-s, %.1f s; throughput by CPU %.0f %%, by the clock %.0f %%; latency median %d ms, p99 %d ms (%.1f times)\n",
				round+1, plain.Seconds(), plainWall.Seconds(), served.Seconds(), wall.Seconds(), 100*share, 100*plainWall.Seconds()/wall.Seconds(),
				median.Milliseconds(), p99.Milliseconds(), p99.Seconds()/median.Seconds())
		}
		slices.Sort(shares)
		slices.Sort(perPhoto)
		fmt.Printf("served, of the throughput without HTTP, by CPU: median %.0f %%, from %.0f to %.0f; %.0f CPU-ms for a photo\n",
			100*shares[len(shares)/2], 100*shares[0], 100*shares[len(shares)-1], perPhoto[len(perPhoto)/2])
		return nil
	})
}

// loadKinds are the kinds of documents; one of each is registered.
var loadKinds = []string{"bank-card", "banknote", "bill", "certificate", "cover", "driving-licence", "form", "id-card", "invoice", "label", "letter", "membership", "page", "receipt", "statement", "ticket"}

// drawLoad draws documents and photos of them, of about a size, into folders.
func drawLoad(folder string, photos, size int) ([][]byte, error) {
	var files [][]byte
	for _, name := range []string{"documents", "photos"} {
		if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
			return nil, err
		}
	}
	drawn := map[string]*imaging.Image{}
	for i, kind := range loadKinds {
		drawn[kind] = synthdoc.Draw(synthdoc.Document{Kind: kind, Template: uint64(7 + 2*i), Size: 1400})
		if err := os.WriteFile(filepath.Join(folder, "documents", kind+".png"), imaging.EncodePNG(drawn[kind]), 0o600); err != nil {
			return nil, err
		}
	}
	for i := range photos {
		kind := loadKinds[i%len(loadKinds)]
		scene := capturesim.Scene(drawn[kind], nil, capturesim.Everyday(), uint64(i)).Image
		files = append(files, ofSize(scene, size))
		if err := os.WriteFile(filepath.Join(folder, "photos", fmt.Sprintf("%04d.jpg", i)), files[i], 0o600); err != nil {
			return nil, err
		}
	}
	total := 0
	for _, f := range files {
		total += len(f)
	}
	fmt.Printf("%d photos of %d KB in the mean, %d kinds registered\n", len(files), total/len(files)>>10, len(loadKinds))
	return files, nil
}

// ofSize is a picture as a JPEG of about a size.
func ofSize(m *imaging.Image, size int) []byte {
	m = imaging.Resize(m, m.W*1600/max(m.W, m.H), m.H*1600/max(m.W, m.H))
	var file []byte
	for quality := 98; quality >= 40; quality -= 6 {
		if file = imaging.EncodeJPEG(m, quality); len(file) <= size {
			break
		}
	}
	return file
}

// classifyFiles has the program answer the photos without HTTP, and returns what of
// processors, and by the clock, that took beyond the answer to one photo.
func classifyFiles(folder, program string, photos int) (cpu, wall time.Duration, err error) {
	gallery := filepath.Join(folder, "plain.gallery")
	if _, err := os.Stat(gallery); err != nil {
		if out, err := exec.Command(program, "register", "--gallery", gallery, "--labels-from", "name", filepath.Join(folder, "documents")).CombinedOutput(); err != nil {
			return 0, 0, fmt.Errorf("register: %w: %s", err, out)
		}
	}
	run := func(paths string) (time.Duration, time.Duration, error) {
		cmd := exec.Command(program, "classify", "--gallery", gallery, "--json", "--quiet", paths)
		var errOut bytes.Buffer
		cmd.Stderr = &errOut
		start := time.Now()
		if err := cmd.Run(); err != nil {
			return 0, 0, fmt.Errorf("classify: %w: %s", err, errOut.String())
		}
		return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), time.Since(start), nil
	}
	one, oneWall, err := run(filepath.Join(folder, "photos", "0000.jpg"))
	if err != nil {
		return 0, 0, err
	}
	all, allWall, err := run(filepath.Join(folder, "photos"))
	scale := float64(photos) / float64(photos-1)
	return time.Duration(float64(all-one) * scale), time.Duration(float64(allWall-oneWall) * scale), err
}

// classifyRequests has the server answer the photos, by clients that each send the next
// one when they have the answer.
func classifyRequests(folder, program string, files [][]byte, clients int) (cpu, wall time.Duration, times []time.Duration, err error) {
	data, err := os.MkdirTemp(folder, "data-")
	if err != nil {
		return 0, 0, nil, err
	}
	one, _, _, err := serveAll(folder, program, data, files[:1], 1)
	if err != nil {
		return 0, 0, nil, err
	}
	all, wall, times, err := serveAll(folder, program, data, files, clients)
	return all - one, wall, times, err
}

// serveAll starts a server, registers what is not there, sends the files and ends it.
func serveAll(folder, program, data string, files [][]byte, clients int) (cpu, wall time.Duration, times []time.Duration, err error) {
	server, err := start(program, "--data", data)
	if err != nil {
		return 0, 0, nil, err
	}
	defer server.kill()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	address := server.url + api + "/collections/load"
	if _, err := ask(client, "GET", address, "", nil, nil); err != nil {
		if err := registerLoad(client, server.url, folder); err != nil {
			return 0, 0, nil, err
		}
		if _, err := server.stop(); err != nil { // registering is not measured
			return 0, 0, nil, err
		}
		return serveAll(folder, program, data, files, clients)
	}
	times = make([]time.Duration, len(files))
	var next atomic.Int64
	var failed error
	var once sync.Once
	var working sync.WaitGroup
	begun := time.Now()
	for range clients {
		working.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(files)); i = next.Add(1) - 1 {
				sent := time.Now()
				if _, err := ask(client, "POST", address+"/classify", "image/jpeg", files[i], nil); err != nil {
					once.Do(func() { failed = err })
					return
				}
				times[i] = time.Since(sent)
			}
		})
	}
	working.Wait()
	wall = time.Since(begun)
	if failed != nil {
		return 0, 0, nil, failed
	}
	cpu, err = server.stop()
	return cpu, wall, times, err
}

func registerLoad(client *http.Client, url, folder string) error {
	if _, err := ask(client, "POST", url+api+"/collections", "application/json", []byte(`{"name":"load"}`), nil); err != nil {
		return err
	}
	for _, kind := range loadKinds {
		file, err := os.ReadFile(filepath.Join(folder, "documents", kind+".png"))
		if err != nil {
			return err
		}
		contentType, body := newForm(kind, kind+".png", file)
		if _, err := ask(client, "POST", url+api+"/collections/load/references", contentType, body, nil); err != nil {
			return err
		}
	}
	return nil
}
