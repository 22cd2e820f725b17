package pdf

import (
	"syscall"
	"testing"
)

// TestAPageTakesNoMoreMemoryThanItMay: what grows is not copied again and again.
func TestAPageTakesNoMoreMemoryThanItMay(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	doc, err := Open(t.Context(), deep(), patient)
	if err != nil {
		t.Fatal(err)
	}
	child := doc.child
	if _, err := doc.Page(t.Context(), 0, 200); err == nil {
		t.Error("the page was drawn: it takes too little memory for this test")
	}
	doc.Close()
	<-child.ended
	const most = mostMemory<<16>>10 + 150<<10 // kilobytes, with the program itself
	if used := child.cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss; used > most {
		t.Errorf("%d MB", used>>10)
	}
}
