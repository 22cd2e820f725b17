package sqlite

// A damaged row may hold values of any type. These types accept every value, so that
// the row can be read to its end and its checksum compared.

type text string

// Scan keeps text, and the empty string for any other value.
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

// Scan keeps a whole number, and zero for any other value.
func (i *integer) Scan(value any) error {
	v, _ := value.(int64)
	*i = integer(v)
	return nil
}
