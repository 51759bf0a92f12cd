package database

import "time"

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

const (
	// MostTables bounds the result line: 500 tables are about 70 KB.
	MostTables = 500
	// MostSessions bounds each list of sessions, and MostHolds what is said of each.
	MostSessions = 50
	MostHolds    = 20
)

// oldTransaction is set by the tests' build alone.
var oldTransaction = "1m"

// OldTransaction is the age from which a transaction is worth a word.
func OldTransaction() time.Duration {
	age, err := time.ParseDuration(oldTransaction)
	if err != nil {
		return time.Minute
	}
	return age
}

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
