package pictures

import (
	"bytes"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"exemplar/internal/papertest"
)

// The examples of the Amazon S3 API Reference, "Authenticating Requests: Using the
// Authorization Header".
func TestSignaturesAreThoseOfAWS(t *testing.T) {
	s := secrets{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""}
	at := time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		method, path string
		headers      map[string]string
		body, want   string
	}{
		{"GET", "/test.txt", map[string]string{"Range": "bytes=0-9"}, "", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
		{"GET", "/?lifecycle=", nil, "", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
		{"PUT", "/" + escapePath("test$file.text"), map[string]string{"Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
			"Welcome to Amazon S3.", "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
	} {
		r := httptest.NewRequest(c.method, "https://examplebucket.s3.amazonaws.com"+c.path, nil)
		r.Header = http.Header{}
		for name, value := range c.headers {
			r.Header.Set(name, value)
		}
		s.sign(r, "us-east-1", hexSHA256([]byte(c.body)), at)
		if got := r.Header.Get("Authorization"); !strings.HasSuffix(got, "Signature="+c.want) {
			t.Errorf("%s %s: %s, want %s", c.method, c.path, got, c.want)
		}
	}
}

// testPlace holds a place to what the interface says.
func testPlace(t *testing.T, p Place) {
	t.Helper()
	ctx := t.Context()
	data := bytes.Repeat([]byte("picture"), 100_000)
	if _, err := p.Get(ctx, "mailroom/ab/none", 10); err == nil {
		t.Error("there is something before anything was put")
	}
	for _, content := range [][]byte{data, []byte("other"), {}, data} {
		if err := p.Put(ctx, "mailroom/ab/abc-01", content); err != nil {
			t.Fatal(err)
		}
		if got, err := p.Get(ctx, "mailroom/ab/abc-01", 1<<20); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%d bytes of %d, %v", len(got), len(content), err)
		}
	}
	if _, err := p.Get(ctx, "mailroom/ab/abc-01", 100); err == nil {
		t.Error("the limit is not held")
	}
	if _, err := p.Get(ctx, "mailroom/ab/none", 10); !errors.Is(err, ErrNone) {
		t.Errorf("what is not there: %v", err)
	}
	for range 2 {
		if err := p.Remove(ctx, "mailroom/ab/abc-01"); err != nil {
			t.Error(err)
		}
	}
	if _, err := p.Get(ctx, "mailroom/ab/abc-01", 10); !errors.Is(err, ErrNone) {
		t.Errorf("what was removed: %v", err)
	}
	for _, name := range []string{"", "/x", "../x", "a/../b", "a//b", ".hidden", "a b", "a\\b", "x/"} {
		if err := p.Put(ctx, name, nil); err == nil {
			t.Errorf("%q is a name", name)
		}
	}
}

func TestFolder(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "kept")
	p, err := Open("dir:" + folder)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Get(t.Context(), "a/b", 10); !errors.Is(err, ErrAway) || !strings.Contains(err.Error(), "mounted") {
		t.Errorf("a folder that is not there: %v", err)
	}
	testPlace(t, p)
	if err := os.WriteFile(filepath.Join(folder, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.Put(t.Context(), "file/x", nil); !errors.Is(err, ErrAway) || !strings.Contains(err.Error(), folder) {
		t.Errorf("a folder that cannot be written: %v", err)
	}
}

func TestNamesOfPlaces(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"", "dir:PATH or s3://BUCKET/PREFIX"},
		{"dir:", "dir:PATH"},
		{"/srv/pictures", "dir:PATH"},
		{"s3://", "no name of a bucket"},
		{"s3://UPPER/x", "no name of a bucket"},
		{"s3://key:SECRET@bucket/x", "no name of a bucket"},
		{"s3://bucket/../x", "a prefix is made of"},
		{"s3://bucket/x?endpont=y", "endpont"},
		{"s3://bucket/x?endpoint=ftp://y", "no endpoint"},
		{"s3://bucket/x?endpoint=http://y/path", "no endpoint"},
	} {
		if _, err := Open(c.name); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%q: %v, want %q", c.name, err, c.want)
		}
	}
	t.Setenv("AWS_REGION", "eu-central-1")
	if p, err := Open("s3://bucket"); err != nil || p.String() != "s3://bucket at https://s3.eu-central-1.amazonaws.com" {
		t.Errorf("%v, %v", p, err)
	}
}

// withKeys gives the keys of a bucket.
func withKeys(t *testing.T, id, key string) {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", id)
	t.Setenv("AWS_SECRET_ACCESS_KEY", key)
}

// What a bucket answers becomes an error that says whether to wait or to change something;
// what may pass is tried again.
func TestFaultsOfBuckets(t *testing.T) {
	withKeys(t, "id", "key")
	for _, c := range []struct {
		status, tries int
		body, want    string
		kind          error
	}{
		{503, 3, `<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>`, "SlowDown: Reduce your request rate", ErrAway},
		{500, 3, "", "500", ErrAway},
		{403, 1, `<Error><Code>InvalidAccessKeyId</Code></Error>`, "InvalidAccessKeyId", ErrRefused},
		{403, 1, `<Error><Code>RequestTimeTooSkewed</Code></Error>`, "set the clock", ErrRefused},
		{404, 1, `<Error><Code>NoSuchBucket</Code></Error>`, "make it", ErrRefused},
		{404, 1, `<Error><Code>NoSuchKey</Code></Error>`, "no such file", ErrNone},
		{301, 1, `<Error><Code>PermanentRedirect</Code></Error>`, "?region=", ErrRefused},
	} {
		var tries atomic.Int32
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			tries.Add(1)
			w.WriteHeader(c.status)
			w.Write([]byte(c.body))
		}))
		p, err := Open("s3://bucket/prefix?endpoint=" + server.URL)
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Get(t.Context(), "a/b", 10)
		server.Close()
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) || int(tries.Load()) != c.tries {
			t.Errorf("%d %s: %v after %d tries, want %q after %d", c.status, c.body, err, tries.Load(), c.want, c.tries)
		}
	}
}

// A request that failed once for a reason that passes is made again, with all of its body.
func TestWhatFailsOnceIsTriedAgain(t *testing.T) {
	withKeys(t, "id", "key")
	var got []byte
	tries := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body bytes.Buffer
		body.ReadFrom(r.Body)
		if tries++; tries == 1 {
			w.WriteHeader(503)
			return
		}
		got = body.Bytes()
	}))
	defer server.Close()
	p, err := Open("s3://bucket/prefix?endpoint=" + server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Put(t.Context(), "a/b", []byte("data")); err != nil || string(got) != "data" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestKeysOfBuckets(t *testing.T) {
	withKeys(t, "", "")
	p, err := Open("s3://bucket?endpoint=http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Put(t.Context(), "a", nil); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "AWS_ACCESS_KEY_ID") {
		t.Errorf("without keys: %v", err)
	}
	file := filepath.Join(t.TempDir(), "keys")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", file)
	if err := os.WriteFile(file, []byte("[other]\naws_access_key_id=x\n[default]\naws_access_key_id = id\naws_secret_access_key=secret=\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := readSecrets(); err != nil || s.id != "id" || s.key != "secret=" {
		t.Errorf("%+v, %v", s, err)
	}
	if err := p.Put(t.Context(), "a", nil); !errors.Is(err, ErrAway) || !strings.Contains(err.Error(), "s3://bucket at http://127.0.0.1:1") {
		t.Errorf("nobody listens: %v", err)
	}
}

// gateway starts Versity's gateway, which speaks the protocol of S3, with one bucket.
func gateway(t *testing.T) (address string) {
	t.Helper()
	program := os.Getenv("EXEMPLAR_VERSITYGW")
	if program == "" {
		var err error
		if program, err = exec.LookPath("versitygw"); err != nil {
			t.Skip("there is no versitygw: docs/operations.md says how it is made")
		}
	}
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "kept"), 0o700); err != nil {
		t.Fatal(err)
	}
	address = papertest.FreeAddress(t)
	cmd := exec.Command(program, "--access", "user", "--secret", "secret123", "--port", address, "posix", "--sidecar", t.TempDir(), folder)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for end := time.Now().Add(3 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
			return "http://" + address
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

func TestBucket(t *testing.T) {
	endpoint := gateway(t)
	withKeys(t, "user", "secret123")
	p, err := Open("s3://kept/of/exemplar?endpoint=" + endpoint)
	if err != nil {
		t.Fatal(err)
	}
	testPlace(t, p)
	none, err := Open("s3://none?endpoint=" + endpoint)
	if err != nil {
		t.Fatal(err)
	}
	if err := none.Put(t.Context(), "a", nil); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "no such bucket") {
		t.Errorf("no bucket: %v", err)
	}
	withKeys(t, "user", "wrong")
	if err := p.Put(t.Context(), "a", nil); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "check the keys") {
		t.Errorf("a wrong key: %v", err)
	}
}
