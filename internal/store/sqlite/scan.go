package sqlite

// A damaged row may hold values of any type. These take whatever comes, so that
// the row can be read to the end and its checksum tells.

type text string

// Scan takes text, and nothing of anything else.
func (t *text) Scan(value any) error {
	switch v := value.(type) {
	case string:
		*t = text(v)
	case []byte:
		*t = text(v)
	default:
		*t = ""
	}
	return nil
}

type integer int64

// Scan takes a whole number, and zero of anything else.
func (i *integer) Scan(value any) error {
	v, _ := value.(int64)
	*i = integer(v)
	return nil
}
