package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"exemplar/internal/server"
	"exemplar/internal/service"
)

// certified makes a certificate, which ends after some days, and its key.
func (s *session) certified(days int) (certificate, key string) {
	s.t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotBefore: time.Now().AddDate(0, 0, -100), NotAfter: time.Now().AddDate(0, 0, days).Add(time.Hour)}
	signed, err := x509.CreateCertificate(rand.Reader, &template, &template, &private.PublicKey, private)
	if err != nil {
		s.t.Fatal(err)
	}
	packed, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.write("server.crt", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed})),
		s.write("server.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: packed}))
}

// doctor looks at a service, a certificate and a running server, and says what is wrong.
func TestDoctorOfAService(t *testing.T) {
	s := newSession(t)
	data := filepath.Join(s.folder, "service")
	open, err := service.Open(t.Context(), service.Options{Dir: data})
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	if _, err := open.CreateCollection(t.Context(), service.Actor{Role: service.Admin}, service.NewCollection{Name: "mailroom"}); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server.New(server.Options{Service: open, Version: "1.2.3"}))
	defer web.Close()
	if out, _ := s.run(0, "doctor", "--server", web.URL); !strings.Contains(out, "can work; it is 1.2.3") || strings.Contains(out, "model") {
		t.Errorf("of the server: %q", out)
	}
	web.Config.Handler = http.NotFoundHandler()
	if out, _ := s.run(exitFailed, "doctor", "--json", "--server", web.URL); !strings.Contains(out, `"ok":false`) || !strings.Contains(out, "404") {
		t.Errorf("of another server: %q", out)
	}
	open.Close() // else its log has what is damaged below
	os.Chmod(data, 0o700)
	if out, _ := s.inGallery(0, "doctor", "--data", data); !strings.Contains(out, "0 references of 1 collection") || !strings.Contains(out, "arithmetic") {
		t.Errorf("of the folder: %q", out)
	}
	for _, c := range []struct {
		name string
		days int // of the certificate
		do   func()
		want string
	}{
		{"sound", 60, nil, ""},
		{"a certificate that ends soon", 5, nil, "ends in 5 days"},
		{"one that has ended", -3, nil, "ended on"},
		{"others may read", 60, func() { os.Chmod(data, 0o755) }, "chmod 700"},
		{"a damaged gallery", 60, func() {
			os.Chmod(data, 0o700)
			os.WriteFile(filepath.Join(data, "collections", "mailroom.gallery"), []byte(strings.Repeat("no gallery ", 100)), 0o600)
		}, `the collection "mailroom" cannot be served`},
	} {
		if c.name == "others may read" && runtime.GOOS == "windows" {
			continue
		}
		certificate, key := s.certified(c.days)
		if c.do != nil {
			c.do()
		}
		cmd := newDoctor()
		cmd.SetContext(t.Context())
		of := serverChecks{place: place{data: data}, tlsFiles: tlsFiles{certificate, key}}
		var wrong []error
		for _, check := range of.checks(cmd) {
			_, err := check.run()
			wrong = append(wrong, err)
		}
		if err := errors.Join(wrong...); c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: said %v, want %q", c.name, err, c.want)
		}
	}
}
