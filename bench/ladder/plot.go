package main

import (
	"bytes"
	"fmt"
	"html"
	"math"
)

// Positions in the plot, in pixels.
const (
	plotWidth, rowHeight = 760, 24
	left, right, top     = 300, 40, 40
)

// plot draws, as SVG, the difference that each rung makes, with its interval.
func plot(lines []line) []byte {
	limit := 0.05
	var rows []line
	for _, l := range lines {
		if l.known {
			rows = append(rows, l)
			limit = max(limit, math.Abs(l.low), math.Abs(l.high))
		}
	}
	height := top + rowHeight*len(rows) + 30
	x := func(v float64) float64 { return left + (plotWidth-left-right)*(v+limit)/(2*limit) }
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`, plotWidth, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/><text x="%d" y="20">points of the mean over eight sets, with intervals of 95 %% over sets and seeds</text>`, plotWidth, height, 10)
	for _, v := range []float64{-limit, -limit / 2, 0, limit / 2, limit} {
		fmt.Fprintf(&b, `<path d="M%.1f %dV%d" stroke="#ddd"/><text x="%.1f" y="%d" text-anchor="middle" fill="#555">%+.0f</text>`,
			x(v), top, height-24, x(v), height-8, 100*v)
	}
	fmt.Fprintf(&b, `<path d="M%.1f %dV%d" stroke="#333"/>`, x(0), top, height-24)
	for i, l := range rows {
		y := top + rowHeight*i + rowHeight/2
		color := "#777"
		if l.outside() {
			color = map[bool]string{true: "#0a7d32", false: "#b3261e"}[l.mean > 0]
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`, left-10, y+4, html.EscapeString(l.name+" beside "+l.than))
		fmt.Fprintf(&b, `<path d="M%.1f %dH%.1f" stroke="%s" stroke-width="2"/><circle cx="%.1f" cy="%d" r="4" fill="%s"/>`,
			x(l.low), y, x(l.high), color, x(l.mean), y, color)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}
