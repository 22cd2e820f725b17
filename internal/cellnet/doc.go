// Package cellnet holds networks of convolutions that are given by a table: a trunk
// from a map of channels down to cells, coarser looks that are enlarged and added to
// it, and a last layer with one or several answers for each cell. Packages
// changedetect and condition have such tables and say what comes in and what the
// answers mean.
//
//	n, err := cellnet.Load(channels, table, data)
//	var p cellnet.Pass
//	p.In.Resize(w, h, channels)
//	... fill in p.In.V ...
//	n.Forward(&p)
//	answers := p.Logits()
package cellnet
