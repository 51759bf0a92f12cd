package e2e

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"time"
)

// What TestRandomFiles says is true if the server crashes in the middle of a file and comes back, too. The servers are the test's
// own. A machine that is busy starts a server slowly, so only -full has more than a few files.
func TestServerCrashes(t *testing.T) {
	t.Parallel()
	n := 3
	if *full {
		n = *files
	}
	from := firstSeed(t, n)
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		var own postgresServer
		startOwn(t, &own)
		d := own.database(t)
		crashes(t, d, from, n, func() {
			end(own.process, syscall.SIGQUIT)
			if err := own.launch(); err != nil {
				t.Fatal(err)
			}
			d.conn = connectPostgres(t, d.url)
		})
	})
	t.Run("MariaDB", func(t *testing.T) {
		t.Parallel()
		var own mariaServer
		startOwn(t, &own)
		d := own.database(t)
		crashes(t, d, from, n, func() {
			end(own.process, syscall.SIGKILL)
			if err := own.launch(); err != nil {
				t.Fatal(err)
			}
			if err := until(2*time.Minute, d.my.Ping); err != nil {
				t.Fatal(err)
			}
		})
	})
}

func crashes(t *testing.T, d *database, from uint64, n int, crash func()) {
	counts := map[string]int{}
	for i := range n {
		x := &trial{database: d, r: rand.New(rand.NewPCG(from, uint64(i))), n: i, crash: crash}
		x.reset()
		if problem := x.judge(x.file(), crashed, counts); problem != "" {
			t.Fatalf("file %d of seed %d: %s", i, from, problem)
		}
	}
	t.Log(counts)
}
