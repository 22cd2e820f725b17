package server

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
)

// sentBody is the body of a request, of which a hash is computed while it is read.
type sentBody struct {
	io.ReadCloser
	pipe  *io.PipeWriter
	ended bool // the body was read to its end
	hash  chan string
}

// hashWhileRead has a hash computed of the body of a request while it is read, so that no
// more of it is in memory. Call end when the request is answered.
func hashWhileRead(r *http.Request) *sentBody {
	from, to := io.Pipe()
	b := &sentBody{ReadCloser: r.Body, pipe: to, ended: r.ContentLength == 0, hash: make(chan string, 1)}
	contentType := r.Header.Get("Content-Type")
	go func() {
		hash, err := hashOfParts(contentType, from)
		if err != nil {
			hash = ""
		}
		io.Copy(io.Discard, from) // what comes after the last part
		b.hash <- hash
	}()
	r.Body = b
	return b
}

func (b *sentBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.pipe.Write(p[:n])
	b.ended = b.ended || errors.Is(err, io.EOF)
	return n, err
}

// end returns the hash, empty if the body was not read to its end.
func (b *sentBody) end() string {
	if b.ended {
		b.pipe.Close()
	} else {
		b.pipe.CloseWithError(io.ErrUnexpectedEOF)
	}
	return <-b.hash
}

// hashOfParts reads a body and returns the SHA-256 of it, in hexadecimal. Of a form it is
// that of the names and hashes of its parts: what stands between them is another text each
// time a client sends it.
func hashOfParts(contentType string, body io.Reader) (string, error) {
	all := sha256.New()
	kind, parameters, _ := mime.ParseMediaType(contentType)
	if kind != "multipart/form-data" {
		_, err := io.Copy(all, body)
		return hex.EncodeToString(all.Sum(nil)), err
	}
	parts := multipart.NewReader(body, parameters["boundary"])
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return hex.EncodeToString(all.Sum(nil)), nil
		}
		if err != nil {
			return "", err
		}
		one := sha256.New()
		if _, err := io.Copy(one, part); err != nil {
			return "", err
		}
		fmt.Fprintf(all, "%q %q %x\n", part.FormName(), part.FileName(), one.Sum(nil))
	}
}
