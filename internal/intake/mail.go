package intake

import (
	"context"
	"fmt"
	"time"

	"exemplar/internal/cputime"
	"exemplar/internal/imaging"
	"exemplar/internal/intake/mail"
)

// logoSide is the longer side in pixels below which a picture in a mail is a logo or a sign in
// the text. Documents are not legible in so few.
const logoSide = 200

// mostMailTimes is how many times the limit of a page reading all mails of a file may take: a
// mailbox of 10,000 short ones takes about a sixth of that.
const mostMailTimes = 15

// mailPages yields the pages of the attachments of a mail, of the pictures in its text, and of
// the messages that it forwards.
func mailPages(ctx context.Context, in *opening, data []byte, yield func(Page) bool) {
	if in.mailTime > mostMailTimes*in.PageTime {
		yield(Page{Number: 1, Err: fmt.Errorf("%w: the mails before it took longer than %s to read: send fewer of them", ErrLimit, mostMailTimes*in.PageTime)})
		return
	}
	begun, used := time.Now(), cputime.Used()
	reading, stop := withWorkTime(ctx, in.PageTime)
	parts, err := mail.Parts(reading, data)
	stop()
	in.mailTime += min(time.Since(begun), cputime.Used()-used) // others may be at work, or keep this one waiting
	container := "the mail"
	var files []stored
	logos := 0
	for _, p := range parts {
		if w, h, ok := imaging.SizeOf(p.Data); ok && max(w, h) < logoSide {
			logos++
			continue
		}
		f := inMemory(p.Name, p.Data)
		f.err = p.Err
		files = append(files, f)
	}
	if err != nil {
		files = append(files, stored{err: err})
	}
	if logos > 0 {
		container = fmt.Sprintf("%s but %d of less than %d pixels", container, logos, logoSide)
	}
	in.members(ctx, container, files, yield)
}

// mailboxPages yields the pages of the messages in a mailbox file.
func mailboxPages(ctx context.Context, in *opening, data []byte, yield func(Page) bool) {
	var files []stored
	for i, message := range mail.Messages(data, mostMembers+1) {
		files = append(files, inMemory(fmt.Sprintf("%d.eml", i+1), message))
	}
	in.members(ctx, "the mailbox", files, yield)
}

// withWorkTime returns a context that ends when both the clock and the processor time of the
// process have gone on by the limit, so that a busy machine costs nobody a mail; or after five
// times the limit by the clock.
func withWorkTime(parent context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	ctx, stop := context.WithTimeout(parent, 5*limit)
	begun := cputime.Used()
	go func() {
		defer stop()
		for wait := limit; wait > 0; wait = limit - (cputime.Used() - begun) {
			select {
			case <-ctx.Done():
				return
			case <-time.After(max(wait, 10*time.Millisecond)):
			}
		}
	}()
	return ctx, stop
}
