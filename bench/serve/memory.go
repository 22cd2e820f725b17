package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// memorySample is what the servers had of the machine's memory when some requests were
// sent.
type memorySample struct {
	sent  int64
	bytes []int64 // by server
}

// watchMemory samples the memory of the servers until ctx ends.
func (m *tormentor) watchMemory(ctx context.Context) <-chan []memorySample {
	out := make(chan []memorySample, 1)
	go func() {
		var list []memorySample
		for ctx.Err() == nil {
			s := memorySample{sent: m.sent.Load()}
			for _, n := range m.nodes {
				s.bytes = append(s.bytes, n.memory())
			}
			list = append(list, s)
			select {
			case <-ctx.Done():
			case <-time.After(500 * time.Millisecond):
			}
		}
		out <- list
	}()
	return out
}

// memoryGrowth is the most by which the memory of the last quarter may be more than that of
// the second one (by eye): the collector lets it swing.
const memoryGrowth = 1.15

// warmedUp is after how many requests memory can be said to grow (by eye): a server that has
// just started is filling its caches, on a slow machine for longer than a short form lasts.
const warmedUp = 1000

// reportMemory prints the memory over time, as the median of each tenth of the samples, and
// finds a fault if it grows.
func (m *tormentor) reportMemory(list []memorySample) {
	if len(list) < 20 {
		fmt.Println("memory: too few samples to tell")
		return
	}
	requests := list[len(list)-1].sent - list[0].sent
	for node := range m.nodes {
		median := func(part []memorySample) float64 {
			var all []int64
			for _, s := range part {
				all = append(all, s.bytes[node])
			}
			slices.Sort(all)
			return float64(all[len(all)/2])
		}
		var words []string
		for i := range 10 {
			part := list[i*len(list)/10 : (i+1)*len(list)/10]
			words = append(words, fmt.Sprintf("%.0f", median(part)/(1<<20)))
		}
		fmt.Printf("memory of node %d in MB, over %d requests without a kill, medians of tenths: %s\n", node, requests, strings.Join(words, " "))
		second, last := median(list[len(list)/4:len(list)/2]), median(list[3*len(list)/4:])
		if requests >= warmedUp && last > memoryGrowth*second {
			m.fault("the memory of node %d grows: %.0f MB in the second quarter, %.0f in the last", node, second/(1<<20), last/(1<<20))
		}
	}
}
