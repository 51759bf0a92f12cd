import { join } from "node:path";
import { type CommandResult, tryCommand } from "../command.ts";
import { LabError } from "../labError.ts";
import { aptInstall, type Machine, thisMachine } from "../machine.ts";
import type { Report } from "../steps.ts";
import { type DatabaseServer, type ServerKind, type ServerOptions, startServer, USER } from "./server.ts";

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

export interface Mariadb extends DatabaseServer {
  /** Runs statements, and stops at the first that fails. */
  run(database: string, sql: string): Promise<Answer>;
  /** Runs statements. @returns the rows of all. @throws {Error} with the server's words */
  query(database: string, sql: string): Promise<readonly (readonly string[])[]>;
}

export interface MariadbOptions extends ServerOptions {
  readonly report?: Report;
  readonly machine?: Machine;
}

/** Server and client without the service that Debian's package mariadb-server would start on port 3306. */
const PACKAGES = ["mariadb-server-core", "mariadb-client-core"];
const PROGRAMS = ["mariadbd", "mariadb-install-db", "mariadb"] as const;
type Programs = Record<(typeof PROGRAMS)[number], string>;

/** The folder of an unpacked MySQL 8, whose server then stands in MariaDB's place: `npm run test:mysql8`. */
const MYSQL = process.env.MIGRATOR_TEST_MYSQL ?? "";
export const isMysql = MYSQL !== "";

/**
 * Starts a MariaDB server of its own on a high port, from Debian's binaries, with an empty database `shop`.
 *
 * @throws {LabError} when there are no binaries and apt-get cannot install them, or the server does not start
 */
export async function startMariadb(options: MariadbOptions): Promise<Mariadb> {
  const programs = await findPrograms(options.machine ?? thisMachine(), options.report ?? (() => undefined));
  const server = await startServer(mariadbKind(programs), options);
  const { port, password } = server;
  return {
    ...server,
    run: (...statements) => run(programs.mariadb, port, password, ...statements),
    query: (...statements) => query(programs.mariadb, port, password, ...statements),
  };
}

async function findPrograms(machine: Machine, report: Report): Promise<Programs> {
  if (isMysql) {
    const mysqld = join(MYSQL, "bin", "mysqld");
    return { mariadbd: mysqld, "mariadb-install-db": mysqld, mariadb: join(MYSQL, "bin", "mysql") };
  }
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
function databaseUrl(host: string, port: number, password: string, database: string): string {
  return `mysql://${USER}:${encodeURIComponent(password)}@tcp(${host}:${port})/${database}`;
}

function mariadbKind(programs: Programs): ServerKind {
  return {
    name: "MariaDB",
    ready: "ready for connections",
    stopSignal: "SIGTERM",
    url: databaseUrl,
    initialise: ({ data }) => [
      programs["mariadb-install-db"],
      "--no-defaults",
      `--datadir=${data}`,
      ...(isMysql
        ? ["--initialize-insecure"]
        : ["--skip-test-db", "--auth-root-authentication-method=normal"]),
    ],
    launch: ({ data, password, secretFile }, port) => [
      programs.mariadbd,
      "--no-defaults",
      `--datadir=${data}`,
      `--port=${port}`,
      "--bind-address=0.0.0.0",
      `--socket=${join(data, "lab.sock")}`,
      // The server reads it once at its start, so that the password is on no command line.
      `--init-file=${secretFile(setupOf(password))}`,
      // The data live as long as the lab: what guards them against a power cut costs seconds.
      "--innodb-flush-log-at-trx-commit=0",
      "--innodb-buffer-pool-size=64M",
      "--innodb-log-file-size=16M",
      "--performance-schema=ON",
      ...(isMysql ? ["--mysqlx=OFF"] : []),
    ],
    createDatabase: (port, password, name) => {
      const quoted = `\`${name.replaceAll("`", "``")}\``;
      return query(
        programs.mariadb,
        port,
        password,
        "mysql",
        `CREATE DATABASE ${quoted} CHARACTER SET utf8mb4`,
      );
    },
  };
}

function setupOf(password: string): string {
  const user = `'${USER}'@'%'`;
  return [
    `CREATE USER ${user} IDENTIFIED BY '${password.replaceAll("'", "''")}';`,
    `GRANT ALL ON *.* TO ${user} WITH GRANT OPTION;`,
    "DROP USER root@localhost;\n",
  ].join("\n");
}

async function run(
  program: string,
  port: number,
  password: string,
  database: string,
  sql: string,
): Promise<Answer> {
  const args = ["--no-defaults", "--protocol=TCP", "--host=127.0.0.1", `--port=${port}`, `--user=${USER}`];
  const more = ["--batch", "--skip-column-names", "--comments", "--default-character-set=utf8mb4", database];
  const env = { ...process.env, MYSQL_PWD: password };
  return answerOf(await tryCommand(program, [...args, ...more], { env, input: sql }));
}

async function query(...statements: Parameters<typeof run>): Promise<Answer["rows"]> {
  const { ok, rows, error } = await run(...statements);
  if (!ok) throw new Error(`${error}\n${statements.at(-1)}`);
  return rows;
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
