// Package drivers chooses the engine for a database's scheme, and runs golang-migrate's own drivers, which a build tag adds.
package drivers

import (
	"ecs-migrate/migrator/internal/config"
	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/mask"
	"ecs-migrate/migrator/internal/mysql"
	"ecs-migrate/migrator/internal/postgres"
)

// Open makes the engine; it does not connect.
func Open(c config.Config, out *mask.Printer) (database.Engine, error) {
	switch c.Database.Engine {
	case "postgres":
		return postgres.New(c, out)
	case "mysql":
		return mysql.New(c, out)
	}
	return &generic{at: c.Database, showDetails: c.ShowDetails}, nil
}
