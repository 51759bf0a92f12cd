package run

import (
	"context"
	"fmt"
	"time"

	"ecs-migrate/migrator/internal/config"
	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/mask"
)

// connect opens the session, and waits for a database that is not up yet.
func connect(ctx context.Context, engine database.Engine, c config.Config, out *mask.Printer, stop Stop) error {
	begun, spoke := time.Now(), time.Time{}
	for {
		attempt, cancel := context.WithTimeout(ctx, 15*time.Second)
		err := engine.Connect(attempt)
		cancel()
		if err == nil {
			return nil
		}
		f := database.AsFailure(err)
		limit := c.ConnectTimeout
		if f.Kind == database.Host {
			limit = min(limit, 10*time.Second) // a name that does not resolve is a mistake more often than a start
		}
		waited := time.Since(begun)
		if !f.Again || waited >= limit || closed(stop.Soft) {
			f.Effect = database.Nothing
			if f.Again && waited > time.Second {
				f.Message += fmt.Sprintf("; waited for %s", database.Seconds(waited))
			}
			return f
		}
		if time.Since(spoke) >= c.Heartbeat {
			spoke = time.Now()
			out.Line("waiting for the database: %s", f)
		}
		select {
		case <-time.After(min(time.Second, limit-waited)):
		case <-stop.Soft:
		}
	}
}
