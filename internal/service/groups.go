package service

import (
	"context"
	"sort"

	"exemplar"
	"exemplar/internal/parallel"
	"exemplar/internal/service/db"
)

// groupsOf groups decisions by likeness: all of a group are like each other, pair by pair,
// and the two groups that are most alike were joined first (complete linkage). What has no
// likeness is a group by itself, and what is known to be of a label is grouped with such alone. The oldest of a group comes first; the largest groups come
// first, of equal ones that with the newest decision.
func (s *Service) groupsOf(ctx context.Context, rows []db.Decision) ([][]db.Decision, error) {
	alike, err := s.alikes(ctx, rows)
	if err != nil {
		return nil, err
	}
	var groups [][]db.Decision
	for _, members := range linked(alike, groupLikeness) {
		var group []db.Decision
		for _, i := range members {
			group = append(group, rows[i])
		}
		sort.Slice(group, func(i, j int) bool { return group[i].ID < group[j].ID }) // a generic sort of each type makes the program 10 KB larger
		groups = append(groups, group)
	}
	sort.SliceStable(groups, func(i, j int) bool {
		a, b := groups[i], groups[j]
		return len(a) > len(b) || len(a) == len(b) && a[len(a)-1].ID > b[len(b)-1].ID
	})
	return groups, nil
}

// alikes are the likenesses of all pairs (n,n).
func (s *Service) alikes(ctx context.Context, rows []db.Decision) ([][]float32, error) {
	n := len(rows)
	likeness, alike := make([]exemplar.Likeness, n), make([][]float32, n)
	for i, row := range rows {
		likeness[i], alike[i] = unpackVector(row.Likeness), make([]float32, n)
	}
	const tile = 16 // of so many the embeddings stay in the cache of a core (17 KB each)
	err := parallel.Each(ctx, s.work.workers, (n+tile-1)/tile, func(_ context.Context, t int) error {
		from, to := t*tile, min((t+1)*tile, n)
		for j := range to {
			for i := max(from, j+1); i < to; i++ {
				if rows[i].Label == rows[j].Label {
					alike[i][j] = float32(s.model.Alike(likeness[i], likeness[j]))
				}
			}
		}
		return nil
	})
	for i := range alike {
		for j := range i {
			alike[j][i] = alike[i][j]
		}
	}
	return alike, err
}

// linked groups what is alike, by chains of nearest neighbours (Murtagh 1983): two groups
// that are each other's nearest are joined, and then are as alike as their least alike
// members. It changes alike.
func linked(alike [][]float32, least float32) (groups [][]int) {
	members := make([][]int, len(alike))
	for i := range members {
		members[i] = []int{i}
	}
	nearest := func(of int) (best int) {
		best = -1
		for i, m := range members {
			if m != nil && i != of && alike[of][i] >= least && (best < 0 || alike[of][i] > alike[of][best]) {
				best = i
			}
		}
		return best
	}
	var chain []int
	for next := 0; next < len(members); {
		if len(chain) == 0 {
			if members[next] == nil {
				next++
				continue
			}
			chain = append(chain, next)
		}
		last := chain[len(chain)-1]
		at := nearest(last)
		switch {
		case at < 0: // nothing will ever be like it
			groups, members[last] = append(groups, members[last]), nil
			chain = chain[:len(chain)-1]
		case len(chain) > 1 && alike[last][at] <= alike[last][chain[len(chain)-2]]: // the one before is as near
			into := chain[len(chain)-2]
			members[into], members[last] = append(members[into], members[last]...), nil
			for i := range alike {
				alike[into][i] = min(alike[into][i], alike[last][i])
				alike[i][into] = alike[into][i]
			}
			chain = chain[:len(chain)-2]
		default:
			chain = append(chain, at)
		}
	}
	return groups
}
