package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// client asks over one connection. It does less than http.Client, so that it takes little from the server
// it shares the processors with.
type client struct {
	plan       plan
	connection net.Conn
	answers    *bufio.Reader
	request    []byte
}

func dial(p plan, deadline time.Time) (*client, error) {
	connection, err := net.DialTimeout("tcp", p.address, 5*time.Second)
	if err != nil {
		return nil, err
	}
	if err := connection.SetDeadline(deadline); err != nil {
		return nil, err
	}
	return &client{plan: p, connection: connection, answers: bufio.NewReaderSize(connection, 64<<10)}, nil
}

// ask sends request number n, and returns the status once the whole answer is there.
func (c *client) ask(n int) (int, error) {
	c.write(n)
	if _, err := c.connection.Write(c.request); err != nil {
		return 0, err
	}
	answer, err := http.ReadResponse(c.answers, nil)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

func (c *client) write(n int) {
	method := "GET "
	if c.plan.body != "" {
		method = "POST "
	}
	text := append(c.request[:0], method...)
	text = append(text, c.plan.paths[n%len(c.plan.paths)]...)
	text = append(text, " HTTP/1.1\r\nHost: "...)
	text = append(text, c.plan.address...)
	text = append(text, "\r\nAccept: application/json\r\n"...)
	if c.plan.token != "" {
		text = append(text, "Authorization: Bearer "...)
		text = append(text, c.plan.token...)
		text = append(text, "\r\n"...)
	}
	if c.plan.body != "" {
		body := strings.ReplaceAll(c.plan.body, "{n}", strconv.Itoa(n))
		if c.plan.key != "" {
			text = append(text, "Idempotency-Key: "...)
			text = append(text, strings.ReplaceAll(c.plan.key, "{n}", strconv.Itoa(n))...)
			text = append(text, "\r\n"...)
		}
		text = append(text, "Content-Type: application/json\r\nContent-Length: "...)
		text = strconv.AppendInt(text, int64(len(body)), 10)
		text = append(text, "\r\n\r\n"...)
		c.request = append(text, body...)
		return
	}
	c.request = append(text, "\r\n"...)
}
