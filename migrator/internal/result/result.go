// Package result writes the last line of the log. Its reader is automation/contract/resultLine.ts.
package result

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/source"
)

// maxBytes bounds the line: CloudWatch Logs splits an event at 256 KiB.
const maxBytes = 200_000

// maxError bounds its longest texts, in bytes.
const maxError = 4_000

// Version is golang-migrate's row.
type Version struct {
	Version *int `json:"version"`
	Dirty   bool `json:"dirty"`
}

// Statement is one that completed.
type Statement struct {
	database.Completed
	Ms       float64 `json:"ms"`
	Rows     int64   `json:"rows"`
	WaitedMs float64 `json:"waitedMs"`
}

// File is one that ran to its end.
type File struct {
	Version    int         `json:"version"`
	Name       string      `json:"name"`
	Direction  string      `json:"direction"`
	Ms         float64     `json:"ms"`
	File       *string     `json:"file"`
	Statements []Statement `json:"statements,omitempty"`
}

type Database struct {
	Engine        string  `json:"engine"`
	Secret        *string `json:"secret"`
	Endpoint      *string `json:"endpoint"`
	ServerVersion *string `json:"serverVersion"`
}

type Run struct {
	By     *string `json:"by"`
	Commit *string `json:"commit"`
	Branch *string `json:"branch"`
	Build  *string `json:"build"`
}

// Line is the result line, in the order of its keys.
type Line struct {
	EcsMigrate       int               `json:"ecsMigrate"`
	Operation        string            `json:"operation"`
	Argument         *string           `json:"argument"`
	Outcome          string            `json:"outcome"`
	ExitCode         int               `json:"exitCode"`
	From             *Version          `json:"from"`
	To               *Version          `json:"to"`
	Files            []File            `json:"files"`
	FilesOmitted     int               `json:"filesOmitted,omitempty"`
	Error            *string           `json:"error"`
	Pending          []source.Pending  `json:"pending,omitzero"`
	PendingOmitted   int               `json:"pendingOmitted,omitempty"`
	StartedAt        string            `json:"startedAt"`
	DurationMs       float64           `json:"durationMs"`
	Image            *string           `json:"image"`
	MigrationsSha256 *string           `json:"migrationsSha256"`
	Run              Run               `json:"run"`
	Database         *Database         `json:"database"`
	Holds            *source.Holds     `json:"holds"`
	Failed           *database.Failure `json:"failed"`
	Retries          int               `json:"retries"`
	WaitedMs         float64           `json:"waitedMs"`
	// Inspection is of `inspect` alone.
	Inspection *database.Inspection `json:"inspection,omitempty"`
}

// Ms is a duration in milliseconds with three digits.
func Ms(d time.Duration) float64 { return math.Round(float64(d.Microseconds())) / 1000 }

// Clip cuts a text to limit bytes, between characters.
func Clip(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "..."
}

// Encode writes the line in at most maxBytes: first the statements of files go, then files and pending files in the middle.
func (l Line) Encode() []byte {
	if l.Error != nil {
		l.Error = database.Text(Clip(*l.Error, maxError))
	}
	l.Files = append([]File{}, l.Files...)
	if f := l.Failed; f != nil {
		f.Completed, f.Blockers = append([]database.Completed{}, f.Completed...), append([]database.Blocker{}, f.Blockers...)
	}
	text := encode(l)
	for keep := 1000; len(text) > maxBytes && keep > 0; keep /= 2 {
		l.Files, l.FilesOmitted = ends(l.Files, keep, l.FilesOmitted)
		for i := range l.Files {
			l.Files[i].Statements = nil
		}
		l.Pending, l.PendingOmitted = ends(l.Pending, keep, l.PendingOmitted)
		if l.Failed != nil {
			l.Failed.Completed, _ = ends(l.Failed.Completed, keep, 0)
		}
		text = encode(l)
	}
	for l.Inspection != nil && len(text) > maxBytes {
		l.Inspection = l.Inspection.Smaller()
		text = encode(l)
	}
	return text
}

// ends keeps the first and the last keep/2 of a list, and adds what it left out to omitted.
func ends[T any](list []T, keep, omitted int) ([]T, int) {
	if cut := len(list) - keep/2*2; len(list) > keep {
		return slices.Delete(list, keep/2, keep/2+cut), omitted + cut
	}
	return list, omitted
}

func encode(l Line) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(l); err != nil {
		return []byte(`{"ecsMigrate":2}`)
	}
	return bytes.TrimRight(out.Bytes(), "\n")
}
