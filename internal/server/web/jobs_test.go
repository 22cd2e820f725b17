package web_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"exemplar/internal/service"
)

// folderOf is a folder of the server with two photos, one of them of a kind that nobody
// registered, and a file that is none.
func folderOf(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for name, data := range map[string][]byte{"licence.jpg": photo("driving-licence", 3, 4), "stranger.jpg": photo("membership", 3, 4), "broken.jpg": []byte("\xff\xd8\xff broken")} {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// TestJobs: a folder of the server is read in the background, and the page shows how far that
// is, what failed and why, what was found, and where what was not recognised waits.
func TestJobs(t *testing.T) {
	folder := folderOf(t)
	p := newTab(t, folder)
	p.collection("driving-licence")
	p.open("/c/mailroom/jobs")
	p.sees("No jobs yet")
	p.press("n")
	p.sees("Files on the server")
	if place := value[string](p, `document.querySelector("dialog input[name=place]").value`); place != folder {
		t.Errorf("the folder that may be read is %s, the page offers %s", folder, place)
	}
	p.press("\r")
	p.sees("2 of 3 files done, 1 failed") // told by events
	p.sees("1 file could not be used")
	p.sees("broken.jpg")
	p.sees("1 recognised")
	p.sees("1 page was not recognised")
	p.click("1 unknown")
	p.await("the selection", `document.querySelectorAll("tbody tr").length === 1 && document.body.innerText.includes("stranger.jpg")`)
	value[any](p, `new MutationObserver(() => { window.tried ||= document.querySelector("main [role=status]")?.innerText === "2 of 3 files done"; }).observe(document.body, { subtree: true, childList: true }), null`)
	p.click("Try the failed files again")
	p.await("the failed file to have failed again", `window.tried && document.querySelector("main [role=status]").innerText === "2 of 3 files done, 1 failed" && `+loaded)
	p.click("They wait in the inbox.")
	p.sees("1 answer waits")
	p.press("g", "j")
	p.await("the list", `document.querySelectorAll("section.job").length === 1`)
	p.upload(p.file("sent.jpg", photo("driving-licence", 5, 6)))
	p.sees("1 of 1 file")
	p.sees("1 recognised")
}

// TestJobsArePausedAndCancelled by who started them, also while what is shown of them changes.
func TestJobsArePausedAndCancelled(t *testing.T) {
	folder := t.TempDir()
	p := newTab(t, folder)
	file := p.file("licence.jpg", photo("driving-licence", 3, 4))
	for i := range 20 {
		if err := os.Link(file, filepath.Join(folder, fmt.Sprintf("%04d.jpg", i))); err != nil {
			t.Skip(err)
		}
	}
	p.collection("driving-licence")
	ended := make(chan struct{})
	t.Cleanup(func() { close(ended) })
	p.service.WhenDecided(func(string, string) { <-ended }) // the job does not end before the test
	job, err := p.service.StartJob(t.Context(), admin, "mailroom", service.NewJob{Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	p.open("/c/mailroom/jobs/" + job.ID)
	pause := p.find("Pause")
	p.do(chromedp.MouseEvent(chromedp.MousePressed, pause[0], pause[1], chromedp.Button("left"), chromedp.ClickCount(1)))
	value[any](p, `(() => { const view = document.querySelector("view-job"); view.show({ ...view.job, done: view.job.done + 1 }); })(), null`)
	p.do(chromedp.MouseEvent(chromedp.MouseReleased, pause[0], pause[1], chromedp.Button("left"), chromedp.ClickCount(1)))
	p.sees("Paused")
	p.click("Resume")
	p.sees("Running")
	p.click("Cancel")
	p.sees("Cancel this job?")
	p.click("Cancel the job")
	p.sees("Cancelled")
	p.await("no more to press", `!`+visible("Resume"))
}

// TestWatchedFolders: an admin has a folder watched, and the page shows what came, what was
// sorted where and what failed.
func TestWatchedFolders(t *testing.T) {
	below := t.TempDir()
	in := filepath.Join(below, "in")
	if err := os.Mkdir(in, 0o700); err != nil {
		t.Fatal(err)
	}
	p := newTab(t, below)
	p.collection("driving-licence")
	p.open("/c/mailroom/jobs")
	p.click("Watch a folder")
	p.focus("dialog input[name=folder]")
	p.write(in)
	p.focus("dialog input[name=to]")
	p.write(filepath.Join(below, "in/../../elsewhere"))
	p.click("Watch it")
	p.sees("is in no folder that this server may watch")
	p.focus("dialog input[name=to]")
	p.write(filepath.Join(below, "sorted"))
	p.click("Watch it")
	p.sees("Watching")
	for name, data := range map[string][]byte{"licence.jpg": photo("driving-licence", 3, 4), "letter.jpg": []byte("no picture")} {
		if err := os.Rename(p.file(name, data), filepath.Join(in, name)); err != nil { // whole at once
			t.Fatal(err)
		}
	}
	p.sees("0 waiting, 2 sorted, 1 failed")
	p.click("Files that could not be used")
	p.sees("letter.jpg")
	if _, err := os.Stat(filepath.Join(below, "sorted/card/driving-licence/licence.jpg")); err != nil {
		t.Error(err)
	}
	value[any](p, `document.activeElement.blur(), null`)
	p.click("Pause")
	p.sees("Go on")
	p.click("Watch no longer")
	p.sees("Watch this folder no longer?")
	p.click("Watch no longer")
	p.sees("What comes into a watched folder, from a scanner for example")
}
