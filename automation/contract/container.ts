/**
 * What the stack program, the CLI and the container (`migrator/`) agree on: paths, names of environment variables, labels,
 * exit codes. The argv words are in operations.ts, the last line of the log in resultLine.ts.
 *
 * migrator/internal/config reads the same names.
 */
import { createHash } from "node:crypto";

/** The container whose exit code judges a run. */
export const CONTAINER_NAME = "db-migration";

/** Exit codes of the migrator; the same numbers as the CLI's own where they mean the same. */
export const CONTAINER_EXIT = { ok: 0, usage: 2, failed: 11, dirty: 12, interrupted: 13 } as const;

/** Where the migrator and the SQL are in an image: an application's, a migrations image and the migrator's own. */
export const MIGRATOR_PATH = "/app/migrator";
export const MIGRATIONS_PATH = "/app/migrations";

/** The build argument by which a Dockerfile takes the migrator's image. */
export const MIGRATOR_IMAGE_ARGUMENT = "MIGRATOR_IMAGE";
/** The target of {@link MIGRATOR_DOCKERFILE}: the binary at {@link MIGRATOR_PATH} and nothing else, for `COPY --from`. */
export const MIGRATOR_TARGET = "migrator";
/** The Dockerfile of the migrator's image, from the project's folder; its build context is `migrator`. */
export const MIGRATOR_DOCKERFILE = "migrator/Dockerfile";
/** The Dockerfile of a migrations image, from scratch: binary and SQL. Its build context is the folder of SQL. */
export const MIGRATIONS_DOCKERFILE = "migrator/migrations.Dockerfile";

/**
 * Seconds between SIGTERM and SIGKILL. 120 is the most that Fargate takes (ECS API reference, ContainerDefinition). The
 * migrator lets the file that runs come to its end, and cancels its statement at the server in the last ten seconds.
 */
export const STOP_TIMEOUT_SECONDS = 120;

/** Variables that the migrator reads. A value of time is `5s`, `500ms`, `2m`, or a plain number of seconds. */
export const VARIABLE = {
  /** The database URL: a secret. Either this, or the parts below. */
  url: "MIGRATION_DB",
  host: "DATABASE_HOST",
  port: "DATABASE_PORT",
  name: "DATABASE_NAME",
  /** `postgres` or `mysql`. */
  engine: "DATABASE_ENGINE",
  /** Parameters of the URL: `sslmode=require&x-migrations-table=m`. */
  params: "DATABASE_PARAMS",
  /** Secrets: single keys of an RDS-managed JSON secret, any characters. DATABASE_USER is plain with `iam`. */
  user: "DATABASE_USER",
  password: "DATABASE_PASSWORD",
  /** `password` (default) or `iam`: a token made in the container under the task's role. */
  auth: "DATABASE_AUTH",
  /** The name or ARN of the secret, never its value: it becomes `database.secret` of the result line. */
  secretName: "DATABASE_SECRET",
  /** How long a statement waits for a lock before it gives way; default 5s, 0 for no limit. */
  lockTimeout: "LOCK_TIMEOUT",
  /** For how long a file that lost a lock is tried again, and golang-migrate's lock is waited for; default 2m. */
  lockBudget: "LOCK_BUDGET",
  /** How long a database that is not up yet is waited for; default 60s. */
  connectTimeout: "CONNECT_TIMEOUT",
  /** The task definition's stopTimeout; default 120s. */
  stopTimeout: "STOP_TIMEOUT",
  migrationsPath: "MIGRATIONS_PATH",
  /** `true` shows the server's DETAIL, values in its messages and the SQL that failed. */
  showErrorDetails: "SHOW_ERROR_DETAILS",
  /** The rest is repeated in the log and the result line. */
  environment: "ENV",
  image: "IMAGE",
  migrationsSha256: "MIGRATIONS_SHA256",
  runBy: "RUN_BY",
  runCommit: "RUN_COMMIT",
  runBranch: "RUN_BRANCH",
  runBuild: "RUN_BUILD",
} as const;

/** Docker labels of a task definition's revision: which migrations it carries. */
export const LABEL = {
  migrations: "ecs-migrate.migrations",
  migrationsSha256: "ecs-migrate.migrations-sha256",
} as const;

/**
 * The digest by which the result line tells databases apart without naming them.
 *
 * @param text a secret's name or ARN as the task definition has it, or `host:port/name`
 * @returns the first 16 hex digits of SHA-256 of the UTF-8 text
 */
export function digest16(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
