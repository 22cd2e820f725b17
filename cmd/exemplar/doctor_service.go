package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"exemplar/internal/fileio"
	"exemplar/internal/pictures"
	"exemplar/internal/probe"
)

// serverChecks are what doctor can say of a service: of a running server, of what it keeps,
// and of the files that it is started with.
type serverChecks struct {
	place
	address string // of a running server
	tlsFiles
}

func (s *serverChecks) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.address, "server", "", "ask the running server at this `URL` how it is, and check nothing else")
	cmd.RegisterFlagCompletionFunc("server", cobra.NoFileCompletions)
	s.place.add(cmd)
	s.place.addPictures(cmd)
	s.tlsFiles.add(cmd)
}

// check is something that doctor looks at.
type check struct {
	name string
	run  func() (string, error)
}

// checks are those that the flags ask for.
func (s *serverChecks) checks(cmd *cobra.Command) (list []check) {
	if s.data != "" || s.store != "" {
		list = append(list, check{"service", func() (string, error) { return s.checkService(cmd) }})
	}
	if s.data != "" {
		list = append(list, check{"folder", func() (string, error) { return checkFolder(s.data) }})
		list = append(list, check{"disk", func() (string, error) { return checkDisk(s.data) }})
	}
	if s.pictures != "" {
		list = append(list, check{"pictures", func() (string, error) { return checkPictures(cmd.Context(), s.pictures) }})
	}
	if s.certificate != "" || s.private != "" {
		list = append(list, check{"tls", func() (string, error) { return s.checkCertificate(time.Now()) }})
	}
	return list
}

// checkServer asks a running server.
func (s *serverChecks) checkServer(cmd *cobra.Command) (string, error) {
	found, err := probe.Ask(cmd.Context(), s.address)
	if err != nil {
		return "", err
	}
	said := fmt.Sprintf("%s can work; it is %s, and answered in %v", s.address, found.Version, found.Took.Round(time.Millisecond))
	if found.Wrong != "" {
		said += "; but " + found.Wrong
	}
	if found.Ends.IsZero() {
		return said, nil
	}
	valid, err := lasts("its certificate", found.Ends, time.Now())
	return said + "; " + valid, err
}

// checkService opens a service beside the processes that may be serving it.
func (s *serverChecks) checkService(cmd *cobra.Command) (string, error) {
	at, err := s.visitExisting(cmd, "")
	if err != nil {
		return "", err
	}
	defer at.Close()
	if err := at.Ready(cmd.Context()); err != nil {
		return "", err
	}
	collections, references, err := at.Load(cmd.Context())
	if err != nil {
		return "", err
	}
	keys, err := at.Keys(cmd.Context())
	if err != nil {
		return "", err
	}
	size, err := at.DatabaseBytes(cmd.Context())
	if err != nil {
		return "", err
	}
	said := fmt.Sprintf("%s: %s of %s; decisions, pictures and audit take %s", at.Place(), count(references, "reference"), count(collections, "collection"), humanize.Bytes(uint64(size)))
	if len(keys) == 0 {
		said += "; there is no key, so that only this machine may be let in"
	}
	return said, nil
}

// checkFolder looks at who may read a service's folder, and whether this user may write it.
func checkFolder(folder string) (string, error) {
	info, err := os.Stat(folder)
	if err != nil {
		return "", err
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		return "", fmt.Errorf("others than its owner may enter %q (mode %o): chmod 700", folder, mode)
	}
	f, err := os.CreateTemp(folder, "trial-")
	if err != nil {
		return "", fmt.Errorf("this user cannot write it: run doctor as the user of the service: %w", err)
	}
	return folder + " belongs to its owner alone, and can be written", errors.Join(f.Close(), os.Remove(f.Name()))
}

// leastFree is how much of a disk should be free (by eye): a day of kept pictures.
const leastFree = 1 << 30

// checkDisk looks at how much space is left.
func checkDisk(folder string) (string, error) {
	free := fileio.FreeBytes(folder)
	if free < leastFree {
		return "", fmt.Errorf("%s are free at %q: when nothing is, no answer can be kept", humanize.Bytes(uint64(free)), folder)
	}
	return humanize.Bytes(uint64(free)) + " are free", nil
}

// checkPictures writes, reads and removes a file at the place of kept pictures.
func checkPictures(ctx context.Context, name string) (string, error) {
	at, err := pictures.Open(name)
	if err != nil {
		return "", err
	}
	trial, content := fmt.Sprintf("doctor/trial-%d-%d", os.Getpid(), time.Now().UnixNano()), []byte("exemplar doctor")
	if err := at.Put(ctx, trial, content); err != nil {
		return "", err
	}
	got, err := at.Get(ctx, trial, 100)
	if err == nil && string(got) != string(content) {
		err = fmt.Errorf("%s gives back another file than was put there", at)
	}
	if err := errors.Join(err, at.Remove(ctx, trial)); err != nil {
		return "", err
	}
	return at.String() + " takes files and gives them back", nil
}

// tlsFiles are what a server needs to speak HTTPS.
type tlsFiles struct{ certificate, private string }

func (f *tlsFiles) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.certificate, "tls-cert", "", "`FILE` of the certificate, to speak HTTPS")
	cmd.Flags().StringVar(&f.private, "tls-key", "", "`FILE` of its private key")
}

// checkCertificate says until when the certificate is valid, and for whom.
func (f *tlsFiles) checkCertificate(now time.Time) (string, error) {
	pairs, err := f.certificates()
	if err != nil {
		return "", err
	}
	own, err := x509.ParseCertificate(pairs[0].Certificate[0])
	if err != nil {
		return "", fmt.Errorf("read the certificate %q: %w", f.certificate, err)
	}
	if now.Before(own.NotBefore) {
		return "", fmt.Errorf("%s is valid from %s on: is the clock right?", filepath.Base(f.certificate), own.NotBefore.Format(time.DateOnly))
	}
	return lasts(filepath.Base(f.certificate), own.NotAfter, now)
}

// renewalDue is how long before its end a certificate is called out (by eye): services that
// renew them do so a month before.
const renewalDue = 14 * 24 * time.Hour

func lasts(what string, until, now time.Time) (string, error) {
	days := int(until.Sub(now).Hours() / 24)
	switch {
	case now.After(until):
		return "", fmt.Errorf("%s ended on %s: put a new one in its place and start the server again", what, until.Format(time.DateOnly))
	case until.Sub(now) < renewalDue:
		return "", fmt.Errorf("%s ends in %s, on %s: renew it", what, count(days, "day"), until.Format(time.DateOnly))
	}
	return fmt.Sprintf("%s is valid for %s", what, count(days, "day")), nil
}
