package main

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// result is what a run has shown; times are in microseconds.
type result struct {
	Requests   int     `json:"requests"`
	Errors     int64   `json:"errors"`
	Seconds    float64 `json:"seconds"`
	Throughput float64 `json:"throughput"` // answers a second
	P50        float64 `json:"p50_us"`
	P99        float64 `json:"p99_us"`
	CPU        float64 `json:"cpu_us"` // of the server, for each request
}

// send warms the server up and then measures it.
func (p plan) send() (result, error) {
	clients, err := p.connect(time.Now().Add(p.limit))
	if err != nil {
		return result{}, err
	}
	if _, _, err := p.ask(clients, 0, p.warmUp); err != nil {
		return result{}, err
	}
	before, err := cpu(p.pid)
	if err != nil {
		return result{}, err
	}
	start := time.Now()
	took, failed, err := p.ask(clients, p.warmUp, p.requests)
	seconds := time.Since(start).Seconds()
	if err != nil {
		return result{}, err
	}
	after, err := cpu(p.pid)
	if err != nil {
		return result{}, err
	}
	slices.Sort(took)
	return result{
		Requests:   p.requests,
		Errors:     failed,
		Seconds:    seconds,
		Throughput: float64(p.requests) / seconds,
		P50:        microseconds(took[len(took)/2]),
		P99:        microseconds(took[len(took)*99/100]),
		CPU:        microseconds(after-before) / float64(p.requests),
	}, nil
}

func microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func (p plan) connect(deadline time.Time) ([]*client, error) {
	clients := make([]*client, p.connections)
	for i := range clients {
		var err error
		if clients[i], err = dial(p, deadline); err != nil {
			return nil, err
		}
	}
	return clients, nil
}

// ask sends requests number first to first+count-1, whichever client is free, and returns how long each took.
func (p plan) ask(clients []*client, first, count int) (took []time.Duration, failed int64, err error) {
	took = make([]time.Duration, count)
	var next, wrong atomic.Int64
	var broken atomic.Pointer[error]
	var clientsDone sync.WaitGroup
	for _, client := range clients {
		clientsDone.Go(func() {
			for broken.Load() == nil {
				i := int(next.Add(1)) - 1
				if i >= count {
					return
				}
				start := time.Now()
				status, err := client.ask(first + i)
				took[i] = time.Since(start)
				if err != nil {
					broken.Store(&err)
				} else if status != p.status {
					wrong.Add(1)
				}
			}
		})
	}
	clientsDone.Wait()
	if cause := broken.Load(); cause != nil {
		return nil, 0, *cause
	}
	return took, wrong.Load(), nil
}
