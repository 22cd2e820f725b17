// Command stores measures the two stores of galleries, a file and a PostgreSQL database,
// with many references: how long a process takes to start, how much memory it has then,
// how large the store is on the disk, and what single calls take.
//
//	go run ./bench/stores -database 'postgres://postgres@localhost/bench'
//	go run ./bench/stores -sizes 1000 -keep dir      # the file alone, which stays in dir
//	go run ./bench/stores -simulate 1000000          # memory and search alone, without a store
//
// The references are synthetic: embeddings of 256 numbers, and as many bytes of picture,
// features and words as -bytes says. Collections of the database are named bench-N, and
// used again by the next run.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"time"

	"exemplar/internal/cputime"
	"exemplar/internal/store"
	"exemplar/internal/store/open"
	"exemplar/internal/vectorindex"
)

// The references.
const (
	model      = "synthetic"
	dim        = 256
	vocabulary = "synthetic"
	batch      = 100
)

func main() {
	sizes := flag.String("sizes", "10000,100000", "numbers of references")
	database := flag.String("database", "", "address of a database; empty: only files are measured")
	keep := flag.String("keep", "", "folder in which the files stay, to be used again")
	parts := flag.Int("bytes", 20_000, "bytes of a reference's picture, features and words together")
	one := flag.String("measure", "", "measure this gallery, and write the figures as JSON")
	memory := flag.Int("simulate", 0, "measure what a process has in memory of so many references, without a store")
	withWords := flag.Bool("words", true, "with -simulate: the words of their features, too")
	profile := flag.String("cpuprofile", "", "with -measure: profile the start into this file")
	flag.Parse()
	var err error
	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			log.Fatal(err)
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			log.Fatal(err)
		}
		stopProfile = func() { pprof.StopCPUProfile(); f.Close() }
	}
	switch {
	case *memory > 0:
		err = simulate(*memory, *withWords)
	case *one != "":
		err = printFigures(*one)
	default:
		err = run(*sizes, *database, *keep, *parts)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// stopProfile ends the profile of the start, if one was asked for.
var stopProfile = func() {}

func run(sizes, database, keep string, parts int) error {
	if keep == "" {
		folder, err := os.MkdirTemp("", "exemplar-stores-*")
		if err != nil {
			return err
		}
		defer os.RemoveAll(folder)
		keep = folder
	}
	fmt.Println("store,references,register_ms_each,register_cpu_ms_each,disk_bytes_each,open_ms,embeddings_ms,words_ms,start_cpu_ms,server_cpu_ms,memory_mb,ask_us,ask_p99_us,picture_us,put_ms")
	for _, text := range strings.Split(sizes, ",") {
		size, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("size %q: %w", text, err)
		}
		names := []string{filepath.Join(keep, fmt.Sprintf("bench-%d.gallery", size))}
		if database != "" {
			names = append(names, inCollection(database, fmt.Sprintf("bench-%d", size)))
		}
		for _, name := range names {
			if err := measure(name, database, size, parts); err != nil {
				return err
			}
		}
	}
	return nil
}

func inCollection(database, name string) string {
	if strings.Contains(database, "?") {
		return database + "&collection=" + name
	}
	return database + "?collection=" + name
}

// measure fills a gallery and prints its figures, as a process has them that starts.
func measure(name, database string, size, parts int) error {
	kind := "file"
	before := int64(0)
	if !open.IsFile(name) {
		kind = "database"
		bytes, err := tableBytes(database)
		if err != nil {
			return err
		}
		before = bytes
	}
	took, cpu, made, err := fill(name, size, parts)
	if err != nil {
		return err
	}
	var disk int64
	if kind == "file" {
		info, err := os.Stat(name)
		if err != nil {
			return err
		}
		disk = info.Size()
	} else if disk, err = tableBytes(database); err != nil {
		return err
	} else {
		disk -= before
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	out, err := exec.Command(self, "-measure", name).Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return fmt.Errorf("%w: %s", err, failed.Stderr)
	}
	if err != nil {
		return err
	}
	var f figures
	if err := json.Unmarshal(out, &f); err != nil {
		return err
	}
	each := func(d time.Duration) string {
		if made == 0 {
			return "" // it was there
		}
		return fmt.Sprintf("%.2f", milliseconds(d)/float64(made))
	}
	diskEach := ""
	if made == size || kind == "file" {
		diskEach = strconv.FormatInt(disk/int64(size), 10)
	}
	fmt.Printf("%s,%d,%s,%s,%s,%.1f,%.0f,%.0f,%.0f,%.0f,%d,%.0f,%.0f,%.0f,%.2f\n", kind, size, each(took), each(cpu), diskEach, f.Open, f.Embeddings, f.Words, f.CPU, f.ServerCPU, f.Memory>>20,
		f.Ask, f.AskP99, f.Picture, f.Put)
	return nil
}

// tableBytes is what the tables of the database take on the disk, with their indexes.
func tableBytes(database string) (int64, error) {
	out, err := exec.Command("psql", "-X", "-At", "-d", database, "-c",
		`SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'exemplar_gallery' AND c.relkind = 'r'`).Output()
	if err != nil {
		return 0, fmt.Errorf("psql: %w", err)
	}
	return strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
}

// fill registers the missing references, up to size in all.
func fill(name string, size, parts int) (took, cpu time.Duration, made int, err error) {
	ctx := context.Background()
	s, err := open.Store(name, store.Options{Create: true})
	if err != nil {
		return 0, 0, 0, err
	}
	defer s.Close() // for errors
	stats, err := s.Stats(ctx)
	if err != nil {
		return 0, 0, 0, err
	}
	rng := rand.New(rand.NewPCG(1, uint64(stats.References)))
	for at := stats.References; at < size; at += batch {
		entries := make([]store.Entry, min(batch, size-at))
		for i := range entries {
			entries[i] = entry(rng, at+i, parts)
		}
		start, used := time.Now(), cputime.Used()
		if _, err := s.Put(ctx, entries...); err != nil {
			return 0, 0, 0, err
		}
		took, cpu, made = took+time.Since(start), cpu+cputime.Used()-used, made+len(entries)
	}
	return took, cpu, made, s.Close()
}

// entry makes the n-th reference. Half of its bytes are the picture's, 3/10 those of the
// features and 2/10 those of the words.
func entry(rng *rand.Rand, n, parts int) store.Entry {
	noise := func(n int) []byte {
		data := make([]byte, n)
		for i := range data {
			data[i] = byte(rng.Uint32())
		}
		return data
	}
	picture := append([]byte{0xff, 0xd8, 0xff}, noise(parts/2-3)...)
	vectors := make([]float32, store.Rotations*dim)
	for r := range store.Rotations {
		v := vectors[r*dim : (r+1)*dim]
		square := 0.0
		for i := range v {
			v[i] = float32(rng.NormFloat64())
			square += float64(v[i]) * float64(v[i])
		}
		for i := range v {
			v[i] /= float32(math.Sqrt(square))
		}
	}
	return store.Entry{
		Reference: store.Reference{
			Label: store.Label(fmt.Sprintf("kind-%d/%d", n/10, n%10)), Hash: sha256.Sum256(picture), Source: fmt.Sprintf("scan-%d.jpg", n), Width: 1000, Height: 700, Model: model,
		},
		Picture: picture, Vectors: vectors, Features: noise(parts * 3 / 10), Words: store.Words{Vocabulary: vocabulary, Data: noise(parts / 5)},
	}
}

// figures are those of a process that starts. Times are in milliseconds where nothing
// else is said.
type figures struct {
	Open, Embeddings, Words float64
	CPU                     float64 // of the three
	ServerCPU               float64 // of all PostgreSQL servers on this machine meanwhile
	Memory                  int64   // resident, bytes
	Ask, AskP99             float64 // microseconds: whether something changed
	Picture                 float64 // microseconds: median of reading one
	Put                     float64 // median of registering one
}

func printFigures(name string) error {
	f, err := measureStart(name)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(f)
}

func measureStart(name string) (f figures, err error) {
	ctx := context.Background()
	start, used, served := time.Now(), cputime.Used(), serverCPU()
	s, err := open.Store(name, store.Options{})
	if err != nil {
		return f, err
	}
	defer s.Close()
	f.Open = milliseconds(time.Since(start))
	start = time.Now()
	index, err := vectorindex.Load(ctx, s, model, dim)
	if err != nil {
		return f, err
	}
	f.Embeddings = milliseconds(time.Since(start))
	members, _ := index.Index().Members(0)
	ids := make([]string, 0, len(members))
	for id := range members {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	start = time.Now()
	n := 0
	if err := s.EachWords(ctx, ids, func(_ string, w store.Words) error { n += len(w.Data); return nil }); err != nil {
		return f, err
	}
	f.Words = milliseconds(time.Since(start))
	stopProfile()
	f.CPU, f.ServerCPU = milliseconds(cputime.Used()-used), milliseconds(serverCPU()-served)
	if f.Memory, err = residentBytes(); err != nil {
		return f, err
	}
	asks, err := times(2000, func(int) error { return index.Sync(ctx) })
	if err != nil {
		return f, err
	}
	f.Ask, f.AskP99 = 1000*asks[len(asks)/2], 1000*asks[len(asks)*99/100]
	rng := rand.New(rand.NewPCG(3, 3))
	pictures, err := times(300, func(int) error { _, err := s.Picture(ctx, ids[rng.IntN(len(ids))]); return err })
	if err != nil {
		return f, err
	}
	f.Picture = 1000 * pictures[len(pictures)/2]
	var put []string
	puts, err := times(30, func(i int) error {
		added, err := s.Put(ctx, entry(rng, -1-i, 20_000))
		if err == nil {
			put = append(put, added[0].ID)
		}
		return err
	})
	if err != nil {
		return f, err
	}
	f.Put = puts[len(puts)/2]
	return f, s.Remove(ctx, put...)
}

// times calls f n times and returns the times it took in milliseconds, sorted.
func times(n int, f func(i int) error) ([]float64, error) {
	began := time.Now()
	return timesBy(func() time.Duration { return time.Since(began) }, n, f)
}

// timesBy is times by another clock.
func timesBy(clock func() time.Duration, n int, f func(i int) error) ([]float64, error) {
	all := make([]float64, n)
	for i := range all {
		start := clock()
		if err := f(i); err != nil {
			return nil, err
		}
		all[i] = milliseconds(clock() - start)
	}
	slices.Sort(all)
	return all, nil
}

// serverCPU is the processor time of all processes of PostgreSQL on this machine, 0 where
// there is no /proc.
func serverCPU() (used time.Duration) {
	const tick = 10 * time.Millisecond // USER_HZ
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, err := os.ReadFile(path) // the process may have ended
		if err != nil || !strings.Contains(string(text), "(postgres)") {
			continue
		}
		_, after, _ := strings.Cut(string(text), ") ")
		if fields := strings.Fields(after); len(fields) > 12 { // utime and stime are fields 14 and 15 of proc(5)
			for _, field := range fields[11:13] {
				n, _ := strconv.ParseInt(field, 10, 64)
				used += time.Duration(n) * tick
			}
		}
	}
	return used
}

// residentBytes is the resident memory of this process, after a collection.
func residentBytes() (int64, error) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	var size, resident int64
	if _, err := fmt.Sscan(string(text), &size, &resident); err != nil {
		return 0, err
	}
	return resident * int64(os.Getpagesize()), nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / 1e6 }
