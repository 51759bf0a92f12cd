// Package drivers chooses the engine for a database's scheme.
package drivers

import (
	"fmt"

	"ecs-migrate/migrator/internal/config"
	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/generic"
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
	if generic.Has(c.Database.Engine) {
		return generic.New(c.Database, c.ShowDetails), nil
	}
	// The scheme of a URL that does not read may be a piece of its password.
	return nil, fmt.Errorf("this migrator was built without a driver for the scheme of the database URL; it has postgres and mysql, and others by the build argument DRIVERS")
}
