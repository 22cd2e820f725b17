package store

import "context"

type numberedKey struct{}

// Numbered returns a context with which a change tells its number as soon as it is on the
// disk, as [net/http/httptrace] tells what a request does: [Reader.Stats] would tell that
// of a later change where others write. A call that is several changes tells each.
func Numbered(ctx context.Context, made func(seq int64)) context.Context {
	return context.WithValue(ctx, numberedKey{}, made)
}

// Made tells the number of a change to whoever asked for it with [Numbered]. Stores call
// it.
func Made(ctx context.Context, seq int64) {
	if made, _ := ctx.Value(numberedKey{}).(func(int64)); made != nil {
		made(seq)
	}
}
