// Package mail takes the attachments and inline pictures out of mail messages (RFC 5322, MIME).
// It knows nothing of pictures: it returns what is in a message, and what cannot be read, and
// why. Messages that are forwarded as attachments are returned as they are.
package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/jhillyerd/enmime/v2"
	"github.com/jhillyerd/enmime/v2/mediatype"
)

// Part is one file in a message.
type Part struct {
	Name string // as the sender wrote it, without folders; a made up one if there is none
	Data []byte
	Err  error // why there is no data; it says what to do
}

// mostParts is the largest number of lines that may divide a message into parts. By eye: a
// part takes about a kilobyte of memory, and messages have a few dozen.
const mostParts = 50_000

// Parts returns the files in a message in their order, the text of the message among them. Of
// a message that is damaged or cut off it returns what it can, with an error.
func Parts(ctx context.Context, message []byte) (parts []Part, err error) {
	if bytes.Count(message, []byte("\n--")) > mostParts {
		return nil, errors.New("the mail has too many parts: save its attachments and send them")
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the mail is damaged (%v): save its attachments and send them", r)
		}
	}()
	parts, err = read(ctx, nil, bytes.TrimLeft(message, "\r\n"), 0)
	if ctx.Err() != nil {
		return nil, errors.New("the mail took too long to read: save its attachments and send them")
	}
	return parts, err
}

// read appends the files in a message, or in a part of one that holds others. Every level is
// parsed for itself: the time that the parser takes for levels of which the end is missing
// grows with a power of their number.
func read(ctx context.Context, parts []Part, message []byte, level int) ([]Part, error) {
	parser := enmime.NewParser(
		enmime.SkipMalformedParts(true),
		enmime.MultipartWOBoundaryAsSinglePart(true),
		enmime.SetReadPartErrorPolicy(func(*enmime.Part, error) bool { return ctx.Err() == nil }), // what was read is kept
		enmime.SetCustomParseMediaType(firstLevel()),
		enmime.MaxStoredPartErrors(10),
	)
	root, err := parser.ReadParts(&until{ctx, bytes.NewReader(message)})
	if err != nil {
		return parts, fmt.Errorf("the mail is damaged (%w): save its attachments and send them", err)
	}
	if root.FirstChild == nil || encrypted(root) != nil {
		return file(parts, root), nil
	}
	for p := root.FirstChild; p != nil; p = p.NextSibling {
		if !strings.HasPrefix(p.ContentType, asSent+multipart) || encrypted(p) != nil {
			parts = file(parts, p)
			continue
		}
		if level == mostLevels {
			return parts, fmt.Errorf("parts of the mail lie more than %d deep in each other: save its attachments and send them", mostLevels)
		}
		inner := append([]byte("Content-Type: "+p.Header.Get("Content-Type")+"\r\n\r\n"), p.Content...)
		if parts, err = read(ctx, parts, inner, level+1); err != nil {
			return parts, err
		}
	}
	return parts, nil
}

// mostLevels is how deep parts may lie in parts. By eye: mail has about three levels.
const mostLevels = 20

// until reads until its context ends.
type until struct {
	ctx context.Context
	r   io.Reader
}

func (u *until) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}

// asSent before the type of a part keeps the parser from working on its bytes. It would convert
// the alphabet of texts, and spoil a picture that was sent as one.
const (
	asSent    = "as-sent-"
	multipart = "multipart/"
)

// firstLevel returns a function that parses the types of a message and of the parts directly in
// it. The first call is for the message.
func firstLevel() enmime.CustomParseMediaType {
	var whole *string
	return func(header string) (string, map[string]string, []string, error) {
		if whole == nil {
			whole = &header
		}
		kind, params, invalid, err := mediatype.Parse(header)
		isMultipart := strings.HasPrefix(kind, multipart)
		if isMultipart && header != *whole || strings.HasPrefix(kind, "text/") {
			kind = asSent + kind
		}
		if !isMultipart || header != *whole {
			delete(params, "boundary")
		}
		return kind, params, invalid, err
	}
}

// file appends a part that holds no others, unless it is empty.
func file(parts []Part, p *enmime.Part) []Part {
	fault := encrypted(p)
	if fault == nil && len(p.Content) == 0 {
		return parts
	}
	return append(parts, Part{nameOf(p, len(parts)+1), p.Content, fault})
}

// nameOf returns the name that the sender gave a part, without folders, or its number.
func nameOf(p *enmime.Part, number int) string {
	name := strings.ReplaceAll(p.FileName, `\`, "/")
	if name = name[strings.LastIndex(name, "/")+1:]; name != "" {
		return name
	}
	if p.ContentType == "message/rfc822" {
		return fmt.Sprintf("mail-%d.eml", number)
	}
	return fmt.Sprintf("part-%d", number)
}

// encrypted says why a part cannot be read without a key, and what to do.
func encrypted(p *enmime.Part) error {
	const advice = "open it in your mail program and send its attachments"
	header := strings.ToLower(p.Header.Get("Content-Type"))
	switch kind := strings.TrimPrefix(p.ContentType, asSent); {
	case kind == "multipart/encrypted", bytes.HasPrefix(bytes.TrimSpace(p.Content), []byte("-----BEGIN PGP MESSAGE-----")):
		return errors.New("it is encrypted (PGP): " + advice)
	case (kind == "application/pkcs7-mime" || kind == "application/x-pkcs7-mime") && strings.Contains(header, "signed-data"):
		return errors.New("it is signed in a form that only mail programs open (S/MIME): " + advice)
	case kind == "application/pkcs7-mime", kind == "application/x-pkcs7-mime":
		return errors.New("it is encrypted (S/MIME): " + advice)
	}
	return nil
}
