import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CommandResult, lastLine, tryCommand } from "../command.ts";
import { LabError } from "../labError.ts";
import { aptInstall, freePort, type Machine, portError, thisMachine } from "../machine.ts";
import type { Report } from "../steps.ts";

/** What one run of the client came to. */
export interface Answer {
  readonly ok: boolean;
  /** The rows as the client prints them, one a line, columns with a tab between; without headings. */
  readonly rows: readonly (readonly string[])[];
  /** The server's number, 1846; undefined without an error of the server's. */
  readonly errno: number | undefined;
  /** The client's line: `ERROR 1846 (0A000) at line 1: …`. */
  readonly error: string;
}

export interface Mariadb {
  readonly port: number;
  readonly password: string;
  /** For a program on this machine, as golang-migrate and go-sql-driver read it. */
  readonly urlFromHost: string;
  /** For a container on Docker's default bridge. */
  readonly urlFromContainer: string;
  /** The two URLs of another database of the same server. */
  urls(database: string): { readonly fromHost: string; readonly fromContainer: string };
  /** Makes one more, empty database. @returns its URLs */
  createDatabase(name: string): Promise<{ readonly fromHost: string; readonly fromContainer: string }>;
  /** Runs statements, and stops at the first that fails. */
  run(database: string, sql: string): Promise<Answer>;
  /** Runs statements. @returns the rows of all. @throws {Error} with the server's words */
  query(database: string, sql: string): Promise<readonly (readonly string[])[]>;
  stop(): Promise<void>;
}

export interface MariadbOptions {
  /** An existing folder of the caller's; the data go into a folder below it. */
  readonly folder: string;
  /** The host's address as containers see it. */
  readonly gateway: string;
  readonly report?: Report;
  readonly port?: number;
  readonly signal?: AbortSignal | undefined;
  readonly machine?: Machine;
}

/** The lab's own database, which `urlFromHost` and `urlFromContainer` name. */
export const DATABASE = "shop";
const USER = "migrator";
/** `nobody`: the server refuses to run as root, and this user is on every system. */
const NOBODY = 65534;
/** Server and client without the service that Debian's package mariadb-server would start on port 3306. */
const PACKAGES = ["mariadb-server-core", "mariadb-client-core"];
const PROGRAMS = ["mariadbd", "mariadb-install-db", "mariadb"] as const;

/**
 * Starts a MariaDB server of its own on a high port, from Debian's binaries, with an empty database `shop`.
 *
 * The password has characters that a URL must escape, so that whatever masks it meets both forms.
 *
 * @throws {LabError} when there are no binaries and apt-get cannot install them, or the server does not start
 */
export async function startMariadb(options: MariadbOptions): Promise<Mariadb> {
  const machine = options.machine ?? thisMachine();
  const programs = await findPrograms(machine, options.report ?? (() => undefined));
  const data = join(options.folder, "mariadb");
  mkdirSync(data);
  const identity = machine.isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  if (machine.isRoot) {
    chmodSync(options.folder, 0o711);
    chownSync(data, NOBODY, NOBODY);
  }
  await initialise(programs["mariadb-install-db"], data, identity, options.signal);
  const password = `p@ss/w%rd:${randomBytes(9).toString("base64url")}#?&`;
  const port = await freePort(options.port ?? 0);
  const server = await launch(programs.mariadbd, data, { port, password, ...identity }, options.signal);
  const mariadb = client(programs.mariadb, options.gateway, port, password, server.stop);
  try {
    await mariadb.createDatabase(DATABASE);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return mariadb;
}

type Programs = Record<(typeof PROGRAMS)[number], string>;

async function findPrograms(machine: Machine, report: Report): Promise<Programs> {
  const find = () => PROGRAMS.map((name) => [name, machine.which(name)[0]] as const);
  let found = find();
  if (found.some(([, path]) => path === undefined)) {
    report(`         mariadb: installing ${PACKAGES.join(" and ")} by apt-get`);
    if (await aptInstall(machine, PACKAGES)) found = find();
  }
  const missing = found.filter(([, path]) => path === undefined).map(([name]) => name);
  if (missing.length > 0) {
    throw new LabError(
      `${missing.join(", ")} of MariaDB are not on the PATH; install them (Debian: apt-get install ${PACKAGES.join(" ")}).`,
    );
  }
  return Object.fromEntries(found) as Programs;
}

/** A connection URL with user and password escaped, as golang-migrate reads it. */
export function databaseUrl(host: string, port: number, password: string, database: string): string {
  return `mysql://${USER}:${encodeURIComponent(password)}@tcp(${host}:${port})/${database}`;
}

function client(
  program: string,
  gateway: string,
  port: number,
  password: string,
  stop: () => Promise<void>,
): Mariadb {
  const urls = (database: string) => ({
    fromHost: databaseUrl("127.0.0.1", port, password, database),
    fromContainer: databaseUrl(gateway, port, password, database),
  });
  const run = async (database: string, sql: string): Promise<Answer> => {
    const args = ["--no-defaults", "--protocol=TCP", "--host=127.0.0.1", `--port=${port}`, `--user=${USER}`];
    const more = [
      "--batch",
      "--skip-column-names",
      "--comments",
      "--default-character-set=utf8mb4",
      database,
    ];
    const env = { ...process.env, MYSQL_PWD: password };
    return answerOf(await tryCommand(program, [...args, ...more], { env, input: sql }));
  };
  const query = async (database: string, sql: string) => {
    const { ok, rows, error } = await run(database, sql);
    if (!ok) throw new Error(`${error}\n${sql}`);
    return rows;
  };
  return {
    port,
    password,
    urlFromHost: urls(DATABASE).fromHost,
    urlFromContainer: urls(DATABASE).fromContainer,
    urls,
    run,
    query,
    createDatabase: async (name) => {
      await query("mysql", `CREATE DATABASE \`${name.replaceAll("`", "``")}\` CHARACTER SET utf8mb4`);
      return urls(name);
    },
    stop,
  };
}

function answerOf(result: CommandResult): Answer {
  const error = result.stderr.split("\n").find((line) => line.startsWith("ERROR")) ?? result.stderr.trim();
  const errno = /^ERROR (\d+)/.exec(error)?.[1];
  return {
    ok: result.code === 0,
    rows: result.stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => line.split("\t")),
    errno: errno === undefined ? undefined : Number(errno),
    error: result.code === 0 ? "" : error,
  };
}

type Identity = { uid?: number; gid?: number };

async function initialise(
  installDb: string,
  data: string,
  identity: Identity,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const args = [
    "--no-defaults",
    `--datadir=${data}`,
    "--skip-test-db",
    "--auth-root-authentication-method=normal",
  ];
  const child = spawn(installDb, args, { ...identity, cwd: "/", stdio: ["ignore", "ignore", "pipe"] });
  const ended = await endOf(child);
  signal?.throwIfAborted();
  if (ended.code !== 0) throw new LabError(`mariadb-install-db failed: ${lastLine(ended)}`);
}

function endOf(child: ChildProcess): Promise<CommandResult> {
  return new Promise((done) => {
    let stderr = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("error", (error) => done({ code: 127, stdout: "", stderr: error.message }));
    child.once("close", (code) => done({ code: code ?? 124, stdout: "", stderr }));
  });
}

function launch(
  mariadbd: string,
  data: string,
  { port, password, ...identity }: Identity & { port: number; password: string },
  signal?: AbortSignal,
): Promise<{ stop(): Promise<void> }> {
  signal?.throwIfAborted();
  const setup = join(data, "lab-setup.sql");
  // The server reads it once at its start, so that the password is on no command line.
  const user = `'${USER}'@'%' IDENTIFIED BY '${password.replaceAll("'", "''")}'`;
  writeFileSync(
    setup,
    `CREATE USER ${user};\nGRANT ALL ON *.* TO '${USER}'@'%' WITH GRANT OPTION;\nDROP USER root@localhost;\n`,
    {
      mode: 0o600,
    },
  );
  if (identity.uid !== undefined) chownSync(setup, identity.uid, NOBODY);
  const flags = [
    `--datadir=${data}`,
    `--port=${port}`,
    "--bind-address=0.0.0.0",
    `--socket=${join(data, "lab.sock")}`,
    `--init-file=${setup}`,
    // The data live as long as the lab: what guards them against a power cut costs seconds.
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-buffer-pool-size=64M",
    "--innodb-log-file-size=16M",
    "--performance-schema=ON",
  ];
  const child = spawn(mariadbd, ["--no-defaults", ...flags], {
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
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    await ended;
  };
  return new Promise((done, reject) => {
    let log = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log = (log + text).slice(-4_000);
      if (log.includes("ready for connections")) done({ stop });
    });
    child.once("error", (error) => reject(portError(port, error)));
    child.once("exit", () =>
      reject(new LabError(`MariaDB did not start: ${lastLine({ code: 1, stdout: "", stderr: log })}`)),
    );
  });
}
