/**
 * What ran, read back from the log group's result lines: golang-migrate keeps one integer, and ECS forgets a task within the
 * hour, so the log group's retention is the memory.
 */
import type { LogsApi } from "../aws/clients.ts";
import type { Outputs } from "../contract/outputs.ts";
import { parseResultLine, type ResultLine } from "../contract/resultLine.ts";

export interface HistoryEntry {
  readonly result: ResultLine;
  /** `<prefix>/<container>/<task id>`. */
  readonly logStream: string;
  readonly taskId: string;
  /** Milliseconds since the epoch: when CloudWatch Logs was given the line. */
  readonly at: number;
}

/** DescribeLogStreams answers at most 50 a page; so many pages are read, and where there are more the history says nothing. */
const MAX_STREAM_PAGES = 40;
/** So many of the newest streams are read at most, until one is no question: a monitor may ask for the version each hour. */
const RECENT_STREAMS = 50;

/**
 * Every run since a moment, oldest first.
 *
 * @param since milliseconds since the epoch
 */
export async function readHistory(logs: LogsApi, outputs: Outputs, since: number): Promise<HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  let nextToken: string | undefined;
  do {
    const page = await logs.filterLogEvents({
      logGroupName: outputs.logGroup,
      logStreamNamePrefix: `${outputs.logStreamPrefix}/${outputs.containerName}/`,
      startTime: since,
      filterPattern: '"ecsMigrate"',
      ...(nextToken === undefined ? {} : { nextToken }),
    });
    for (const event of page.events ?? []) {
      const entry = toEntry(event.message, event.logStreamName, event.timestamp);
      if (entry) entries.push(entry);
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return entries.sort((a, b) => a.at - b.at);
}

/**
 * The newest run that was not only a question (`version`, `status`), or undefined where the recent streams hold none.
 *
 * A stream without a result line ends the search: a run that left none may have done anything. So does a later question
 * that was answered with another version: something changed the database and left no line.
 */
export async function lastChange(logs: LogsApi, outputs: Outputs): Promise<HistoryEntry | undefined> {
  let latest: HistoryEntry | undefined;
  for (const name of await newestStreams(logs, outputs)) {
    const entry = await lastEntryOf(logs, outputs.logGroup, name);
    if (!entry) return undefined;
    latest ??= entry;
    const { operation, to } = entry.result;
    if (operation === "version" || operation === "status") continue;
    const now = latest.result.to;
    return now?.version === to?.version && now?.dirty === to?.dirty ? entry : undefined;
  }
  return undefined;
}

/** The last result line of the newest run, question or not; undefined where it has left none, or nothing has run yet. */
export async function newestEntry(logs: LogsApi, outputs: Outputs): Promise<HistoryEntry | undefined> {
  const [name] = await newestStreams(logs, outputs);
  return name === undefined ? undefined : lastEntryOf(logs, outputs.logGroup, name);
}

/**
 * The newest streams by their creation, newest first. CloudWatch Logs can order by the last event, but brings that time up
 * to date within the hour only (DescribeLogStreams, `lastEventTimestamp`), which is too late for a deploy after a `down`.
 */
async function newestStreams(logs: LogsApi, outputs: Outputs): Promise<string[]> {
  const streams: { name: string; createdAt: number }[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < MAX_STREAM_PAGES; page++) {
    const answer = await logs.describeLogStreams({
      logGroupName: outputs.logGroup,
      logStreamNamePrefix: `${outputs.logStreamPrefix}/${outputs.containerName}/`,
      ...(nextToken === undefined ? {} : { nextToken }),
    });
    for (const { logStreamName: name = "", creationTime: createdAt = 0 } of answer.logStreams ?? [])
      streams.push({ name, createdAt });
    nextToken = answer.nextToken;
    if (nextToken === undefined) {
      const newest = streams.sort((a, b) => b.createdAt - a.createdAt);
      return newest.slice(0, RECENT_STREAMS).map(({ name }) => name);
    }
  }
  return [];
}

/** The result line is a stream's last line, so the last events are enough. */
async function lastEntryOf(
  logs: LogsApi,
  logGroup: string,
  logStream: string,
): Promise<HistoryEntry | undefined> {
  const page = await logs.getLogEvents({
    logGroupName: logGroup,
    logStreamName: logStream,
    startFromHead: false,
    limit: 10,
  });
  const entries = (page.events ?? []).map((event) => toEntry(event.message, logStream, event.timestamp));
  return entries.filter((entry) => entry !== undefined).at(-1);
}

function toEntry(message = "", logStream = "", at = 0): HistoryEntry | undefined {
  const result = parseResultLine(message.trimEnd());
  return result && { result, logStream, taskId: logStream.slice(logStream.lastIndexOf("/") + 1), at };
}

/**
 * True where the last run brought the database to this very set of migrations, so that `migrate: auto` has nothing to do.
 * Pure.
 */
export function isUpToDate(last: HistoryEntry | undefined, outputs: Outputs): boolean {
  if (last?.result.operation !== "up") return false;
  const { outcome, exitCode, migrationsSha256, to } = last.result;
  const succeeded = exitCode === 0 && (outcome === "applied" || outcome === "unchanged");
  const highest = outputs.migrations.at(-1)?.version;
  return (
    succeeded &&
    to?.dirty === false &&
    to.version === highest &&
    migrationsSha256 === outputs.migrationsSha256
  );
}
