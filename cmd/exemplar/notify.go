package main

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"exemplar/internal/sdnotify"
	"exemplar/internal/server"
)

// systemd is told how a server is, if it wants to know.
type systemd struct {
	sdnotify.Notifier
	log *slog.Logger
}

// say tells lines. That it could not is no reason not to serve.
func (s systemd) say(lines ...string) {
	if err := s.Send(lines...); err != nil {
		s.log.Warn("systemd", "error", err)
	}
}

// watch tells systemd, as often as it wants to hear it, that the handler answers, until
// ctx ends.
func (s systemd) watch(ctx context.Context, handler http.Handler) {
	if s.Watchdog == 0 {
		return
	}
	tick := time.NewTicker(s.Watchdog / 2)
	defer tick.Stop()
	for {
		if server.IsAlive(ctx, handler) {
			s.say("WATCHDOG=1")
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
