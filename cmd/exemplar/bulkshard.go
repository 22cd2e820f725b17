package main

import (
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
)

// shard is a part of a list.
type shard struct {
	index, count int
	source       string // variables that say so; empty if the command line does
}

func (s shard) String() string { return fmt.Sprintf("%d/%d", s.index, s.count) }

// has reports whether a file is of the part. That depends on its path alone, so that parts
// have no file in common, also if the list names one twice or grows.
func (s shard) has(path string) bool {
	hash := fnv.New64a()
	hash.Write([]byte(path))
	return hash.Sum64()%uint64(s.count) == uint64(s.index)
}

// fileName is the name of the part's answers in a folder.
func (s shard) fileName() string {
	if s.count == 1 {
		return "results.jsonl"
	}
	return fmt.Sprintf("results-%0*d-of-%d.jsonl", len(strconv.Itoa(s.count-1)), s.index, s.count)
}

// shardOf reads --shard, and what a scheduler says where it is silent.
func shardOf(text string, env func(string) string) (shard, error) {
	index, count, isWhole := strings.Cut(text, "/")
	if text != "" && !isWhole {
		return shard{}, fmt.Errorf("--shard %q: want I/N, such as 0/8 for the first of eight parts", text)
	}
	s := shard{count: 1}
	var err error
	if count != "" {
		if s.count, err = strconv.Atoi(count); err != nil || s.count < 1 {
			return s, fmt.Errorf("--shard %q: want I/N, such as 0/8 for the first of eight parts", text)
		}
	}
	switch {
	case index != "":
		if s.index, err = strconv.Atoi(index); err != nil {
			err = fmt.Errorf("%q is no number", index)
		}
	default:
		s, err = s.byScheduler(count != "", env)
	}
	if err == nil && (s.index < 0 || s.index >= s.count) {
		err = fmt.Errorf("there is no part %d of %d: they are numbered from 0 to %d", s.index, s.count, s.count-1)
	}
	if err != nil && text != "" {
		err = fmt.Errorf("--shard %q: %w", text, err)
	}
	return s, err
}

// schedulers are those whose variables are known: of the index and of the count; from and
// step say how the indices of Slurm are numbered.
var schedulers = []struct{ index, count, from, step string }{
	{"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_STEP"},
	{"AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE", "", ""},
	{"JOB_COMPLETION_INDEX", "", "", ""}, // of Kubernetes, which tells no count
}

// byScheduler is the part that a scheduler says. isCounted says that the count is known.
func (s shard) byScheduler(isCounted bool, env func(string) string) (shard, error) {
	number := func(name string, usual int) (int, error) {
		if name == "" || env(name) == "" {
			return usual, nil
		}
		n, err := strconv.Atoi(env(name))
		if err != nil {
			return 0, fmt.Errorf("%s=%q: want a whole number", name, env(name))
		}
		return n, nil
	}
	for _, by := range schedulers {
		if env(by.index) == "" {
			continue
		}
		index, err := number(by.index, 0)
		from, err2 := number(by.from, 0)
		step, err3 := number(by.step, 1)
		count, err4 := number(by.count, 0)
		if err := errors.Join(err, err2, err3, err4); err != nil {
			return s, err
		}
		s.source = by.index
		if !isCounted {
			if count == 0 {
				return s, fmt.Errorf("%s says which part it is, and nothing says of how many: give --shard /N", by.index)
			}
			s.count, s.source = count, by.index+" and "+by.count
		}
		s.index = (index - from) / max(1, step)
		return s, nil
	}
	if isCounted {
		return s, errors.New("no scheduler says which part it is: give I/N")
	}
	return s, nil
}
