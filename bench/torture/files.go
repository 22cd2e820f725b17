//go:build unix

package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"exemplar/internal/papertest/drawnpdf"
)

const (
	// fileTime is the processor time that one hostile file may take, with the processes that
	// draw for it, and answerTime that of each page that it gets answered.
	fileTime   = 10 * time.Second
	answerTime = 100 * time.Millisecond
	// filePatience is the time after which a process counts as hung: for as many pages as are
	// answered of a file.
	filePatience = 10 * time.Minute
	// heldMembers is the memory in bytes of the members of an archive that are worked on at
	// once, of 200 MB each, beside the budget: one for each core, and two that wait.
	heldMembers = 200 << 20
)

// hostileFiles answers PDFs, archives and mail that are made to take time or memory, or to lead
// out of their folder. Each gets an answer in time, and the photo beside it is recognised.
func hostileFiles(l *lab, s *score) {
	files := hostileContainers()
	for _, f := range drawnpdf.Hostile() {
		files = append(files, hostileFile{f.Name + ".pdf", func() []byte { return f.Data }})
	}
	folder := filepath.Join(l.folder, "hostile")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		s.fault("%v", err)
		return
	}
	photo, err := photoOf(l)
	if err != nil {
		s.fault("%v", err)
		return
	}
	for _, f := range files[:min(s.times, len(files))] {
		path := filepath.Join(folder, strings.ReplaceAll(f.name, ",", ""))
		if err := os.WriteFile(path, f.write(), 0o600); err != nil {
			s.fault("%v", err)
			return
		}
		p, err := l.start(nil, "classify", "--json", "--memory", fmt.Sprint(memoryFlag, "MiB"), "--gallery", l.gallery, path, photo)
		if err != nil {
			s.fault("%v", err)
			return
		}
		r := s.note(p.wait(filePatience))
		answers := parseAnswers(r.out)
		if len(answers) < 2 || !strings.Contains(r.out, `"match"`) {
			s.lost++
			s.fault("%s: %d answers: %s", f.name, len(answers), r)
		}
		if r.cpu > fileTime+time.Duration(len(answers))*answerTime {
			s.hung++
			s.fault("%s took %v of a processor", f.name, r.cpu)
		}
		if r.peak > memoryFlag<<20+allowance+int64(runtime.GOMAXPROCS(0)+2)*heldMembers {
			s.over++
			s.fault("%d MB for %s", r.peak>>20, f.name)
		}
	}
}

// photoOf is a photo of a registered document.
func photoOf(l *lab) (string, error) {
	found, err := filepath.Glob(filepath.Join(l.photos, "*", "*", "photo*"))
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("there is no photo in %s", l.photos)
	}
	if err != nil {
		return "", err
	}
	return found[0], nil
}

// mailHead begins a mail.
const mailHead = "From: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\nMIME-Version: 1.0\r\n"

// hostileFile is written when its turn comes: some take seconds.
type hostileFile struct {
	name  string
	write func() []byte
}

func hostileContainers() []hostileFile {
	page := zeroPNG(300, 200, 8, 0, 1)
	numbered := func(i int) string { return fmt.Sprintf("%d.png", i) }
	return []hostileFile{
		{"names that lead out.zip", func() []byte {
			return packed(50, func(i int) string { return strings.Repeat("../", i) + "etc/passwd.png" }, page)
		}},
		{"pictures of 900 megapixels.zip", func() []byte { return packed(20, numbered, zeroPNG(30000, 30000, 8, 0, 1)) }},
		{"mails in mails.eml", func() []byte { return mailsInMails(page, 200) }},
		{"10,000 members.zip", func() []byte { return packed(10_000, numbered, page) }},
		{"members of 200 MB.zip", func() []byte { return packed(10, numbered, append(bytes.Clone(page), make([]byte, 200<<20)...)) }},
		{"archives in archives.zip", func() []byte { return inEachOther(page, 12, 6) }},
		{"10 GB.gz", func() []byte { return gzipped(page, 10<<30) }},
		{"parts in parts.eml", func() []byte { return partsInParts(20_000) }},
		{"10,000 attachments.eml", func() []byte { return attachments(10_000, page) }},
		{"a long line.eml", func() []byte { return []byte(mailHead + "X: " + strings.Repeat("y", 50<<20) + "\r\n\r\n") }},
	}
}

func packed(n int, name func(i int) string, data []byte) []byte {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := range n {
		part, err := w.Create(name(i))
		if err != nil {
			panic(err)
		}
		part.Write(data)
	}
	w.Close()
	return out.Bytes()
}

// inEachOther is an archive of archives, width at each of some levels.
func inEachOther(data []byte, width, levels int) []byte {
	for range levels {
		data = packed(width, func(i int) string { return fmt.Sprintf("%d.zip", i) }, data)
	}
	return data
}

// gzipped is a picture and zeros after it.
func gzipped(data []byte, zeros int64) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err != nil {
		panic(err)
	}
	w.Write(data)
	block := make([]byte, 1<<20)
	for range zeros >> 20 {
		w.Write(block)
	}
	w.Close()
	return out.Bytes()
}

func partsInParts(levels int) []byte {
	var out strings.Builder
	io.WriteString(&out, mailHead+"Content-Type: multipart/mixed; boundary=b0\r\n\r\n")
	for i := range levels {
		fmt.Fprintf(&out, "--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n", i, i+1)
	}
	return []byte(out.String())
}

func attachment(data []byte) string {
	return "--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"../../a.png\"\r\n\r\n" +
		base64.StdEncoding.EncodeToString(data) + "\r\n"
}

func mailsInMails(data []byte, levels int) []byte {
	mail := mailHead + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + attachment(data) + "--b--\r\n"
	for i := range levels {
		mail = fmt.Sprintf("%sContent-Type: multipart/mixed; boundary=m%d\r\n\r\n--m%d\r\nContent-Type: message/rfc822\r\n\r\n%s\r\n--m%d--\r\n", mailHead, i, i, mail, i)
	}
	return []byte(mail)
}

func attachments(n int, data []byte) []byte {
	return []byte(mailHead + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat(attachment(data), n) + "--b--\r\n")
}
