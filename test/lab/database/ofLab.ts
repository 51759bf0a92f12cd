import { findHostAddress } from "../docker/hostAddress.ts";
import type { Lab } from "../lab.ts";
import { type Report, step } from "../steps.ts";
import { type Mariadb, startMariadb } from "./mariadb.ts";

/** What a MySQL user's stack says: the example's own MySQL files, in an image of their own. */
export const MYSQL_STACK = {
  "ecs-migrate:image": "migrations",
  "ecs-migrate:migrationsPath": "resources/db/mysql",
} as const;

/**
 * Starts a MariaDB beside a lab that runs. The caller stops it before the lab.
 *
 * @throws {LabError} as startMariadb does
 */
export async function startMariadbOf(lab: Lab, report: Report): Promise<Mariadb> {
  const gateway = await findHostAddress(lab.docker);
  const start = () => startMariadb({ folder: lab.folder, gateway, report, signal: lab.signal });
  return step(report, "mariadb", start, ({ port }) => `port ${port}`);
}
