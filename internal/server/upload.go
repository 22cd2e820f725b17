package server

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"exemplar/internal/service"
)

// Limits of what is sent.
const (
	fileBytes    = 64 << 20  // of one file
	filesBytes   = 256 << 20 // of files that must be in memory together
	streamBytes  = 2 << 30   // of files that are taken one by one
	fieldBytes   = 64 << 10  // of a field of a form that is no file
	mostFiles    = 1000      // of one request that registers
	uploadMemory = 1 << 30   // of all files that are being sent at once
)

// The slowest pace at which a body may come: the first bytes within bodyTime, then as
// many a second as the slowest of modems brought.
const slowestPace = 4 << 10

// Raw is the request itself, for operations that read their body.
type Raw struct {
	request *http.Request
	writer  http.ResponseWriter
}

// Resolve takes the request from huma, before the operation.
func (r *Raw) Resolve(ctx huma.Context) []error {
	r.request, r.writer = humago.Unwrap(ctx)
	return nil
}

// memory bounds how much of files is in memory at once, of all requests together.
type memory struct {
	used atomic.Int64
	most int64
}

// take takes some for a piece of a file, or says that there is none.
func (m *memory) take(n int64) error {
	if m.used.Add(n) > m.most {
		m.used.Add(-n)
		return &service.Error{Kind: service.Busy, Text: "too many files are being sent at once: send this one again later", After: 2 * time.Second}
	}
	return nil
}

func (m *memory) give(n int64) { m.used.Add(-n) }

// uploaded are the files and fields of a request. Call release when they are no longer
// used.
type uploaded struct {
	files   []service.File
	fields  map[string]string
	memory  *memory
	taken   int64
	patient time.Duration
}

func (u *uploaded) release() { u.memory.give(u.taken) }

// upload reads a request whole: the file itself, or a form with fields named file.
func (s *server) upload(in *Raw, most int64) (*uploaded, error) {
	u := &uploaded{fields: map[string]string{}, memory: s.uploads, patient: s.patient}
	if err := u.read(in, most); err != nil {
		u.release()
		giveUpBody(in)
		return nil, err
	}
	bodyIsRead(in.request.Context())
	return u, nil
}

// giveUpBody answers without waiting for the rest of a body. The connection ends with
// that, because nobody knows where on it the next request would begin.
func giveUpBody(in *Raw) {
	if in.request.ProtoMajor == 1 {
		in.writer.Header().Set("Connection", "close")
	}
	http.NewResponseController(in.writer).SetReadDeadline(time.Now())
}

func (u *uploaded) read(in *Raw, most int64) error {
	parts, err := u.form(in, most)
	if err != nil {
		return err
	}
	if parts == nil {
		data, err := u.file(u.limited(in, most))
		if err != nil {
			return err
		}
		if len(data) == 0 {
			return service.Fault(service.Invalid, "the body is empty: send the file as it is, or a form with a field named file")
		}
		u.files = append(u.files, service.File{Name: fileName(in.request.Header.Get("X-Filename")), Data: data})
		return nil
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return cutOff(err)
		}
		if err := u.part(part); err != nil {
			return err
		}
	}
}

// part reads a part of a form.
func (u *uploaded) part(part *multipart.Part) error {
	if part.FormName() == "file" {
		if len(u.files) >= mostFiles {
			return service.Fault(service.TooLarge, "more than %d files are in one request: send fewer at once", mostFiles)
		}
		data, err := u.file(part)
		if err == nil {
			u.files = append(u.files, service.File{Name: fileName(part.FileName()), Data: data})
		}
		return err
	}
	if err := misnamed(part); err != nil {
		return err
	}
	if _, twice := u.fields[part.FormName()]; twice {
		return service.Fault(service.Invalid, "the field %q "+cameTwice, part.FormName())
	}
	text, err := io.ReadAll(io.LimitReader(part, fieldBytes+1))
	switch {
	case err != nil:
		return cutOff(err)
	case !utf8.Valid(text):
		return service.Fault(service.Invalid, "the field %q is not UTF-8: send it in UTF-8", part.FormName())
	case len(text) > fieldBytes:
		return service.Fault(service.TooLarge, "the field %q is longer than %d KB: shorten it", part.FormName(), fieldBytes>>10)
	case len(u.fields) > 100:
		return service.Fault(service.TooLarge, "the form has more than 100 fields: send those that are meant")
	}
	u.fields[part.FormName()] = string(text)
	return nil
}

// misnamed says that a part is a file under another name than file.
func misnamed(part *multipart.Part) error {
	if part.FileName() == "" || part.FormName() == "file" {
		return nil
	}
	return service.Fault(service.Invalid, "the file %q is in a field named %q: name the fields of files file", fileName(part.FileName()), part.FormName())
}

// mostName is the longest name of a file that is kept, in bytes: more than file systems allow.
const mostName = 1000

// fileName is the name of a file as it can be kept: a name that is too long, or in other bytes than
// UTF-8, is no reason to refuse the file.
func fileName(name string) string {
	name = strings.ReplaceAll(strings.ToValidUTF8(name, "\ufffd"), "\x00", "\ufffd")
	return strings.ToValidUTF8(name[:min(len(name), mostName)], "")
}

// firstBytes is the memory that a file begins with; it doubles as its bytes come, so that
// a length that is only claimed takes none.
const firstBytes = 64 << 10

// file reads one file.
func (u *uploaded) file(r io.Reader) ([]byte, error) {
	var data []byte
	for {
		if len(data) == cap(data) {
			larger := max(2*cap(data), firstBytes)
			if err := u.memory.take(int64(larger - cap(data))); err != nil {
				return nil, err
			}
			u.taken += int64(larger - cap(data))
			data = append(make([]byte, 0, larger), data...)
		}
		n, err := r.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case len(data) > fileBytes:
			return nil, service.Fault(service.TooLarge, "%s", tooLarge(fileBytes))
		case errors.Is(err, io.EOF):
			return data, nil
		case err != nil:
			return nil, cutOff(err)
		}
	}
}

// bodyCutOff is said of a body whose client went away.
const bodyCutOff = "the body ends early: send it again, whole"

// cutOff says that a body ended early, or is no form; other errors are as they are.
func cutOff(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return service.Fault(service.Invalid, bodyCutOff)
	}
	var large *http.MaxBytesError
	var connection net.Error
	switch {
	case errors.As(err, &large), errors.As(err, &connection) && connection.Timeout():
		return err
	case connection != nil: // which broke
		return service.Fault(service.Invalid, bodyCutOff)
	}
	return service.Fault(service.Invalid, "the form cannot be read (%.200v): send it as multipart/form-data, as curl -F does", err)
}

// form returns the parts of a body that is a form, nil of any other.
func (u *uploaded) form(in *Raw, most int64) (*multipart.Reader, error) {
	kind, parameters, _ := mime.ParseMediaType(in.request.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		return nil, nil
	}
	if parameters["boundary"] == "" {
		return nil, service.Fault(service.Invalid, "Content-Type is multipart/form-data without a boundary: let the client set it, as curl -F does")
	}
	return multipart.NewReader(u.limited(in, most), parameters["boundary"]), nil
}

// limited is the body of a request, of a size that is bounded and not slower than
// [slowestPace].
func (u *uploaded) limited(in *Raw, most int64) io.Reader {
	p := &paced{control: http.NewResponseController(in.writer), patience: u.patient, start: time.Now()}
	p.body = http.MaxBytesReader(in.writer, in.request.Body, most)
	return p
}

// paced is a body that must come at a pace.
type paced struct {
	body     io.Reader
	control  *http.ResponseController
	patience time.Duration
	start    time.Time
	n        int64
	set      time.Time
}

func (p *paced) Read(b []byte) (int, error) {
	end := p.start.Add(p.patience + time.Duration(p.n/slowestPace)*time.Second)
	if end.Sub(p.set) > time.Second { // a system call each time would be too much
		p.control.SetReadDeadline(end)
		p.set = end
	}
	n, err := p.body.Read(b)
	p.n += int64(n)
	return n, err
}
