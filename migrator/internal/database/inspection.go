package database

import (
	"context"
	"strconv"
	"time"
)

// Inspection is what `inspect` found. A part that the role may not see is left out and named in Unknown.
type Inspection struct {
	Server Server  `json:"server"`
	Tables []Table `json:"tables"`
	// TablesOmitted counts those that are smaller than all of Tables.
	TablesOmitted  int            `json:"tablesOmitted"`
	InvalidIndexes []InvalidIndex `json:"invalidIndexes"`
	Transactions   []Transaction  `json:"transactions"`
	Blockers       []Blocking     `json:"blockers"`
	Replicas       []Replica      `json:"replicas"`
	Unknown        []Unseen       `json:"unknown"`
}

// Server is the part of the server that decides how long something takes.
type Server struct {
	Version string `json:"version"`
	// ReadOnly: a replica, or a server that was set so.
	ReadOnly bool `json:"readOnly"`
	// CacheBytes is shared_buffers, or InnoDB's buffer pool.
	CacheBytes int64 `json:"cacheBytes"`
	// SpeedMs is how long the server took for a fixed piece of work without data; 0: not measured.
	SpeedMs float64 `json:"speedMs"`
}

// Table has the server's own estimates, which are as old as its statistics.
type Table struct {
	Schema     string `json:"schema"`
	Name       string `json:"name"`
	Rows       int64  `json:"rows"`
	Bytes      int64  `json:"bytes"`
	ToastBytes int64  `json:"toastBytes,omitempty"`
	IndexBytes int64  `json:"indexBytes"`
	Indexes    int    `json:"indexes"`
	// Partitioned: the numbers are the sums of its partitions.
	Partitioned bool   `json:"partitioned,omitempty"`
	Engine      string `json:"engine,omitempty"`
}

// InvalidIndex is one that serves no query.
type InvalidIndex struct {
	Schema string `json:"schema"`
	Name   string `json:"name"`
	Table  string `json:"table"`
	// Building: a session is at work on it.
	Building bool `json:"building"`
}

// Transaction is one that began more than a minute ago.
type Transaction struct {
	Blocker
	Holds []Hold `json:"holds"`
}

// Hold is a lock on a table, in the server's words.
type Hold struct {
	Schema string `json:"schema"`
	Table  string `json:"table"`
	Mode   string `json:"mode"`
}

// Blocking is a session that others wait for, whatever its age.
type Blocking struct {
	Session Blocker `json:"session"`
	Waiting int     `json:"waiting"`
	// WaitedMs is how long the first of them has waited; nil: the server does not say.
	WaitedMs *float64 `json:"waitedMs"`
	Holds    []Hold   `json:"holds"`
}

// Replica reads the log of this server.
type Replica struct {
	Name  string   `json:"name"`
	State string   `json:"state"`
	LagMs *float64 `json:"lagMs"`
}

// Unseen is a part that could not be read.
type Unseen struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// mostHolds bounds what is said of a session.
const mostHolds = 20

// oldTransaction is the age in seconds from which a transaction is worth a word. The tests' build alone sets it.
var oldTransaction = "60"

// Smaller leaves out the smaller half of the tables, and half of each list of sessions; nil if nothing is left to leave out.
func (i Inspection) Smaller() *Inspection {
	if len(i.Tables)+len(i.Transactions)+len(i.Blockers)+len(i.InvalidIndexes) == 0 {
		return nil
	}
	i.TablesOmitted += len(i.Tables) - len(i.Tables)/2
	i.Tables, i.InvalidIndexes = i.Tables[:len(i.Tables)/2], i.InvalidIndexes[:len(i.InvalidIndexes)/2]
	i.Transactions, i.Blockers = i.Transactions[:len(i.Transactions)/2], i.Blockers[:len(i.Blockers)/2]
	return &i
}

// look reads one part of the inspection after the other. A part that the server or the role does not give is unknown, not
// the whole wrong.
type look struct {
	*Session
	ctx   context.Context
	found *Inspection
	lost  error
}

func (l *look) rows(name string, args ...any) [][]string {
	question := l.Questions.of(name)
	if question == "" || l.lost != nil {
		return nil
	}
	if l.lost = l.Do(l.ctx, "SAVEPOINT look"); l.lost != nil {
		return nil
	}
	rows, err := l.Ask(l.ctx, question, args...)
	if err != nil {
		l.lost = l.Do(l.ctx, "ROLLBACK TO SAVEPOINT look")
		l.unknown(name, err.Error())
	}
	return rows
}

func (l *look) unknown(what, why string) {
	l.found.Unknown = append(l.found.Unknown, Unseen{What: what, Why: why})
}

// Inspect reads in one short transaction, and waits for nobody.
func (s *Session) Inspect(ctx context.Context) (*Inspection, error) {
	if err := s.Do(ctx, s.Questions.of("begin")); err != nil {
		return nil, err
	}
	defer func() { _ = s.Do(ctx, "ROLLBACK") }()
	found := &Inspection{Tables: []Table{}, InvalidIndexes: []InvalidIndex{}, Transactions: []Transaction{}, Blockers: []Blocking{}, Replicas: []Replica{}, Unknown: []Unseen{}}
	l := &look{Session: s, ctx: ctx, found: found}
	for _, row := range l.rows("sizes") {
		n := func(i int) int64 { return int64(number(row[i])) }
		found.Tables = append(found.Tables, Table{Schema: row[0], Name: row[1], Rows: n(2), Bytes: n(3), ToastBytes: n(4), IndexBytes: n(5), Indexes: int(n(6)),
			Partitioned: yes(row[7]), Engine: row[8]})
		found.TablesOmitted = int(n(9))
	}
	found.TablesOmitted -= len(found.Tables)
	for _, row := range l.rows("invalid indexes") {
		found.InvalidIndexes = append(found.InvalidIndexes, InvalidIndex{Schema: row[0], Name: row[1], Table: row[2], Building: yes(row[3])})
	}
	l.sessions()
	for _, row := range l.rows("replicas") {
		found.Replicas = append(found.Replicas, Replica{Name: row[0], State: row[1], LagMs: milliseconds(row[2])})
	}
	l.server()
	return found, l.lost
}

// sessions reads who has been at work for long, and who waits for whom; the seventh column is what their locks go by.
func (l *look) sessions() {
	old := append(l.rows("transactions", oldTransaction), l.rows("prepared transactions", oldTransaction)...)
	blocking := l.rows("who waits for whom")
	holds := map[string][]Hold{}
	if len(old)+len(blocking) > 0 {
		for _, row := range l.rows("locks on tables") {
			if len(holds[row[0]]) < mostHolds {
				holds[row[0]] = append(holds[row[0]], Hold{Schema: row[1], Table: row[2], Mode: row[3]})
			}
		}
	}
	held := func(row []string) []Hold { return append([]Hold{}, holds[row[6]]...) }
	for _, row := range old {
		l.found.Transactions = append(l.found.Transactions, Transaction{Blocker: l.blocker(row), Holds: held(row)})
	}
	for _, row := range blocking {
		waiting, _ := strconv.Atoi(row[7])
		l.found.Blockers = append(l.found.Blockers, Blocking{Session: l.blocker(row), Waiting: waiting, WaitedMs: milliseconds(row[8]), Holds: held(row)})
	}
}

func (l *look) server() {
	for _, row := range l.rows("server") {
		l.found.Server = Server{Version: row[0], ReadOnly: yes(row[1]), CacheBytes: int64(number(row[2]))}
		if row[3] != "" {
			l.unknown("other roles' sessions and replicas", row[3])
		}
	}
	best := time.Duration(0)
	for range 3 { // a busy moment does not count
		begun := time.Now()
		if l.rows("speed") == nil {
			return
		}
		if took := time.Since(begun); best == 0 || took < best {
			best = took
		}
	}
	l.found.Server.SpeedMs = float64(best.Microseconds()) / 1000
}
