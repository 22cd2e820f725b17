package pdf

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// A message is a length, a head in JSON, a length, and bytes; the lengths have 32 bits,
// little-endian.

// request is what a child is asked: to open the document that follows, or to draw a page of
// the one that is open, or to cut out pages of it.
type request struct {
	Open      bool
	Passwords []string
	Page      int           // from 0
	Side      int           // pixels of the longer side
	Cut       []int         // pages, from 0
	Limit     time.Duration // of processor time
}

// reply is the answer: the number of pages of what was opened, or the size of a page whose
// pixels follow, 3 bytes each, or nothing but the PDF that was cut out.
type reply struct {
	Ready bool // the first message of a child
	Pages int
	W, H  int
	Fault string
	Kind  fault
	Last  bool // the child ends now, because it may be harmed
}

// fault is a kind of error.
type fault int

const (
	faultOther fault = iota
	faultPassword
	faultDamaged
	faultTime
	faultMemory
)

// mostHead bounds the head of a message: passwords are all that may be long.
const mostHead = 1 << 20

func send(w io.Writer, head any, body []byte) error {
	text, err := json.Marshal(head)
	if err != nil {
		return err
	}
	if len(text) > mostHead || uint64(len(body)) > mostBytes {
		return fmt.Errorf("a message of %d and %d bytes is too long", len(text), len(body))
	}
	out := append(binary.LittleEndian.AppendUint32(nil, uint32(len(text))), text...)
	if _, err = w.Write(binary.LittleEndian.AppendUint32(out, uint32(len(body)))); err == nil {
		_, err = w.Write(body)
	}
	return err
}

// receive reads a message. Its bytes may be most at most.
func receive(r io.Reader, head any, most int64) (body []byte, err error) {
	text, err := receivePart(r, mostHead)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, head); err != nil {
		return nil, err
	}
	return receivePart(r, most)
}

func receivePart(r io.Reader, most int64) ([]byte, error) {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, err
	}
	n := int64(binary.LittleEndian.Uint32(size[:]))
	if n > most {
		return nil, fmt.Errorf("a message of %d bytes is too long", n)
	}
	part := make([]byte, n)
	_, err := io.ReadFull(r, part)
	return part, err
}

// mostBytes is the longest document that fits into a message.
const mostBytes = 1<<32 - 1
