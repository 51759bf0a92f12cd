/** Which server a folder of migrations is for: `mysqlVersion` of the configuration. */

export interface ServerVersion {
  readonly engine: "mysql" | "mariadb";
  /** As in versioned comments: 8.0.29 is 80029, MariaDB 10.11 is 101100. */
  readonly number: number;
  /** As messages call it: `MySQL 8.0`, `MariaDB 10.11`. */
  readonly name: string;
}

/** The last patch of a release without one: what is said of `8.0` holds for RDS's current 8.0. */
const ANY_PATCH = 99;

/** What holds when neither the configuration nor the database says more: the releases that RDS has had for longest. */
export const DEFAULT_MYSQL: ServerVersion = {
  engine: "mysql",
  number: 80_000 + ANY_PATCH,
  name: "MySQL 8.0",
};
export const DEFAULT_MARIADB: ServerVersion = {
  engine: "mariadb",
  number: 101_100 + ANY_PATCH,
  name: "MariaDB 10.11",
};

/**
 * Reads `8.0`, `8.0.28`, `8.4`, `5.7`, `mysql-8.0`, `mariadb-10.11` or `mariadb-11.4.2`.
 *
 * @returns undefined when the text has another form
 */
export function readServerVersion(text: string): ServerVersion | undefined {
  const match =
    /^(?:(?<engine>mysql|mariadb)-)?(?<major>\d{1,2})\.(?<minor>\d{1,2})(?:\.(?<patch>\d{1,2}))?$/.exec(
      text.trim().toLowerCase(),
    );
  if (!match?.groups) return undefined;
  const { engine, major, minor, patch } = match.groups;
  const isMaria = engine === "mariadb";
  const number = Number(major) * 10_000 + Number(minor) * 100 + Number(patch ?? ANY_PATCH);
  const dotted = [major, minor, ...(patch === undefined ? [] : [patch])].join(".");
  return {
    engine: isMaria ? "mariadb" : "mysql",
    number,
    name: `${isMaria ? "MariaDB" : "MySQL"} ${dotted}`,
  };
}

/** Whether the release is one that the rules were asked of: MySQL from 8.0.33 on. */
export function isMeasured(server: ServerVersion): boolean {
  return isAtLeast(server, "mysql", 80033);
}

/** Whether the server is this engine, at this version or later (80029 for 8.0.29). */
export function isAtLeast(server: ServerVersion, engine: ServerVersion["engine"], number: number): boolean {
  return server.engine === engine && server.number >= number;
}
