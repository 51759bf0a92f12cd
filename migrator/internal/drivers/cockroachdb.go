//go:build cockroachdb

package drivers

import _ "github.com/golang-migrate/migrate/v4/database/cockroachdb" // registers the driver
