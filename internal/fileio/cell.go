package fileio

import "strings"

// TextCell is a text for a cell of a table that a spreadsheet may open. One that the
// spreadsheet would take for a formula gets an apostrophe before it, which has it be
// text. (OWASP: CSV Injection.)
func TextCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
