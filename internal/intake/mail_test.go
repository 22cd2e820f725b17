package intake

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"exemplar/internal/imaging"
)

// part is one of a mail that a test writes.
type part struct{ header, body string }

func attached(name, kind string, data []byte) part {
	return part{fmt.Sprintf("Content-Type: %s\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"%s\"", kind, name), wrapped(data)}
}

// wrapped is base64 in lines of 76 letters.
func wrapped(data []byte) string {
	var b strings.Builder
	for all := base64.StdEncoding.EncodeToString(data); all != ""; {
		n := min(76, len(all))
		b.WriteString(all[:n] + "\r\n")
		all = all[n:]
	}
	return b.String()
}

const mailHead = "From: A <a@example.org>\r\nTo: b@example.org\r\nSubject: the letters\r\nMIME-Version: 1.0\r\n"

var mails int // written so far: their boundaries must differ

// mailOf writes a mail of parts; kind is that of the whole.
func mailOf(kind string, parts ...part) []byte {
	mails++
	boundary := fmt.Sprintf("b%d-", mails)
	var b strings.Builder
	fmt.Fprintf(&b, "%sContent-Type: %s; boundary=\"%s\"\r\n\r\nThis is a mail.\r\n", mailHead, kind, boundary)
	for _, p := range parts {
		fmt.Fprintf(&b, "--%s\r\n%s\r\n\r\n%s\r\n", boundary, p.header, p.body)
	}
	fmt.Fprintf(&b, "--%s--\r\n", boundary)
	return []byte(b.String())
}

// page is a picture that is large enough to show a document.
func page(number int) []byte {
	m := imaging.NewImage(300, 220)
	for i := range m.Pix {
		m.Pix[i] = byte(i * (number + 3))
	}
	return imaging.EncodePNG(m)
}

var words = part{"Content-Type: text/plain; charset=utf-8", "Here they are.\r\n\r\nFrom: somebody\r\nTo: me\r\nSubject: quoted"}

func TestMail(t *testing.T) {
	quoted := part{"Content-Type: text/plain", "From: somebody\r\nTo: me\r\nSubject: quoted\r\n\r\ntext"}
	for name, test := range map[string]struct {
		mail   []byte
		want   []string
		faults []string
	}{
		"attachments": {mailOf("multipart/mixed", words, attached("a.png", "image/png", page(1)), attached("b.zip", "application/zip", zipOf(t, file{"c.png", drawn(2)})),
			attached("notes.txt", "text/plain", text)), []string{"a.png", "b.zip/c.png"}, nil},
		"folders in names": {mailOf("multipart/mixed", attached("../../x/a.png", "image/png", page(1)), attached(`C:\tmp\b.png`, "image/png", page(2)), attached("a.png", "image/png", page(3))),
			[]string{"a.png", "b.png", "a (2).png"}, nil},
		"without names": {mailOf("multipart/related", words, part{"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <x>", wrapped(page(1))}), []string{"part-2"}, nil},
		"encoded name":  {mailOf("multipart/mixed", words, attached("=?utf-8?B?TcO8bGxlci5wbmc=?=", "image/png", page(1))), []string{"Müller.png"}, nil},
		"wrong types": {mailOf("multipart/mixed", attached("a", "text/plain; charset=utf-16", page(1)), attached("b.png", "application/octet-stream", page(3)), attached("c", "nonsense", page(2))),
			[]string{"a", "b.png", "c"}, nil},
		"logos":           {mailOf("multipart/related", words, attached("logo.png", "image/png", drawn(1)), attached("a.png", "image/png", page(1))), []string{"a.png"}, nil},
		"only logos":      {mailOf("multipart/related", words, attached("logo.png", "image/png", drawn(1))), nil, []string{"but 1 of less than 200 pixels (1 text)"}},
		"quotes a mail":   {mailOf("multipart/mixed", quoted, attached("a.png", "image/png", page(1))), []string{"a.png"}, nil},
		"only text":       {[]byte(mailHead + "\r\nhello\r\n"), nil, []string{"there is no picture in the mail (1 text)"}},
		"only a picture":  {[]byte(mailHead + "Content-Type: image/png; name=\"a.png\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + wrapped(page(1))), []string{"a.png"}, nil},
		"forwarded":       {mailOf("multipart/mixed", words, part{"Content-Type: message/rfc822", string(mailOf("multipart/mixed", words, attached("a.png", "image/png", page(1))))}), []string{"mail-2.eml/a.png"}, nil},
		"parts in parts":  {mailOf("multipart/mixed", part{"Content-Type: multipart/related; boundary=inner", "--inner\r\n" + attached("a.png", "image/png", page(1)).header + "\r\n\r\n" + wrapped(page(1)) + "--inner--\r\n"}, attached("b.png", "image/png", page(2))), []string{"a.png", "b.png"}, nil},
		"PGP":             {mailOf("multipart/encrypted; protocol=\"application/pgp-encrypted\"", part{"Content-Type: application/pgp-encrypted", "Version: 1"}, part{"Content-Type: application/octet-stream", "-----BEGIN PGP MESSAGE-----"}), nil, []string{"encrypted (PGP): open it in your mail program"}},
		"PGP in the text": {[]byte(mailHead + "\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nxx"), nil, []string{"encrypted (PGP)"}},
		"S/MIME":          {[]byte(mailHead + "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\nMIIB\r\n"), nil, []string{"encrypted (S/MIME)"}},
		"S/MIME, signed":  {[]byte(mailHead + "Content-Type: application/x-pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\nMIIB\r\n"), nil, []string{"signed in a form"}},
		"signed":          {mailOf("multipart/signed; protocol=\"application/pkcs7-signature\"", attached("a.png", "image/png", page(1)), attached("smime.p7s", "application/pkcs7-signature", []byte("\x30\x80\x06\x09"))), []string{"a.png"}, nil},
		"winmail.dat":     {mailOf("multipart/mixed", words, attached("winmail.dat", "application/ms-tnef", []byte("\x78\x9f\x3e\x22\x01"))), []string{"winmail.dat"}, nil},
	} {
		t.Run(name, func(t *testing.T) { expect(t, name, test.mail, Options{}, test.want, test.faults...) })
	}
}

// TestMailAsItComes: broken as mail programs and servers break it.
func TestMailAsItComes(t *testing.T) {
	whole := string(mailOf("multipart/mixed", words, attached("a.png", "image/png", page(1))))
	boundary := fmt.Sprintf("b%d-", mails)
	encoded := wrapped(page(1))
	for name, mail := range map[string]string{
		"ends of lines":         strings.ReplaceAll(whole, "\r\n", "\n"),
		"no end":                strings.Replace(whole, "--"+boundary+"--", "", 1),
		"empty lines before it": "\r\n\n" + whole,
		"a mark before it":      "\uFEFF" + whole,
		"spaces in base64":      strings.Replace(whole, encoded, strings.ReplaceAll(encoded, "\r\n", " \r\n\r\n"), 1),
		"one line of base64":    strings.Replace(whole, encoded, strings.ReplaceAll(encoded, "\r\n", ""), 1),
		"no padding":            strings.Replace(whole, encoded, strings.TrimRight(encoded, "=\r\n"), 1),
		"8 bits in the header":  strings.Replace(whole, "the letters", "die M\xfcller-Briefe", 1),
		"no version":            strings.Replace(whole, "MIME-Version: 1.0\r\n", "", 1),
		"mail servers":          strings.Repeat("Received: from a by b;\r\n\tMon, 2 Nov 2026 10:00:00 +0100\r\n", 150) + whole,
	} {
		t.Run(name, func(t *testing.T) {
			if !Holds([]byte(mail)[:min(len(mail), imaging.HeadBytes)]) {
				t.Error("it is not taken for a mail")
			}
			expect(t, name, []byte(mail), Options{}, []string{"a.png"})
		})
	}
	for cut := range 100 { // anywhere
		answered(t, []byte(whole[:cut*len(whole)/100]), Options{})
	}
}

func TestMailboxes(t *testing.T) {
	from := "From a@example.org Mon Nov  2 10:00:00 2026\r\n"
	with := string(mailOf("multipart/mixed", part{words.header, "Hello,\r\n\r\nFrom here on it rains.\r\n"}, attached("a.png", "image/png", page(1))))
	without := mailHead + "\r\nhello\r\n"
	mailbox := from + with + "\r\n" + from + without + "\r\n" + from + with
	expect(t, "mailbox", []byte(mailbox), Options{}, []string{"1.eml/a.png", "3.eml/a.png"})
	expect(t, "words", []byte(from+without), Options{}, nil, "there is no picture in the mailbox (1 without pictures)")
}

func TestWhatIsNoMail(t *testing.T) {
	for _, s := range []string{
		"", "From", "hello\n", "From: here\nto there\n", "Subject: x\n\nFrom: a\nTo: b\n", "a: 1\nb: 2\nfrom: x\nto y\n", "From the beginning\nit rained\n",
		"Content-Type: image/jpeg\r\n\r\n\xff\xd8\xff", "to: a\nsubject: b\n\n", "date: x\n\n", "\x89PNG\r\n", "From: a\nTo", "name with space: x\nFrom: y\nTo: z\n",
	} {
		if Holds([]byte(s)) {
			t.Errorf("%q is taken for a mail", s)
		}
	}
	if !Holds([]byte(mailHead)) {
		t.Error("the head of a mail is not taken for one")
	}
}

func TestHostileMail(t *testing.T) {
	size := 20_000
	if testing.Short() {
		size = 1000
	}
	var nested, flat strings.Builder
	nested.WriteString(mailHead + "Content-Type: multipart/mixed; boundary=b0\r\n\r\n")
	for i := range size {
		fmt.Fprintf(&nested, "--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n", i, i+1)
	}
	if _, faults := answered(t, []byte(nested.String()), Options{PageTime: 2e9}); len(faults) != 1 {
		t.Errorf("%.300q", faults)
	}
	flat.WriteString(mailHead + "Content-Type: multipart/mixed; boundary=b\r\n\r\n")
	for range 10 * size {
		flat.WriteString("--b\r\n\r\nx\r\n")
	}
	if _, faults := answered(t, []byte(flat.String()), Options{}); len(faults) != 1 {
		t.Errorf("%.300q", faults)
	}
	deep := mailOf("multipart/mixed", attached("a.png", "image/png", page(1)))
	for range 50 {
		deep = mailOf("multipart/mixed", part{"Content-Type: message/rfc822", string(deep)}, words)
	}
	if members, faults := answered(t, deep, Options{}); len(members) > 0 || len(faults) != 1 || !strings.Contains(faults[0], "deep in each other") {
		t.Errorf("%q, %.300q", members, faults)
	}
	header := mailHead + strings.Repeat("X-Y: z\r\n", 50*size) + "\r\n"
	answered(t, []byte(header), Options{})
	answered(t, []byte(mailHead+"Subject: "+strings.Repeat("x", 500*size)), Options{})
	answered(t, []byte(mailHead+"Content-Type: multipart/mixed; boundary=\""+strings.Repeat("-", 10*size)+"\"\r\n\r\n"+strings.Repeat("-", 200*size)), Options{})
}

func FuzzMail(f *testing.F) {
	f.Add(mailOf("multipart/mixed", words, attached("a.png", "image/png", drawn(1))))
	f.Add([]byte("From a\n" + mailHead + "\nx\n\nFrom b\n" + mailHead))
	f.Add([]byte(mailHead + "Content-Type: multipart/mixed; boundary=\n\n--\n\n----\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for p := range Pages(t.Context(), data, Options{Pages: 50, Unpacked: 1 << 20, PageTime: 1e9}) {
			if p.Err == nil && p.File == nil && p.Picture == nil {
				t.Error("neither a picture nor a fault")
			}
		}
	})
}

// TestWaitingIsNotWork: a machine that does something else takes no time from a mail.
func TestWaitingIsNotWork(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("processor time is not counted there")
	}
	const limit = 200 * time.Millisecond
	runtime.GC() // of what other tests left: it works beside this one
	ctx, stop := withWorkTime(t.Context(), limit)
	defer stop()
	time.Sleep(2 * limit)
	if ctx.Err() != nil {
		t.Error("it ended although nothing worked")
	}
	for begin := time.Now(); ctx.Err() == nil; {
		if time.Since(begin) > time.Minute {
			t.Fatal("it does not end")
		}
	}
}

// TestManySlowMails: together the mails of a mailbox have a limit of time.
func TestManySlowMails(t *testing.T) {
	var box bytes.Buffer
	for i := range 500 {
		fmt.Fprintf(&box, "From a@example.org Thu Jan  1 00:00:%02d 2026\nFrom: a@example.org\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nhello\n--x\nContent-Disposition: attachment; filename=a.png\n\n%s\n--x--\n\n", i%60, strings.Repeat("words ", 100))
	}
	read := func(limit time.Duration) (last Page) {
		for last = range Pages(t.Context(), box.Bytes(), Options{PageTime: limit, Pages: 1 << 20}) {
		}
		return last
	}
	if last := read(10 * time.Microsecond); !errors.Is(last.Err, ErrLimit) || !strings.Contains(last.Err.Error(), "the mails before it took longer") {
		t.Errorf("%v", last.Err)
	}
	if last := read(time.Minute); errors.Is(last.Err, ErrLimit) {
		t.Errorf("in time: %v", last.Err)
	}
}
