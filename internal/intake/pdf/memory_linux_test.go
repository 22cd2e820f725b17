package pdf

import (
	"errors"
	"strings"
	"syscall"
	"testing"
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
	child := doc.child
	if _, err := doc.Page(t.Context(), 0, 200); !errors.Is(err, ErrMemory) || !strings.Contains(err.Error(), "512 MB") {
		t.Errorf("the page is not said to take too much memory: %v", err)
	}
	doc.Close()
	<-child.ended
	const most = mostMemory>>10 + 150<<10 // kilobytes, with the program itself
	if used := child.cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss; used > most {
		t.Errorf("%d MB", used>>10)
	}
}
