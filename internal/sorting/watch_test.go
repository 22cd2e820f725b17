package sorting

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

// inboxes is a watch for tests, which looks often.
type inboxes struct {
	in, to string
	said   []string
	filed  []Filed
	mu     sync.Mutex
	cancel func() // ends it
	stop   func() // ends it, and waits for that
}

// every is how often tests look.
const every = 30 * time.Millisecond

func watchFolder(t *testing.T, in, to string, options Options) *inboxes {
	t.Helper()
	return watchInbox(t, in, to, options, Inbox{})
}

func watchInbox(t *testing.T, in, to string, options Options, inbox Inbox) *inboxes {
	t.Helper()
	b := &inboxes{in: in, to: to}
	options.To, options.Mode = to, Move
	if options.Pages == nil {
		options.Pages = pagesOf
	}
	options.Filed = func(f Filed) error {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.filed = append(b.filed, f)
		return nil
	}
	s, err := Open(options)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	b.cancel = cancel
	ended := make(chan error, 1)
	go func() {
		inbox.Folder, inbox.Every = in, every
		inbox.Say = func(err error) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.said = append(b.said, err.Error())
		}
		ended <- s.Watch(ctx, inbox)
	}()
	b.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		s.Close()
	})
	t.Cleanup(b.stop)
	return b
}

// until waits until a number of files is filed.
func (b *inboxes) until(t *testing.T, n int) {
	t.Helper()
	b.await(t, fmt.Sprintf("%d filed files", n), func() bool { return len(b.filed) >= n })
}

// says waits until a fault is said that holds a text.
func (b *inboxes) says(t *testing.T, text string) {
	t.Helper()
	b.await(t, text, func() bool {
		return slices.ContainsFunc(b.said, func(said string) bool { return strings.Contains(said, text) })
	})
}

func (b *inboxes) await(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		b.mu.Lock()
		ok := is()
		b.mu.Unlock()
		if ok {
			return
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	t.Fatalf("%s did not come: %d files are filed, said was %q", what, len(b.filed), b.said)
}

// visible are the files in a folder that no watch made.
func visible(t *testing.T, folder string) []string {
	return slices.DeleteFunc(list(t, folder), func(name string) bool { return strings.HasPrefix(name, claimFolder) })
}

func TestWatch(t *testing.T) {
	in := t.TempDir()
	to := filepath.Join(in, "sorted") // in the folder that is watched
	files, places := inbox(t)
	ignored := []string{".hidden.tif", "Thumbs.db", "a.tif.part", "@eaDir/a.tif", "mail/tmp/1700000000.M.h", "~$a.tif"}
	for _, name := range ignored {
		write(t, in, map[string][]byte{name: tiff(10)})
	}
	write(t, in, map[string][]byte{"mail/new/x.tif": tiff(30), "mail/cur/y.tif": tiff(30)})
	b := watchFolder(t, in, to, Options{})
	write(t, in, files)
	b.until(t, len(files)+2)
	b.stop()
	want := append([]string{"_originals/letters.zip", "_originals/mixed.tif", "_unknown/x.tif", "_unknown/y.tif"}, places...)
	slices.Sort(want)
	if got := list(t, to); !slices.Equal(got, want) {
		t.Errorf("there are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	slices.Sort(ignored)
	left := slices.DeleteFunc(visible(t, in), func(name string) bool { return strings.HasPrefix(name, "sorted/") })
	if !slices.Equal(left, ignored) {
		t.Errorf("left are %q, want %q", left, ignored)
	}
	if len(b.said) > 0 {
		t.Errorf("it says %q", b.said)
	}
	if claims, _ := os.ReadDir(filepath.Join(in, claimFolder)); len(claims) != 1 {
		t.Errorf("folders are left of what was taken: %v", claims)
	}
}

// TestWatchWithoutEvents, as of network folders: looks are enough.
func TestWatchWithoutEvents(t *testing.T) {
	usual := newEvents
	newEvents = func() (*fsnotify.Watcher, error) { return nil, errors.New("there are none") }
	in, to := t.TempDir(), t.TempDir()
	b := watchFolder(t, in, to, Options{})
	t.Cleanup(func() { b.stop(); newEvents = usual })
	write(t, in, map[string][]byte{"sub/a.tif": tiff(10)})
	b.until(t, 1)
	checkContent(t, to, map[string][]byte{"form/a.tif": tiff(10)})
}

// TestWatchTakesWhatRests: a file that grows is not taken.
func TestWatchTakesWhatRests(t *testing.T) {
	in, to := t.TempDir(), t.TempDir()
	b := watchFolder(t, in, to, Options{})
	growing := filepath.Join(in, "growing.tif")
	whole := tiff(10, 10, 10)
	grows := func() (grew bool) {
		f, err := os.Create(growing)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		const parts = 20
		var wrote time.Time
		rested := time.Duration(0) // at most, between two writes or since the last one
		for n := range parts {
			before := wrote
			wrote = time.Now()
			if _, err := f.Write(whole[len(whole)*n/parts : len(whole)*(n+1)/parts]); err != nil {
				t.Fatal(err)
			}
			if n > 0 {
				rested = max(rested, time.Since(before))
			}
			time.Sleep(10 * time.Millisecond)
			_, err := os.Stat(growing)
			switch rested = max(rested, time.Since(wrote)); {
			case err == nil:
			case rested > every: // the machine was too busy to let it grow
				return false
			default:
				t.Fatalf("it was taken after %d of %d parts", n+1, parts)
			}
		}
		return true
	}
	for try := 1; !grows(); try++ {
		if try == 50 {
			t.Skip("nothing grows on this machine without long rests")
		}
		b.until(t, 1)
		b.stop()
		to = t.TempDir()
		b = watchFolder(t, in, to, Options{})
	}
	b.until(t, 1)
	checkContent(t, to, map[string][]byte{"form/growing.tif": whole})
}

// TestWatchLeavesWhatShowsNothing by its name, and names it once: it was moved among what failed,
// though sort passes over it.
func TestWatchLeavesWhatShowsNothing(t *testing.T) {
	in, to := t.TempDir(), t.TempDir()
	var mu sync.Mutex
	var left []string
	inbox := Inbox{MayShow: func(path string) bool { return filepath.Ext(path) == ".tif" }, Left: func(name string) {
		mu.Lock()
		defer mu.Unlock()
		left = append(left, filepath.ToSlash(name))
	}}
	notes := map[string][]byte{"notes.txt": []byte("notes"), "sub/more.txt": []byte("more")}
	write(t, in, notes)
	b := watchInbox(t, in, to, Options{}, inbox)
	write(t, in, map[string][]byte{"a.tif": tiff(10)})
	b.until(t, 1)
	write(t, in, map[string][]byte{"notes.txt": []byte("notes that grow"), "sub/b.tif": tiff(20)})
	notes["notes.txt"] = []byte("notes that grow")
	b.until(t, 2)
	b.await(t, "the names of what is left", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(left) >= len(notes)
	})
	inbox.Folder = in
	if waiting, passed := inbox.Waiting(to); waiting != 0 || passed != len(notes) {
		t.Errorf("%d wait, %d are left", waiting, passed)
	}
	b.stop()
	slices.Sort(left)
	if want := []string{"notes.txt", "sub/more.txt"}; !slices.Equal(left, want) || !slices.Equal(visible(t, in), want) {
		t.Errorf("it names %q; there are %q", left, visible(t, in))
	}
	checkContent(t, in, notes)
	if len(b.said) > 0 {
		t.Errorf("it says %q", b.said)
	}
}

// TestSlowLooks: a file has not rested for the time that a look took before it came to it.
func TestSlowLooks(t *testing.T) {
	w := &watch{Inbox: Inbox{Every: time.Second}}
	start := time.Now()
	at := func(tenths int) time.Time { return start.Add(time.Duration(tenths) * time.Second / 10) }
	for _, look := range []struct {
		begun, ended int // tenths of a second
		size         int64
		ready        int
		next         int
	}{{0, 8, 1, 0, 18}, {10, 11, 1, 0, 18}, {18, 19, 2, 0, 29}, {29, 45, 2, 1, 55}} {
		ready, next := w.rested(map[string]resting{"a": {size: look.size}}, at(look.begun), at(look.ended))
		if len(ready) != look.ready || !next.Equal(at(look.next)) {
			t.Errorf("a look from %d to %d: %d are ready, the next is in %v", look.begun, look.ended, len(ready), next.Sub(start))
		}
	}
}

// TestOneWatchAFolder, whatever it sorts into.
func TestOneWatchAFolder(t *testing.T) {
	in := t.TempDir()
	b := watchFolder(t, in, t.TempDir(), Options{})
	write(t, in, map[string][]byte{"a.tif": tiff(10)})
	b.until(t, 1)
	s, err := Open(Options{To: t.TempDir(), Mode: Move, Pages: pagesOf})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Watch(t.Context(), Inbox{Folder: in, Every: time.Second, Say: func(error) {}}); err == nil || !strings.Contains(err.Error(), "at work") {
		t.Errorf("%v", err)
	}
}

// TestWatchFinishesWhatItHasInHand when it is stopped, and takes nothing more.
func TestWatchFinishesWhatItHasInHand(t *testing.T) {
	in, to := t.TempDir(), t.TempDir()
	var files = map[string][]byte{}
	for i := range 50 {
		files[fmt.Sprintf("%02d.tif", i)] = tiff(10)
	}
	write(t, in, files)
	started, goOn := make(chan bool, 100), make(chan bool)
	b := watchFolder(t, in, to, Options{Pages: slowly(pagesOf, func() { started <- true; <-goOn })})
	<-started
	b.cancel()
	close(goOn)
	b.stop()
	done, left := list(t, filepath.Join(to, "form")), visible(t, in)
	if len(done) == 0 || len(left) == 0 || len(done)+len(left) != 50 {
		t.Errorf("%d are sorted, %d left", len(done), len(left))
	}
	b = watchFolder(t, in, to, Options{})
	b.until(t, len(left))
	if n := len(list(t, filepath.Join(to, "form"))); n != 50 {
		t.Errorf("%d of 50 are sorted after another start", n)
	}
}

// TestWatchGoesOnAfterAFault of the folder of the result: what was taken is not lost.
func TestWatchGoesOnAfterAFault(t *testing.T) {
	in, to := t.TempDir(), t.TempDir()
	write(t, to, map[string][]byte{"form": []byte("a file where a folder belongs")})
	write(t, in, map[string][]byte{"a.tif": tiff(10), "b.tif": tiff(30)})
	b := watchFolder(t, in, to, Options{})
	b.until(t, 1) // the other one
	b.says(t, `folder "form"`)
	os.Remove(filepath.Join(to, "form"))
	b.until(t, 2)
	checkContent(t, to, map[string][]byte{"form/a.tif": tiff(10)})
}

// TestWatchGoesOnWhenItsFolderIsBack, and keeps others out of the new one.
func TestWatchGoesOnWhenItsFolderIsBack(t *testing.T) {
	in, to := filepath.Join(t.TempDir(), "in"), t.TempDir()
	write(t, in, map[string][]byte{"a.tif": tiff(10)})
	b := watchFolder(t, in, to, Options{})
	b.until(t, 1)
	vanish := func(folder string) { // at once: the watch may make files in what is being removed
		t.Helper()
		if err := os.Rename(folder, filepath.Join(t.TempDir(), "away")); err != nil {
			t.Fatal(err)
		}
	}
	vanish(in)
	b.says(t, "is not there: make it again")
	write(t, in, map[string][]byte{"b.tif": tiff(10)})
	b.until(t, 2)
	vanish(to) // where the result is, too
	write(t, in, map[string][]byte{"c.tif": tiff(10)})
	b.says(t, "for what is sorted, is not there")
	if err := os.Mkdir(to, 0o700); err != nil {
		t.Fatal(err)
	}
	b.until(t, 3)
	checkContent(t, to, map[string][]byte{"form/c.tif": tiff(10)})
	s, err := Open(Options{To: t.TempDir(), Mode: Move, Pages: pagesOf})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Watch(t.Context(), Inbox{Folder: in, Every: time.Second, Say: func(error) {}}); err == nil || !strings.Contains(err.Error(), "at work") {
		t.Errorf("a second watch: %v", err)
	}
}

// TestAFileThatEndsTheProgram is put aside after some starts.
func TestAFileThatEndsTheProgram(t *testing.T) {
	in, to := t.TempDir(), t.TempDir()
	write(t, in, map[string][]byte{filepath.Join(claimFolder, "7"+strings.Repeat("~", mostTries-1), "sub", "a.tif"): tiff(10)})
	write(t, in, map[string][]byte{filepath.Join(claimFolder, "8"+strings.Repeat("~", mostTries-2), "b.tif"): tiff(10)})
	b := watchFolder(t, in, to, Options{})
	b.until(t, 2)
	b.stop()
	if got, want := list(t, to), []string{"_failed/a.tif", "_failed/a.tif.txt", "form/b.tif"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
