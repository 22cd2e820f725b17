package db

import (
	"context"
	"database/sql"
)

// Node is a row of the table of nodes: a process that serves.
type Node struct {
	ID   string
	Beat int64 // counts up while the process is there
}

// Beat shows that a node is there.
func (q *Tx) Beat(ctx context.Context, id string) error {
	_, err := q.exec(ctx, `INSERT INTO node (id, beat) VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET beat = node.beat + 1`, id)
	return err
}

// Nodes returns all.
func (q *Tx) Nodes(ctx context.Context) ([]Node, error) {
	return all(ctx, q.querier, func(rows *sql.Rows, n *Node) error { return rows.Scan(&n.ID, &n.Beat) }, `SELECT id, beat FROM node ORDER BY id`)
}

// RemoveNode removes a row, and forgets the requests that the node was answering.
func (q *Tx) RemoveNode(ctx context.Context, id string) error {
	if _, err := q.exec(ctx, `DELETE FROM node WHERE id = ?`, id); err != nil {
		return err
	}
	_, err := q.exec(ctx, `DELETE FROM idempotency WHERE status = 0 AND node NOT IN (SELECT id FROM node)`)
	return err
}

// Intent is what was begun in a gallery and is not recorded yet.
type Intent struct{ ID, Node, Body string }

const intentColumns = `id, node, body`

func scanIntent(rows *sql.Rows, i *Intent) error { return rows.Scan(&i.ID, &i.Node, &i.Body) }

// AddIntent adds a row.
func (q *Tx) AddIntent(ctx context.Context, i Intent) error {
	_, err := q.exec(ctx, `INSERT INTO intent (`+intentColumns+`) VALUES (?, ?, ?)`, i.ID, i.Node, i.Body)
	return err
}

// RemoveIntent removes a row.
func (q *Tx) RemoveIntent(ctx context.Context, id string) error {
	return q.must(ctx, `DELETE FROM intent WHERE id = ?`, id)
}

// Intents returns all, the oldest first.
func (q *Tx) Intents(ctx context.Context) ([]Intent, error) {
	return all(ctx, q.querier, scanIntent, `SELECT `+intentColumns+` FROM intent ORDER BY id`)
}

// LeftIntents returns those of nodes that are gone, and of the given one.
func (q *Tx) LeftIntents(ctx context.Context, own string) ([]Intent, error) {
	return all(ctx, q.querier, scanIntent, `SELECT `+intentColumns+` FROM intent WHERE node = ? OR node NOT IN (SELECT id FROM node) ORDER BY id`, own)
}
