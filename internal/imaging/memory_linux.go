package imaging

import (
	"bufio"
	"os"
	"path"
	"strconv"
	"strings"
	"syscall"
)

// machineMemory returns the bytes of memory that this process can use: the machine's, or
// less if a control group limits it.
func machineMemory() int64 {
	memory := unknownMemory
	var info syscall.Sysinfo_t
	if syscall.Sysinfo(&info) == nil {
		memory = int64(info.Totalram) * int64(info.Unit)
	}
	for _, file := range groupLimits() {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if limit, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && limit > 0 {
			memory = min(memory, limit) // "max", no limit, is no number
		}
	}
	return memory
}

// groupLimits lists the files that may contain a limit: of the process's own control group
// and of all groups around it, for both versions of control groups.
func groupLimits() []string {
	own, err := os.Open("/proc/self/cgroup")
	if err != nil {
		return nil
	}
	defer own.Close()
	var files []string
	for lines := bufio.NewScanner(own); lines.Scan(); {
		_, rest, _ := strings.Cut(lines.Text(), ":")
		controllers, group, _ := strings.Cut(rest, ":")
		root, name := "/sys/fs/cgroup", "memory.max"
		switch {
		case strings.Contains(","+controllers+",", ",memory,"):
			root, name = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
		case controllers != "":
			continue
		}
		for {
			files = append(files, path.Join(root, group, name))
			if group == "/" || group == "." || group == "" {
				break
			}
			group = path.Dir(group)
		}
	}
	return files
}
