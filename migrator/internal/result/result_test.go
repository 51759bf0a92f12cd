package result

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/source"
)

// The line stays below what CloudWatch Logs takes as one event, whatever ran.
func TestEncodeIsBounded(t *testing.T) {
	name := "20261124_" + strings.Repeat("n", 200) + ".up.sql"
	statements := make([]Statement, 30)
	for i := range statements {
		statements[i] = Statement{Completed: database.Completed{N: i, Kind: "CREATE INDEX"}}
	}
	long := strings.Repeat("\"\\ä", 10_000)
	line := Line{Operation: "up", Error: &long, Failed: &database.Failure{Message: "x"}, Holds: &source.Holds{}}
	pending := []source.Pending{}
	for i := range 10_000 {
		line.Files = append(line.Files, File{Version: i, File: &name, Statements: statements})
		pending = append(pending, source.Pending{Version: uint(i), File: name})
		line.Failed.Completed = append(line.Failed.Completed, database.Completed{N: i, Kind: "INSERT"})
	}
	line.Pending = pending
	text := line.Encode()
	var back Line
	if err := json.Unmarshal(text, &back); err != nil || len(text) > maxBytes {
		t.Fatal(len(text), err)
	}
	if len(back.Files)+back.FilesOmitted != 10_000 || back.Files[0].Version != 0 || back.Files[len(back.Files)-1].Version != 9999 {
		t.Fatal(len(back.Files), back.FilesOmitted)
	}
	if len(back.Pending)+back.PendingOmitted != 10_000 {
		t.Fatal(len(back.Pending), back.PendingOmitted)
	}
}

func TestClip(t *testing.T) {
	for limit := range 6 {
		if got := Clip("aäö", limit); len(got) > limit+3 || strings.ContainsRune(got, '\ufffd') {
			t.Errorf("%d: %q", limit, got)
		}
	}
	if got := fmt.Sprint(Clip("abc", 3)); got != "abc" {
		t.Fatal(got)
	}
}
