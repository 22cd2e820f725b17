package server

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"exemplar/internal/server/openid"
	"exemplar/internal/service"
)

// issuer is a provider of OpenID Connect, written from the specification (OpenID Connect
// Core 1.0; RFC 7636 for PKCE), with faults on demand.
type issuer struct {
	*testing.T
	url       string
	algorithm string
	key       crypto.Signer
	other     crypto.Signer // signs if forged
	claims    map[string]any
	forged    bool
	noNonce   bool
	asked     map[string]url.Values // what a code was asked for with
}

func newIssuer(t *testing.T, algorithm string) *issuer {
	i := &issuer{T: t, algorithm: algorithm, claims: map[string]any{}, asked: map[string]url.Values{}}
	newKey := func() crypto.Signer {
		if algorithm == "ES256" {
			key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			return key
		}
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	i.key, i.other = newKey(), newKey()
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{
			"issuer": i.url, "authorization_endpoint": i.url + "/authorize", "token_endpoint": i.url + "/token", "jwks_uri": i.url + "/keys",
			"id_token_signing_alg_values_supported": []string{algorithm}, "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"keys": []any{i.publicKey()}})
	})
	mux.HandleFunc("/authorize", func(w http.ResponseWriter, r *http.Request) { // the person agrees
		q := r.URL.Query()
		i.asked["code-1"] = q
		http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {"code-1"}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
	})
	mux.HandleFunc("/token", i.token)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	i.url = server.URL
	return i
}

func encoded(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (i *issuer) publicKey() map[string]any {
	if key, is := i.key.Public().(*ecdsa.PublicKey); is {
		point, err := key.Bytes() // 4, X, Y
		if err != nil {
			i.Fatal(err)
		}
		return map[string]any{"kty": "EC", "crv": "P-256", "kid": "1", "use": "sig", "x": encoded(point[1:33]), "y": encoded(point[33:])}
	}
	key := i.key.Public().(*rsa.PublicKey)
	return map[string]any{"kty": "RSA", "kid": "1", "use": "sig", "n": encoded(key.N.Bytes()), "e": encoded(big.NewInt(int64(key.E)).Bytes())}
}

// token gives an ID token for a code to who knows the verifier and the secret.
func (i *issuer) token(w http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	q := i.asked[r.Form.Get("code")]
	id, secret, _ := r.BasicAuth()
	if !(id == "exemplar" && secret == "s3cret") && !(r.Form.Get("client_id") == "exemplar" && r.Form.Get("client_secret") == "s3cret") {
		w.WriteHeader(http.StatusUnauthorized)
		io.WriteString(w, `{"error":"invalid_client"}`)
		return
	}
	challenge := sha256.Sum256([]byte(r.Form.Get("code_verifier")))
	if q == nil || q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") != encoded(challenge[:]) || r.Form.Get("redirect_uri") != q.Get("redirect_uri") {
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"error":"invalid_grant"}`)
		return
	}
	delete(i.asked, r.Form.Get("code"))
	claims := map[string]any{"iss": i.url, "aud": "exemplar", "sub": "42", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix()}
	if !i.noNonce {
		claims["nonce"] = q.Get("nonce")
	}
	for name, value := range i.claims {
		claims[name] = value
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": i.sign(claims)})
}

func (i *issuer) sign(claims map[string]any) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		i.Fatal(err)
	}
	text := encoded([]byte(`{"alg":"`+i.algorithm+`","kid":"1"}`)) + "." + encoded(payload)
	hash := sha256.Sum256([]byte(text))
	key := i.key
	if i.forged {
		key = i.other
	}
	var signature []byte
	switch key := key.(type) {
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, key, hash[:])
		if err != nil {
			i.Fatal(err)
		}
		signature = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	case *rsa.PrivateKey:
		if signature, err = rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, hash[:]); err != nil {
			i.Fatal(err)
		}
	}
	return text + "." + encoded(signature)
}

// browser is a client with cookies of its own.
func browser(t *testing.T) *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

// open has a browser open a page, and returns the status and what it shows.
func (s *testServer) open(b *http.Client, address string) (int, string) {
	s.Helper()
	answer, err := b.Get(address)
	if err != nil {
		s.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// newLoginServer is a server whose people log in at an issuer.
func newLoginServer(t *testing.T, i *issuer) *testServer {
	s := newTestServer(t)
	ask[service.Collection](s, 201, "POST", "/collections", service.NewCollection{Name: "mailroom"})
	front := httptest.NewUnstartedServer(nil)
	front.Start()
	t.Cleanup(front.Close)
	folder := t.TempDir()
	settings := filepath.Join(folder, "oidc.toml")
	text := "issuer = '" + i.url + "'\nclient = 'exemplar'\nsecret_file = '" + filepath.Join(folder, "secret") + "'\nurl = '" + front.URL + "/'\nclaim = 'realm.roles'\nname = 'the office'\n" +
		"[roles]\nclerks = 'register:mailroom'\nboss = 'admin'\n"
	for path, text := range map[string]string{settings: text, filepath.Join(folder, "secret"): "s3cret\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read, err := openid.Read(settings)
	if err != nil {
		t.Fatal(err)
	}
	s.server = newServer(Options{Service: s.service, Version: "test", OpenID: openid.New(read)})
	front.Config.Handler = s.server.handler()
	s.url = front.URL
	return s
}

// People log in at a provider, with the role of their groups, and out again.
func TestLogInByAProvider(t *testing.T) {
	for _, algorithm := range []string{"RS256", "ES256"} {
		t.Run(algorithm, func(t *testing.T) {
			i := newIssuer(t, algorithm)
			s := newLoginServer(t, i)
			b := browser(t)
			if status, _ := s.open(b, s.url+prefix+"/me"); status != 401 {
				t.Errorf("who is not logged in: %d, though there is no key", status)
			}
			if _, said := s.open(b, s.url+prefix+"/version"); !strings.Contains(said, `"log_in":{"name":"the office","path":"/oidc/login"}`) {
				t.Errorf("the page does not learn where to log in: %s", said)
			}
			i.claims = map[string]any{"name": "Berta", "realm": map[string]any{"roles": []string{"clerks", "others"}}}
			if status, said := s.open(b, s.url+openid.LoginPath); status != 200 || !strings.Contains(said, "<html") {
				t.Fatalf("logged in: %d %.300s", status, said)
			}
			if _, said := s.open(b, s.url+prefix+"/me"); !strings.Contains(said, `"name":"Berta","role":"register","collections":["mailroom"]`) {
				t.Errorf("who is logged in: %s", said)
			}
			if status, _ := s.open(b, s.url+prefix+"/audit"); status != 403 {
				t.Errorf("the audit for a clerk: %d", status)
			}
			request, _ := http.NewRequest("DELETE", s.url+prefix+"/session", nil)
			if answer, err := b.Do(request); err != nil || answer.StatusCode != 204 {
				t.Errorf("log out: %v %v", answer, err)
			}
			if status, _ := s.open(b, s.url+prefix+"/me"); status != 401 {
				t.Errorf("after logging out: %d", status)
			}
			i.claims["realm"] = map[string]any{"roles": []string{"boss"}}
			s.open(b, s.url+openid.LoginPath)
			if status, said := s.open(b, s.url+prefix+"/audit?limit=1"); status != 200 || !strings.Contains(said, `"what":"login"`) {
				t.Errorf("the audit for one who was made an admin: %d %s", status, said)
			}
			keys, err := s.service.Keys(context.Background())
			if err != nil || len(keys) != 1 || keys[0].Name != "Berta" {
				t.Fatalf("the keys: %+v, %v", keys, err)
			}
			if _, err := s.service.ActorOfKey(context.Background(), "exk_"+keys[0].Prefix+"_"); err == nil {
				t.Error("a person's row serves as a key")
			}
			if _, err := s.service.CreateKey(context.Background(), local, service.NewKey{Name: "spare", Role: service.Admin}); err != nil {
				t.Fatal(err)
			}
			if err := s.service.RevokeKey(context.Background(), local, keys[0].Prefix); err != nil {
				t.Fatal(err)
			}
			if status, said := s.open(b, s.url+openid.LoginPath); status != 403 || !strings.Contains(said, "locked out") {
				t.Errorf("who was locked out: %d %s", status, said)
			}
		})
	}
}

// Nobody is let in by an answer that is not the provider's, or not to this browser.
func TestLogInsThatAreRefused(t *testing.T) {
	i := newIssuer(t, "ES256")
	s := newLoginServer(t, i)
	clerk := map[string]any{"roles": []string{"clerks"}}
	for _, c := range []struct {
		name   string
		claims map[string]any
		change func(bool)
		want   string
	}{
		{"no group with a role", map[string]any{"realm": map[string]any{"roles": []string{"*", "guests"}}}, nil, "no group of theirs has a role"},
		{"groups that are none", map[string]any{"realm": map[string]any{"roles": 7}}, nil, "no group of theirs has a role"},
		{"another key", map[string]any{"realm": clerk}, func(on bool) { i.forged = on }, "cannot be trusted"},
		{"no nonce", map[string]any{"realm": clerk}, func(on bool) { i.noNonce = on }, "not begun in this browser"},
		{"for another client", map[string]any{"realm": clerk, "aud": "other"}, nil, "cannot be trusted"},
		{"of another issuer", map[string]any{"realm": clerk, "iss": "https://other.example"}, nil, "cannot be trusted"},
		{"an old one", map[string]any{"realm": clerk, "exp": time.Now().Add(-time.Hour).Unix()}, nil, "cannot be trusted"},
	} {
		b := browser(t)
		i.claims = c.claims
		if c.change != nil {
			c.change(true)
		}
		if status, said := s.open(b, s.url+openid.LoginPath); status < 400 || status >= 500 || !strings.Contains(said, c.want) {
			t.Errorf("%s: %d %s", c.name, status, said)
		}
		if status, _ := s.open(b, s.url+prefix+"/me"); status != 401 {
			t.Errorf("%s: let in", c.name)
		}
		if c.change != nil {
			c.change(false)
		}
	}
	i.claims = map[string]any{"realm": clerk}
	begun := browser(t)
	begun.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := begun.Get(s.url + openid.LoginPath)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	address, _ := url.Parse(answer.Header.Get("Location"))
	i.asked["code-2"] = address.Query()
	back := s.url + openid.CallbackPath + "?code=code-2&state="
	state := address.Query().Get("state")
	for name, address := range map[string]string{"another browser": back + state, "no state": s.url + openid.CallbackPath + "?code=code-2"} {
		if status, said := s.open(browser(t), address); status != 400 || !strings.Contains(said, "not begun in this browser") {
			t.Errorf("%s: %d %s", name, status, said)
		}
	}
	if status, said := s.open(begun, back+"wrong"); status != 400 {
		t.Errorf("another state: %d %s", status, said)
	}
	if status, _ := s.open(begun, back+state); status != 400 {
		t.Errorf("a ticket serves twice: %d", status)
	}
}

// The settings say what is wrong with them.
func TestSettingsOfLogIn(t *testing.T) {
	const good = "issuer='https://a.example'\nclient='c'\nurl='https://b.example'\n[roles]\n'*'='classify'\n"
	path := filepath.Join(t.TempDir(), "oidc.toml")
	for _, c := range []struct{ from, to, want string }{
		{"", "", ""},
		{"client='c'", "", "client is missing"},
		{"https://a", "http://a", "must begin with https://"},
		{"'classify'", "'chief'", "want classify, register or admin"},
		{"'*'='classify'", "", "nobody has a role"},
		{"client=", "klient=", "there is no setting klient"},
		{"client='c'", "client='c'\nsecret_file='/nowhere'", "secret_file"},
	} {
		if err := os.WriteFile(path, []byte(strings.Replace(good, c.from, c.to, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := openid.Read(path)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q in place of %q: %v", c.to, c.from, err)
		}
	}
}
