package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// child is a running server.
type child struct {
	cmd    *exec.Cmd
	url    string
	errOut bytes.Buffer
}

const api = "/api/v1"

// start starts a server with the flags that say where it keeps what it knows, and waits
// until it answers.
func start(program string, place ...string) (*child, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	l.Close()
	c := &child{cmd: exec.Command(program, append([]string{"serve", "--listen", address, "--quiet"}, place...)...), url: "http://" + address}
	c.cmd.Stderr = &c.errOut
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		answer, err := http.Get(c.url + "/readyz")
		if err != nil {
			continue
		}
		answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			return c, nil
		}
	}
	c.kill()
	return nil, fmt.Errorf("the server does not start: %s", c.errOut.String())
}

// stop ends the server as an operator does, and returns what of processors it took.
func (c *child) stop() (time.Duration, error) {
	c.cmd.Process.Signal(syscall.SIGTERM)
	err := c.cmd.Wait()
	return c.cmd.ProcessState.UserTime() + c.cmd.ProcessState.SystemTime(), err
}

// kill ends it as a power cut of its process does.
func (c *child) kill() {
	c.cmd.Process.Kill()
	c.cmd.Wait()
}

// memory is what the server has of the machine's memory, in bytes; 0 where the system
// does not tell.
func (c *child) memory() int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", c.cmd.Process.Pid))
	var total, resident int64
	if err == nil {
		fmt.Sscan(string(text), &total, &resident)
	}
	return resident * int64(os.Getpagesize())
}

// ask sends a request and reads JSON; a status that is none of 2xx is an error.
func ask(client *http.Client, method, url, contentType string, body []byte, out any) (status int, err error) {
	request, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	answer, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err
	}
	if answer.StatusCode >= 300 {
		again := "no Retry-After"
		if after := answer.Header.Get("Retry-After"); after != "" {
			again = "Retry-After " + after
		}
		return answer.StatusCode, fmt.Errorf("%s %s: %d, %s: %.300s", method, url, answer.StatusCode, again, text)
	}
	if out == nil || len(text) == 0 {
		return answer.StatusCode, nil
	}
	return answer.StatusCode, json.Unmarshal(text, out)
}

// newForm makes a form with a label and a file.
func newForm(label, name string, file []byte) (contentType string, body []byte) {
	var out bytes.Buffer
	form := multipart.NewWriter(&out)
	form.WriteField("label", label)
	part, _ := form.CreateFormFile("file", name)
	part.Write(file)
	form.Close()
	return form.FormDataContentType(), out.Bytes()
}
