package mail

import (
	"bytes"
	"strings"
)

// Is says by its beginning whether a file is a mail message, whatever its name: it begins with
// header fields (RFC 5322), two of them such as mail has, and one of these such as hardly
// anything else has.
func Is(head []byte) bool {
	known, certain := map[string]bool{}, false
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), "\r\n")
	for i := 0; i < mostFields && len(head) > 0; i++ {
		line, rest, ended := bytes.Cut(head, []byte("\n"))
		line, head = bytes.TrimSuffix(line, []byte("\r")), rest
		if len(line) == 0 || !ended {
			break
		}
		if i > 0 && (line[0] == ' ' || line[0] == '\t') { // a field goes on
			continue
		}
		name, _, isField := bytes.Cut(line, []byte(":"))
		if !isField || !isFieldName(name) {
			return false
		}
		switch lower := strings.ToLower(string(bytes.TrimRight(name, " \t"))); lower {
		case "from", "received", "message-id", "return-path", "delivered-to", "mime-version", "dkim-signature", "date":
			certain = true
			fallthrough
		case "to", "cc", "subject", "sender", "reply-to", "content-type", "content-transfer-encoding", "x-mailer":
			known[lower] = true
		}
		if certain && len(known) >= 2 {
			return true
		}
	}
	return false
}

// mostFields is how many lines of headers are looked at. By eye: servers and filters on the way
// put up to about a hundred before the sender's own.
const mostFields = 1000

func isFieldName(name []byte) bool {
	name = bytes.TrimRight(name, " \t")
	for _, c := range name {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(name) > 0 && len(name) <= 100
}

// fromLine begins every message in a mailbox file (RFC 4155).
const fromLine = "From "

// IsMailbox says by its beginning whether a file is a mailbox, with messages one after another.
func IsMailbox(head []byte) bool {
	_, rest, ended := bytes.Cut(head, []byte("\n"))
	return ended && bytes.HasPrefix(head, []byte(fromLine)) && Is(rest)
}

// Messages returns the messages of a mailbox, at most as many as asked for.
func Messages(mailbox []byte, most int) [][]byte {
	var messages [][]byte
	for len(messages) < most && len(mailbox) > 0 {
		_, message, _ := bytes.Cut(mailbox, []byte("\n"))
		end := nextMessage(message)
		messages = append(messages, message[:end])
		mailbox = message[end:]
	}
	return messages
}

// nextMessage returns where the next message of a mailbox begins: at a line that says so, after
// an empty line and before header fields.
func nextMessage(b []byte) int {
	for at := 0; ; {
		next := bytes.Index(b[at:], []byte("\n"+fromLine))
		if next < 0 {
			return len(b)
		}
		at += next + 1
		isEmptyBefore := bytes.HasSuffix(b[:at], []byte("\n\n")) || bytes.HasSuffix(b[:at], []byte("\n\r\n"))
		if isEmptyBefore && IsMailbox(b[at:min(len(b), at+1<<16)]) {
			return at
		}
	}
}
