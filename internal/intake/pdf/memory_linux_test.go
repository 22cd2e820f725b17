package pdf

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// TestAPageTakesNoMoreMemoryThanItMay, and the error says so: what grows is not copied again
// and again.
func TestAPageTakesNoMoreMemoryThanItMay(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	doc, err := Open(t.Context(), deep(), patient)
	if err != nil {
		t.Fatal(err)
	}
	child, peak := doc.child, make(chan int64, 1)
	go func() { peak <- peakOf(child) }()
	if _, err := doc.Page(t.Context(), 0, 200); !errors.Is(err, ErrMemory) || !strings.Contains(err.Error(), "512 MB") {
		t.Errorf("the page is not said to take too much memory: %v", err)
	}
	doc.Close()
	const most = mostMemory>>10 + 150<<10 // kilobytes, with the program itself
	if used := <-peak; used > most || used < mostMemory>>11 {
		t.Errorf("%d MB", used>>10)
	}
}

// peakOf watches a child until it ends, and returns the most kilobytes that it had. Its use of
// resources (rusage) counts what this process had when the child began.
func peakOf(c *child) (peak int64) {
	for {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
		if _, after, ok := strings.Cut(string(text), "VmHWM:"); ok {
			fmt.Sscan(after, &peak)
		}
		select {
		case <-c.ended:
			return peak
		case <-time.After(2 * time.Millisecond):
		}
	}
}
