package eval

// Trial is one try that hits or misses. Trials of one cluster, such as a document, err
// together.
type Trial struct {
	Cluster string
	Hit     bool
}

// ShareOf is the share of hits.
func ShareOf(trials []Trial) Share {
	var names []string
	for _, t := range trials {
		names = append(names, t.Cluster)
	}
	names = distinct(names)
	at := map[string]int{}
	for i, name := range names {
		at[name] = i
	}
	c, s := newClustered(len(names)), Share{High: 1, Trials: len(trials)}
	for _, t := range trials {
		c.trials[at[t.Cluster]]++
		if t.Hit {
			c.hits[at[t.Cluster]]++
			s.Hits++
		}
	}
	if s.Trials > 0 {
		s.Rate, s.Low, s.High = c.interval()
	}
	return s
}
