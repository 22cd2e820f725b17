package pictures

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"regexp"
	"strings"
	"time"
)

// bucket is a part of a bucket, as S3 and what speaks its protocol has them. Addresses have
// the bucket in their path, which all understand.
type bucket struct {
	endpoint url.URL
	bucket   string
	prefix   string
	region   string
	secrets  func() (secrets, error) // asked for each request, so that new ones need no new start
	client   *http.Client
}

// The patience with a bucket: an attempt, and how often it is made if it fails for a reason
// that passes (by eye).
const (
	attemptTime = 20 * time.Second
	attempts    = 3
	firstPause  = 100 * time.Millisecond
)

// mostFault bounds the text of an error in memory.
const mostFault = 16 << 10

var bucketNames = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// openBucket returns the place s3://BUCKET/PREFIX. ?endpoint= and ?region= say where it is,
// or the variables that the tools of AWS know.
func openBucket(name string) (Place, error) {
	u, err := url.Parse(name)
	if err != nil || u.User != nil || !bucketNames.MatchString(u.Host) {
		return nil, fmt.Errorf("%q is no name of a bucket: want s3://BUCKET/PREFIX; keys are given by the environment", cutSecrets(name))
	}
	b := &bucket{bucket: u.Host, prefix: strings.Trim(u.Path, "/"), secrets: readSecrets}
	if b.prefix != "" {
		if err := checkName(b.prefix); err != nil {
			return nil, fmt.Errorf("%q: a prefix is made of letters, digits, dots, dashes and slashes", name)
		}
	}
	query := u.Query()
	for key := range query {
		if key != "endpoint" && key != "region" {
			return nil, fmt.Errorf("%q: the option %s is not known: want endpoint or region", name, key)
		}
	}
	b.region = first(query.Get("region"), os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"), "us-east-1")
	endpoint := first(query.Get("endpoint"), os.Getenv("AWS_ENDPOINT_URL_S3"), os.Getenv("AWS_ENDPOINT_URL"), "https://s3."+b.region+".amazonaws.com")
	where, err := url.Parse(endpoint)
	if err != nil || where.Scheme != "http" && where.Scheme != "https" || where.Host == "" || where.User != nil || strings.Trim(where.Path, "/") != "" {
		return nil, fmt.Errorf("%q is no endpoint: want one such as https://s3.example.com:9000", cutSecrets(endpoint))
	}
	b.endpoint = url.URL{Scheme: where.Scheme, Host: where.Host}
	b.client = &http.Client{
		Timeout: attemptTime,
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
			TLSHandshakeTimeout: attemptTime, ResponseHeaderTimeout: attemptTime,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // a signature is for one host
	}
	return b, nil
}

// cutSecrets leaves out what may be a password in an address.
func cutSecrets(address string) string {
	if at := strings.LastIndex(address, "@"); at >= 0 {
		return "..." + address[at:]
	}
	return address
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// readSecrets reads the keys from the variables that the tools of AWS know, or from the file
// that AWS_SHARED_CREDENTIALS_FILE names.
func readSecrets() (secrets, error) {
	s := secrets{os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SESSION_TOKEN")}
	if s.id != "" && s.key != "" {
		return s, nil
	}
	path := os.Getenv("AWS_SHARED_CREDENTIALS_FILE")
	if path == "" {
		return s, fmt.Errorf("the keys of the bucket are missing: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a file that has them in AWS_SHARED_CREDENTIALS_FILE: %w", ErrRefused)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return s, fmt.Errorf("read the keys of the bucket: %w: %w", ErrRefused, err)
	}
	profile := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			profile = strings.Trim(line, "[] ")
		}
		name, value, found := strings.Cut(line, "=")
		if !found || profile != "default" {
			continue
		}
		switch value = strings.TrimSpace(value); strings.TrimSpace(name) {
		case "aws_access_key_id":
			s.id = value
		case "aws_secret_access_key":
			s.key = value
		case "aws_session_token":
			s.token = value
		}
	}
	if s.id == "" || s.key == "" {
		return s, fmt.Errorf("%q has no aws_access_key_id and aws_secret_access_key under [default]: %w", path, ErrRefused)
	}
	return s, nil
}

func (b *bucket) String() string {
	return strings.TrimSuffix(bucketPrefix+b.bucket+"/"+b.prefix, "/") + " at " + b.endpoint.String()
}

func (b *bucket) Put(ctx context.Context, name string, data []byte) error {
	_, err := b.do(ctx, http.MethodPut, name, data, 0)
	return err
}

func (b *bucket) Get(ctx context.Context, name string, limit int64) ([]byte, error) {
	return b.do(ctx, http.MethodGet, name, nil, limit)
}

func (b *bucket) Remove(ctx context.Context, name string) error {
	_, err := b.do(ctx, http.MethodDelete, name, nil, 0)
	if errors.Is(err, ErrNone) {
		return nil
	}
	return err
}

// do makes a request, several times if that may help.
func (b *bucket) do(ctx context.Context, method, name string, data []byte, limit int64) ([]byte, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		got, err := b.try(ctx, method, name, data, limit)
		if err == nil || try == attempts || !errors.Is(err, ErrAway) || ctx.Err() != nil {
			return got, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(firstPause << (2 * (try - 1))):
		}
	}
}

func (b *bucket) try(ctx context.Context, method, name string, data []byte, limit int64) ([]byte, error) {
	secrets, err := b.secrets()
	if err != nil {
		return nil, err
	}
	u := b.endpoint
	u.Path = "/" + path.Join(b.bucket, b.prefix, name)
	u.RawPath = escapePath(u.Path)
	r, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if method == http.MethodPut {
		sum := md5.Sum(data) // some want it where objects are locked
		r.Header.Set("Content-Md5", base64.StdEncoding.EncodeToString(sum[:]))
		r.Header.Set("Content-Type", "application/octet-stream")
	}
	secrets.sign(r, b.region, hexSHA256(data), time.Now())
	answer, err := b.client.Do(r)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%s %w: %w", b, ErrAway, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return nil, b.fault(name, answer)
	}
	got, err := io.ReadAll(io.LimitReader(answer.Body, limit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s %w: the answer broke off: %w", b, ErrAway, err)
	case method == http.MethodGet && int64(len(got)) > limit:
		return nil, fmt.Errorf("%s: %s has more than %d MB: it is not what was kept", b, name, limit>>20)
	}
	return got, nil
}

// said finds code and message in an answer of S3 that reports an error.
var said = regexp.MustCompile(`(?s)<Code>([^<]{1,200})</Code>(?:.*?<Message>([^<]{1,1000})</Message>)?`)

// fault is the error that an answer reports.
func (b *bucket) fault(name string, answer *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(answer.Body, mostFault))
	why := answer.Status
	code := ""
	if found := said.FindSubmatch(text); found != nil {
		code = string(found[1])
		why += ", " + code
		if len(found[2]) > 0 {
			why += ": " + string(found[2])
		}
	}
	switch {
	case answer.StatusCode == http.StatusNotFound && (code == "NoSuchBucket" || name == ""):
		return fmt.Errorf("%s %w: there is no such bucket: make it, or correct the name (%s)", b, ErrRefused, why)
	case answer.StatusCode == http.StatusNotFound:
		return fmt.Errorf("%s: %s: %w (%s)", b, name, ErrNone, why)
	case answer.StatusCode/100 == 3:
		return fmt.Errorf("%s %w: it is at another endpoint or in another region: give ?endpoint= or ?region= (%s)", b, ErrRefused, why)
	case answer.StatusCode == http.StatusTooManyRequests, answer.StatusCode/100 == 5:
		return fmt.Errorf("%s %w (%s)", b, ErrAway, why)
	case code == "RequestTimeTooSkewed":
		return fmt.Errorf("%s %w: set the clock of this machine (%s)", b, ErrRefused, why)
	}
	return fmt.Errorf("%s %w: check the keys and what they may do (%s)", b, ErrRefused, why)
}
