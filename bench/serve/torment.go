package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"exemplar/internal/capturesim"
	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
)

// tormentor has the kinds that clients register, remove and ask about. Each kind belongs
// to one client, so that what must be there is known, but for the request that a kill
// cut off.
type tormentor struct {
	documents, photos map[string][]byte
	kinds             []string

	mu      sync.Mutex
	there   map[string]string // id of the reference of a kind, by what was acknowledged
	unsure  map[string]bool   // kinds whose last change was cut off
	answers int               // that were compared with what must be there
	faults  []string
}

func (m *tormentor) fault(format string, args ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults = append(m.faults, fmt.Sprintf(format, args...))
}

// reference is what requests say of a reference.
type reference struct{ ID, Label string }

// torment sends mixed requests, kills the server in between, and says what was wrong.
func torment(folder, program string, requests, kills int, seed uint64) error {
	m := &tormentor{documents: map[string][]byte{}, photos: map[string][]byte{}, there: map[string]string{}, unsure: map[string]bool{}, kinds: loadKinds[:12]}
	for i, kind := range m.kinds {
		drawn := synthdoc.Draw(synthdoc.Document{Kind: kind, Template: uint64(7 + 2*i), Size: 600})
		m.documents[kind] = imaging.EncodePNG(drawn)
		m.photos[kind] = imaging.EncodeJPEG(capturesim.Scene(drawn, nil, capturesim.Plain(), uint64(i)).Image, 85)
	}
	data := filepath.Join(folder, "data")
	server, err := start(program, data)
	if err != nil {
		return err
	}
	if _, err := ask(http.DefaultClient, "POST", server.url+api+"/collections", "application/json", []byte(`{"name":"torment","keep_pictures":"unknown"}`), nil); err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(seed, 0))
	var memory []int64
	for part := range kills + 1 {
		killed := part < kills
		stop := time.Duration(-1)
		if killed {
			stop = time.Duration(random.IntN(3000)) * time.Millisecond
		}
		memory = append(memory, m.round(server, requests/(kills+1), stop, seed+uint64(part)))
		if killed {
			server.kill()
			if server, err = start(program, data); err != nil {
				return fmt.Errorf("after kill %d: %w", part+1, err)
			}
		}
		if err := m.check(server); err != nil {
			return err
		}
	}
	if _, err := server.stop(); err != nil {
		return fmt.Errorf("the end: %w: %s", err, server.errOut.String())
	}
	fmt.Printf("%d requests, %d kills, %d answers compared; memory after the parts: %s MB\n", requests, kills, m.answers, megabytes(memory))
	if len(m.faults) > 0 {
		return fmt.Errorf("%d faults:\n%s", len(m.faults), strings.Join(m.faults[:min(len(m.faults), 20)], "\n"))
	}
	fmt.Println("no wrong, lost or half-visible state")
	return nil
}

func megabytes(list []int64) string {
	var words []string
	for _, n := range list {
		words = append(words, fmt.Sprint(n>>20))
	}
	return strings.Join(words, " ")
}

// round sends requests by four clients, and kills the server after a time, if it is not
// negative, in the middle of them. It returns the memory that the server had at the end.
func (m *tormentor) round(server *child, requests int, stop time.Duration, seed uint64) (memory int64) {
	const clients = 4
	var working sync.WaitGroup
	for c := range clients {
		working.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(c)))
			client := &http.Client{}
			defer client.CloseIdleConnections()
			for range requests / clients {
				if !m.one(client, server.url, m.kinds[c*len(m.kinds)/clients+random.IntN(len(m.kinds)/clients)], random.IntN(10)) {
					return // the server is gone
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { working.Wait(); close(done) }()
	var end <-chan time.Time // never
	if stop >= 0 {
		end = time.After(stop)
	}
	select {
	case <-end:
		memory = server.memory()
		server.cmd.Process.Kill()
		<-done
	case <-done:
		memory = server.memory()
	}
	return memory
}

// one sends one request about a kind of the client's own; it reports whether the server
// answered.
func (m *tormentor) one(client *http.Client, url, kind string, dice int) bool {
	address := url + api + "/collections/torment"
	m.mu.Lock()
	id, unsure := m.there[kind], m.unsure[kind]
	m.mu.Unlock()
	set := func(id string, unsure bool) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.there[kind], m.unsure[kind] = id, unsure
	}
	var status int
	var err error
	switch {
	case dice < 2 && id == "" && !unsure:
		var done struct{ Results []reference }
		contentType, body := newForm("kind/"+kind, kind+".png", m.documents[kind])
		if status, err = ask(client, "POST", address+"/references", contentType, body, &done); err == nil {
			set(done.Results[0].ID, false)
		} else if status == 0 {
			set(id, true)
		}
	case dice < 2 && id != "" && !unsure:
		if status, err = ask(client, "DELETE", address+"/references/"+id, "", nil, nil); err == nil {
			set("", false)
		} else if status == 0 {
			set(id, true)
		}
	case dice == 2:
		status, err = ask(client, "GET", address+"/labels", "", nil, nil)
	case dice == 3:
		status, err = ask(client, "POST", address+"/classify", "image/jpeg", []byte("no picture"), nil)
	default:
		var done struct {
			Answers []struct{ Decision, Label string }
		}
		if status, err = ask(client, "POST", address+"/classify", "image/jpeg", m.photos[kind], &done); err == nil && !unsure {
			m.compare(kind, id != "", done.Answers[0].Decision, done.Answers[0].Label)
		}
	}
	if err != nil && status != 0 {
		m.fault("%s: %v", kind, err)
	}
	return status != 0 || err == nil
}

// compare compares an answer with what must be there. A photo that is not found although
// its kind is registered may be too hard; another kind's label is wrong in any case.
func (m *tormentor) compare(kind string, registered bool, decision, label string) {
	m.mu.Lock()
	m.answers++
	m.mu.Unlock()
	if label == "kind/"+kind && !registered {
		m.fault("%s is recognised, and is not registered", kind)
	}
	if label != "" && label != "kind/"+kind && label != "kind" {
		m.fault("%s is answered %s", kind, label)
	}
}

// check compares the references with what was acknowledged, and has the audit verified.
func (m *tormentor) check(server *child) error {
	var list struct{ References []reference }
	if _, err := ask(http.DefaultClient, "GET", server.url+api+"/collections/torment/references?limit=1000", "", nil, &list); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, kind := range m.kinds {
		var found []string
		for _, r := range list.References {
			if r.Label == "kind/"+kind {
				found = append(found, r.ID)
			}
		}
		id := m.there[kind]
		switch {
		case m.unsure[kind] && len(found) <= 1: // done, or not: both are whole
			m.there[kind] = strings.Join(found, "")
			m.unsure[kind] = false
		case id == "" && len(found) > 0 || id != "" && !slices.Equal(found, []string{id}):
			m.faults = append(m.faults, fmt.Sprintf("%s: references %v, acknowledged was %q", kind, found, id))
		}
	}
	var audit struct {
		Sound   bool
		Problem string
	}
	if _, err := ask(http.DefaultClient, "GET", server.url+api+"/audit/verify", "", nil, &audit); err != nil {
		return err
	}
	if !audit.Sound {
		m.faults = append(m.faults, "the audit: "+audit.Problem)
	}
	return nil
}
