/** A folder of many migrations, a stack that has shipped them and a log group of many streams, as the CLI meets them. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LogsApi } from "../../automation/aws/clients.ts";
import { RESULT_LINE_PREFIX } from "../../automation/contract/resultLine.ts";
import { databaseOf } from "../../automation/history/database.ts";
import { digestOfMigrations, readMigrations } from "../../automation/migrations/folder.ts";
import { AwsServer } from "../../test/support/awsServer.ts";
import { FakeAws } from "../../test/support/fakeAws.ts";
import { FakeClock } from "../../test/support/fakeClock.ts";
import type { FakeFile } from "../../test/support/fakeDatabase.ts";
import { sampleOutputs } from "../../test/support/sampleOutputs.ts";
import { SAMPLE_RESULT } from "../../test/support/sampleResult.ts";

/** The streams are spread over so many days. */
const DAYS = 60;
const DAY_MS = 24 * 3_600_000;
/** One run in so many changed something; the others are a monitor's questions. */
const CHANGE_EACH = 100;
/** The last files that the database has not run. */
const PENDING = 3;
/** The model's clock runs so much faster than the machine's, since nobody measures how long ECS takes. */
const SPEED = 5;
const TICK_MS = 20;

export interface Size {
  readonly migrations: number;
  readonly streams: number;
}

export interface World {
  /** The CLI's `--project`. */
  readonly project: string;
  readonly env: NodeJS.ProcessEnv;
  /** Back to three files that have not run. */
  readonly reset: () => void;
  readonly close: () => Promise<void>;
}

export async function openWorld({ migrations, streams }: Size): Promise<World> {
  const root = mkdtempSync(join(tmpdir(), "ecs-migrate-limits-"));
  const project = join(root, "project");
  const files = filesOf(migrations);
  const folder = join(project, "app/resources/db/migrations");
  writeProject(project, folder, files);
  const record = readMigrations(folder);
  const sha256 = digestOfMigrations(record);
  const outputs = sampleOutputs({ migrations: record, migrationsSha256: sha256 }, []);
  const aws = new FakeAws(outputs, new FakeClock(Date.now()));
  aws.revisions.set(12, {
    files,
    image: outputs.image,
    migrationsSha256: sha256,
    secret: "/stage/migration",
  });
  const reset = () =>
    aws.database.restore({ version: files.at(-1 - PENDING)?.version ?? null, dirty: false });
  reset();
  fillLogs(aws, streams, aws.database.version);
  const server = await serve(aws);
  const pulumi = join(root, "bin");
  writePulumi(pulumi, JSON.stringify(outputs));
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    aws.clock.advance((now - last) * SPEED);
    last = now;
  }, TICK_MS);
  return {
    ...{ project, reset },
    env: {
      PATH: `${pulumi}:${process.env.PATH}`,
      HOME: root,
      CI: "true",
      AWS_ENDPOINT_URL: server.endpoint(),
      AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_EC2_METADATA_DISABLED: "true",
    },
    close: async () => {
      clearInterval(timer);
      await server.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Versions of 14 digits, from 2001 on, an hour apart. */
function filesOf(count: number): FakeFile[] {
  const first = Date.UTC(2001, 0, 1);
  return Array.from({ length: count }, (_, index) => {
    const version = Number(new Date(first + index * 3_600_000).toISOString().replace(/\D/g, "").slice(0, 14));
    return { version, name: `add_table_${index}`, ms: 1 };
  });
}

function writeProject(project: string, folder: string, files: readonly FakeFile[]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(project, "Pulumi.yaml"), "name: ecs-migrate\nruntime: nodejs\n");
  for (const { version, name } of files) {
    const table = `CREATE TABLE ${name} (id bigint PRIMARY KEY, title text NOT NULL, made timestamptz);\n`;
    writeFileSync(join(folder, `${version}_${name}.up.sql`), table);
    writeFileSync(join(folder, `${version}_${name}.down.sql`), `DROP TABLE ${name};\n`);
  }
  const git = (...args: string[]) => execFileSync("git", args, { cwd: project, stdio: "pipe" });
  git("init", "--quiet");
  git("add", ".");
  git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", "all");
}

function writePulumi(folder: string, outputs: string): void {
  mkdirSync(folder);
  writeFileSync(join(folder, "outputs.json"), outputs);
  const script = `#!/bin/sh\nif [ "$1" = config ]; then echo '{}'; else cat "${folder}/outputs.json"; fi\n`;
  writeFileSync(join(folder, "pulumi"), script);
  chmodSync(join(folder, "pulumi"), 0o755);
}

function fillLogs({ outputs, logs, clock }: FakeAws, streams: number, version: number | null): void {
  const database = { ...databaseOf(outputs), engine: "postgres", serverVersion: "16.4" };
  const start = clock.now() - DAYS * DAY_MS;
  for (let index = 0; index < streams; index++) {
    const at = Math.round(start + (index * DAYS * DAY_MS) / streams);
    const isChange = index % CHANGE_EACH === 0 || index === streams - 1;
    const operation = isChange ? "up" : "version";
    const result = {
      ...SAMPLE_RESULT,
      ...{ ecsMigrate: 2, operation, from: { version, dirty: false }, to: { version, dirty: false } },
      startedAt: new Date(at).toISOString(),
      ...{ image: outputs.image, migrationsSha256: outputs.migrationsSha256 },
      database: { ...database, endpoint: "0123456789abcdef" },
    };
    const line = (message: string) => ({ timestamp: at, visibleAt: at, message });
    const events = [line(`ecs-migrate: ${operation} on stage, image ${outputs.image}`), line(text(result))];
    const id = index.toString(16).padStart(32, "0");
    logs.streams.set(`stage/migration/${id}`, { createdAt: at, events });
  }
}

function text(result: object): string {
  const line = JSON.stringify(result);
  if (!line.startsWith(RESULT_LINE_PREFIX)) throw new Error("the sample is no result line");
  return line;
}

/** A page holds at most 1 MB: some 1,000 result lines. A query is answered from one look at the streams, as an index does. */
async function serve(aws: FakeAws): Promise<AwsServer> {
  aws.logs.filterPage = Number.MAX_SAFE_INTEGER;
  const whole = aws.logs.api.filterLogEvents;
  const found = new Map<string, ReturnType<LogsApi["filterLogEvents"]>>();
  const page = 1_000;
  aws.logs.api.filterLogEvents = async (input) => {
    const { nextToken, ...query } = input;
    const key = JSON.stringify(query);
    if (nextToken === undefined) found.set(key, whole(query));
    const answer = await (found.get(key) ?? whole(query));
    const from = Number(nextToken ?? 0);
    const events = answer.events?.slice(from, from + page) ?? [];
    const more = from + page < (answer.events?.length ?? 0);
    return { ...answer, events, nextToken: more ? String(from + page) : undefined };
  };
  const server = new AwsServer(aws);
  await server.start();
  return server;
}
