package server

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"exemplar/internal/service"
)

// makeKey makes a key with the rights of the server's own.
func (s *testServer) makeKey(k service.NewKey) service.MadeKey {
	s.Helper()
	return ask[service.MadeKey](s, 201, "POST", "/keys", k)
}

// Every role may do what is its own and what is of those below it, in its collections.
func TestRoles(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	s.collection("claims")
	admin := s.makeKey(service.NewKey{Name: "admin", Role: service.Admin})
	s.key = admin.Secret
	keys := map[string]string{
		"nobody": "", "classify": s.makeKey(service.NewKey{Name: "scanner", Role: service.Classifier}).Secret,
		"register": s.makeKey(service.NewKey{Name: "clerk", Role: service.Registrar}).Secret, "admin": admin.Secret,
		"mailroom": s.makeKey(service.NewKey{Name: "mailroom", Role: service.Admin, Collections: []string{"mailroom"}}).Secret,
	}
	for _, c := range []struct {
		method, path string
		in           any
		want         map[string]int
	}{
		{"GET", "/me", nil, map[string]int{"nobody": 401, "classify": 200, "register": 200, "admin": 200, "mailroom": 200}},
		{"GET", "/collections/mailroom/labels", nil, map[string]int{"nobody": 401, "classify": 200, "register": 200, "admin": 200, "mailroom": 200}},
		{"GET", "/collections/claims/labels", nil, map[string]int{"nobody": 401, "classify": 200, "mailroom": 404}},
		{"DELETE", "/collections/mailroom/labels?label=x", nil, map[string]int{"nobody": 401, "classify": 403, "register": 404, "admin": 404, "mailroom": 404}},
		{"PATCH", "/collections/mailroom", map[string]string{"title": "Mail"}, map[string]int{"nobody": 401, "classify": 403, "register": 403, "admin": 200, "mailroom": 200}},
		{"PATCH", "/collections/claims", map[string]string{"title": "Claims"}, map[string]int{"mailroom": 404}},
		{"POST", "/collections", map[string]string{"name": "mailroom"}, map[string]int{"nobody": 401, "classify": 403, "register": 403, "admin": 409, "mailroom": 403}},
		{"GET", "/keys", nil, map[string]int{"nobody": 401, "classify": 403, "register": 403, "admin": 200, "mailroom": 403}},
		{"GET", "/version", nil, map[string]int{"nobody": 200, "classify": 200}},
	} {
		for who, status := range c.want {
			s.key = keys[who]
			t.Run(who+" "+c.method+" "+c.path, func(t *testing.T) {
				as := &testServer{T: t, url: s.url, key: s.key}
				ask[any](as, status, c.method, c.path, c.in)
			})
		}
	}
}

func TestKeysEnd(t *testing.T) {
	s := newTestServer(t)
	admin := s.makeKey(service.NewKey{Name: "admin", Role: service.Admin})
	s.key = admin.Secret
	clerk := s.makeKey(service.NewKey{Name: "clerk", Role: service.Registrar})
	list := ask[keyList](s, 200, "GET", "/keys", nil)
	if len(list.Keys) != 2 || list.Keys[0].LastUsed == nil || list.Keys[1].LastUsed != nil {
		t.Errorf("the list: %+v", list)
	}
	if _, data := s.send(200, "GET", prefix+"/keys", "", nil); bytes.Contains(data, []byte(strings.Split(clerk.Secret, "_")[2])) {
		t.Error("the list shows a secret")
	}
	if said := problemOf(s, 409, "DELETE", "/keys/"+admin.Prefix, nil); !strings.Contains(said, "last key") {
		t.Errorf("the last key that may do everything: %q", said)
	}
	ask[any](s, 204, "DELETE", "/keys/"+clerk.Prefix, nil)
	for name, key := range map[string]string{"revoked": clerk.Secret, "one letter off": admin.Secret[:len(admin.Secret)-1] + "_", "no key": "x", "empty": " "} {
		s.key = key
		if said := problemOf(s, 401, "GET", "/me", nil); !strings.Contains(said, "not known, has ended or was revoked") {
			t.Errorf("%s: %q", name, said)
		}
	}
}

// Whoever shows wrong keys again and again has to wait; others have not.
func TestWrongKeysAreSlowedDown(t *testing.T) {
	s := newTestServer(t)
	right := s.makeKey(service.NewKey{Name: "admin", Role: service.Admin}).Secret
	s.key = "exk_guess_guess"
	for i := range wrongBurst + 1 {
		want := 401
		if i == wrongBurst {
			want = 429
		}
		answer, _ := s.send(want, "GET", prefix+"/me", "", nil)
		if want == 429 && answer.Header.Get("Retry-After") == "" {
			t.Error("nothing says how long to wait")
		}
	}
	s.key = right // from the same address
	s.send(200, "GET", prefix+"/me", "", nil)
}

func TestAKeyIsUsedNoMoreOftenThanItMayBe(t *testing.T) {
	s := newTestServer(t)
	s.key = s.makeKey(service.NewKey{Name: "slow", Role: service.Admin, Rate: 1}).Secret
	s.send(200, "GET", prefix+"/me", "", nil)
	s.send(200, "GET", prefix+"/me", "", nil)
	if answer, _ := s.send(429, "GET", prefix+"/me", "", nil); answer.Header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After %q", answer.Header.Get("Retry-After"))
	}
}

// A browser logs in, is known by its cookie, and is nobody after it has logged out.
func TestBrowsersLogIn(t *testing.T) {
	s := newTestServer(t)
	key := s.makeKey(service.NewKey{Name: "Anna", Role: service.Registrar}).Secret
	answer, _ := s.send(204, "POST", prefix+"/session", "application/json", strings.NewReader(`{"key":"`+key+`"}`))
	cookies := answer.Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteStrictMode || strings.Contains(cookies[0].Value, key) {
		t.Fatalf("cookies: %v", cookies)
	}
	with := func(method, path string, header ...string) int {
		r, _ := http.NewRequest(method, s.url+prefix+path, nil)
		r.AddCookie(cookies[0])
		if len(header) > 0 {
			r.Header.Set(header[0], header[1])
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	if got := with("GET", "/me"); got != 200 {
		t.Errorf("logged in: %d", got)
	}
	if got := with("DELETE", "/session", "Sec-Fetch-Site", "cross-site"); got != 403 {
		t.Errorf("a page of another site: %d", got)
	}
	if got := with("DELETE", "/session"); got != 204 {
		t.Errorf("logging out: %d", got)
	}
	if got := with("GET", "/me"); got != 401 {
		t.Errorf("logged out: %d", got)
	}
	if said := problemOf(s, 401, "POST", "/session", map[string]string{"key": "exk_a_b"}); !strings.Contains(said, "not known") {
		t.Errorf("a wrong key: %q", said)
	}
}

// Where no key is needed, only who names this machine is served: a name of another site
// may be made to lead here.
func TestOtherNamesNeedAKey(t *testing.T) {
	s := newTestServer(t)
	status := func(host string) int {
		r, _ := http.NewRequest("GET", s.url+prefix+"/me", nil)
		r.Host = host
		if s.key != "" {
			r.Header.Set("Authorization", "Bearer "+s.key)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	for host, want := range map[string]int{"localhost:1": 200, "127.0.0.1": 200, "[::1]:8080": 200, "[::1]": 200, "evil.example:8080": 403, "10.0.0.1:8080": 403, "localhost.evil.example": 403} {
		if got := status(host); got != want {
			t.Errorf("%s: %d, want %d", host, got, want)
		}
	}
	s.key = s.makeKey(service.NewKey{Name: "admin", Role: service.Admin}).Secret
	if got := status("exemplar.example"); got != 200 {
		t.Errorf("with a key: %d", got)
	}
}
