package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"exemplar/internal/service"
)

// repeatHeader names a request that its sender may send again.
const repeatHeader = "Idempotency-Key"

// The bounds of what is remembered of a request.
const (
	repeatName  = 200     // bytes of its name
	repeatBytes = 1 << 20 // of its answer; a larger one is not remembered
)

// once does requests that have a name once, and answers them alike when they come again.
func (s *server) once(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.Header.Get(repeatHeader)
		by := actorOf(r.Context())
		if name == "" || by.Role == "" || r.Method == http.MethodGet || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		if len(name) > repeatName {
			writeProblem(w, explain(http.StatusBadRequest, "the "+repeatHeader+" is longer than "+strconv.Itoa(repeatName)+" bytes: take a shorter one", 0))
			return
		}
		request, err := described(r)
		if err != nil {
			writeProblem(w, s.problem(r.Context(), err))
			return
		}
		again := service.Repeatable{By: by, Name: name, Request: request}
		before, err := s.service.Begin(r.Context(), again)
		if err == nil && before != nil {
			err = s.sameSent(w, r, again, before.Sent)
		}
		switch {
		case err != nil:
			writeProblem(w, s.problem(r.Context(), err))
			return
		case before != nil:
			w.Header().Set("Content-Type", kindOf(before.Status))
			w.Header().Set("Idempotency-Replayed", "true")
			w.WriteHeader(before.Status)
			w.Write(before.Body)
			return
		}
		kept, sent := &keeper{ResponseWriter: w}, hashWhileRead(r)
		defer func() { // also where the handler panics
			hash := sent.end()
			if kept.body.Len() > repeatBytes || hash == "" && kept.status >= 400 { // refused before all was read: nothing was done
				kept.status = 0
			}
			s.service.End(r.Context(), again, service.Repeated{Status: kept.status, Body: kept.body.Bytes(), Sent: hash})
		}()
		next.ServeHTTP(kept, r)
	})
}

// sameSent returns an error if what is sent with a request again is not what was sent with
// it before, by its hash. Two scans that are not compressed are equally long.
func (s *server) sameSent(w http.ResponseWriter, r *http.Request, again service.Repeatable, hash string) error {
	if hash == "" {
		return nil
	}
	control := http.NewResponseController(w)
	now, err := hashOfParts(r.Header.Get("Content-Type"), &paced{body: r.Body, control: control, patience: s.patient, start: time.Now()})
	bodyIsRead(r.Context())
	switch {
	case err != nil:
		return cutOff(err)
	case now != hash:
		return again.Other(again.Request + ", with other files or fields")
	}
	return nil
}

// described tells requests apart: two that are not the same must not be taken for one,
// or the second is never done. Of JSON that takes every byte, because a list of other ids
// is as long. Of files and forms it takes their length, and [hashWhileRead] the rest.
func described(r *http.Request) (string, error) {
	text := r.Method + " " + r.URL.RequestURI() + " " + strconv.FormatInt(r.ContentLength, 10) + " bytes"
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return text, nil
	}
	read, err := io.ReadAll(io.LimitReader(r.Body, jsonBytes+1)) // one more: a body that is too long is refused later
	if err != nil {
		return "", cutOff(err)
	}
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(read), r.Body), r.Body}
	sum := sha256.Sum256(read)
	return text + " " + hex.EncodeToString(sum[:8]), nil
}

// kindOf is the media type of answers with a status.
func kindOf(status int) string {
	if status >= 400 {
		return "application/problem+json"
	}
	return "application/json"
}

// keeper keeps what is answered.
type keeper struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (k *keeper) Unwrap() http.ResponseWriter { return k.ResponseWriter }

func (k *keeper) WriteHeader(status int) {
	if k.status == 0 {
		k.status = status
	}
	k.ResponseWriter.WriteHeader(status)
}

func (k *keeper) Write(p []byte) (int, error) {
	if k.status == 0 {
		k.status = http.StatusOK
	}
	if k.body.Len() <= repeatBytes {
		k.body.Write(p)
	}
	return k.ResponseWriter.Write(p)
}
