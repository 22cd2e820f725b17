package fileio

import "strings"

// TextCell returns s for a cell of a CSV table. An apostrophe goes before a text that
// a spreadsheet would run as a formula (OWASP: CSV Injection).
func TextCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
