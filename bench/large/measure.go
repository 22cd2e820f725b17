package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"time"

	"exemplar"
	"exemplar/internal/cputime"
	"exemplar/internal/imaging"
)

// asked counts the answers to the photos of one set.
type asked struct {
	set          string
	photos       int
	right, wrong int
	cpu, wall    []float64
}

// measure looks up every photo, one after the other.
func measure(path string, m *material, size int) error {
	if err := start(path, m); err != nil {
		return err
	}
	g, err := exemplar.Open(path, exemplar.Options{})
	if err != nil {
		return err
	}
	defer g.Close()
	registered := map[string]bool{}
	references, err := g.List(context.Background(), "")
	if err != nil {
		return err
	}
	for _, r := range references {
		registered[r.Label] = true
	}
	var sets []*asked
	for i, p := range m.photos {
		if p.label != "" && !registered[p.label] {
			continue
		}
		data, err := m.encoded(p)
		if err != nil {
			return err
		}
		if i == 0 { // the first call loads the gallery
			if _, err := g.Classify(context.Background(), exemplar.FromBytes(data), exemplar.ClassifyOptions{}); err != nil {
				return err
			}
		}
		if len(sets) == 0 || sets[len(sets)-1].set != p.set {
			sets = append(sets, &asked{set: p.set})
		}
		if err := sets[len(sets)-1].ask(g, p, data); err != nil {
			return err
		}
	}
	for _, a := range sets {
		a.print(size)
	}
	printMemory(size)
	return recall(path, m, registered)
}

// encoded is the photo as a JPEG file.
func (m *material) encoded(p photo) ([]byte, error) {
	picture, err := p.load()
	if err != nil {
		return nil, err
	}
	return imaging.EncodeJPEG(imaging.FitWithin(picture, m.side), 90), nil
}

func (a *asked) ask(g *exemplar.Gallery, p photo, data []byte) error {
	began, spent := time.Now(), cputime.Used()
	result, err := g.Classify(context.Background(), exemplar.FromBytes(data), exemplar.ClassifyOptions{})
	if err != nil {
		return err
	}
	answer := result.Answer()
	a.cpu = append(a.cpu, milliseconds(cputime.Used()-spent))
	a.wall = append(a.wall, milliseconds(time.Since(began)))
	a.photos++
	switch {
	case answer.Decision != exemplar.Match:
	case answer.Label == p.label:
		a.right++
	default:
		a.wrong++
	}
	return nil
}

func (a *asked) print(size int) {
	fmt.Printf("%6d  %-25s %4d photos  right %5.1f %%  wrong %4.1f %%  CPU-ms: median %6.1f, 90 %% %6.1f  ms: median %6.1f, 90 %% %6.1f\n",
		size, a.set, a.photos, percent(a.right, a.photos), percent(a.wrong, a.photos),
		quantile(a.cpu, 0.5), quantile(a.cpu, 0.9), quantile(a.wall, 0.5), quantile(a.wall, 0.9))
}

func percent(n, of int) float64 { return 100 * float64(n) / float64(max(1, of)) }

func quantile(values []float64, q float64) float64 {
	slices.Sort(values)
	return values[int(q*float64(len(values)-1)+0.5)]
}

// start measures separate processes, from their start to the first answer.
func start(path string, m *material) error {
	data, err := m.encoded(m.photos[0])
	if err != nil {
		return err
	}
	file, err := os.CreateTemp("", "exemplar-photo-*.jpg")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	if _, err := file.Write(data); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	const rounds = 5
	var cpu, wall []float64
	for range rounds {
		began := time.Now()
		process := exec.Command(self, "-first", path, file.Name())
		process.Stderr = os.Stderr
		if err := process.Run(); err != nil {
			return err
		}
		wall = append(wall, milliseconds(time.Since(began)))
		cpu = append(cpu, milliseconds(process.ProcessState.UserTime()+process.ProcessState.SystemTime()))
	}
	fmt.Printf("start to first answer: %.0f CPU-ms, %.0f ms (best of %d)\n", slices.Min(cpu), slices.Min(wall), rounds)
	return nil
}

// printMemory prints the memory of a process that has answered.
func printMemory(size int) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Printf("%6d  memory in use %s MB\n", size, strconv.FormatUint(m.HeapInuse>>20, 10))
}
