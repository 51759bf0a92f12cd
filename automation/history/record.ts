/**
 * The record of runs, read back from the log group: golang-migrate keeps one integer, and ECS forgets a task within the
 * hour, so the log group's retention is the memory. `history`, the skip of a deploy, the known version and the guard all
 * read this one record.
 *
 * It is read by time, newest first, and never by stream: a group may have 100,000 of them.
 */
import type { FilterLogEventsCommandInput } from "@aws-sdk/client-cloudwatch-logs";
import type { LogsApi } from "../aws/clients.ts";
import { GarbledAnswerError } from "../aws/errors.ts";
import type { Outputs } from "../contract/outputs.ts";
import { parseResultLine, type ResultLine } from "../contract/resultLine.ts";

/** One run: one task, one stream. */
export interface RunRecord {
  /** `<prefix>/<container>/<task id>`. */
  readonly logStream: string;
  readonly taskId: string;
  /** `down`, `version`; null if no line that was read says. */
  readonly operation: string | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** When CloudWatch Logs was given the result line; null for a run that runs still, or left none. */
  readonly endedAt: number | null;
  readonly result: ResultLine | null;
  /** Lines of its stream that look like results and came before the last one: text of a file, or forged. */
  readonly ignored?: number;
}

/** A run that has left its result. */
export type EndedRun = RunRecord & { readonly endedAt: number; readonly result: ResultLine };

/** The container's first line: `ecs-migrate: down 1 on stage, image …`. */
const FIRST_LINE = "ecs-migrate: ";
/** A page holds at most 10,000 events or 1 MB; what needs more pages than these says nothing. */
const MOST_PAGES = 1_000;
/** How far the record is read back in one step, in milliseconds: most answers are in the last hour. */
const HOUR = 3_600_000;
const STEPS_MS = [1, 24, 7 * 24, 30 * 24, 90 * 24, 400 * 24].map((hours) => hours * HOUR);

export interface LogsReader {
  readonly logs: LogsApi;
  readonly outputs: Outputs;
  readonly signal?: AbortSignal;
}

/**
 * Every run of which a line was written in a span of time, in the order of their ends; those without a result last.
 *
 * @param since milliseconds since the epoch
 */
export async function readRecord(reader: LogsReader, since: number): Promise<RunRecord[]> {
  const streams = new Map<string, Lines>();
  await readSpan(reader, streams, since, undefined);
  return recordOf(streams);
}

/** The same, step by step further into the past: each record holds all that the one before has. */
export async function* readBack(reader: LogsReader, now: number): AsyncGenerator<RunRecord[]> {
  const streams = new Map<string, Lines>();
  let until: number | undefined;
  for (const since of [...STEPS_MS.map((ms) => now - ms), 0]) {
    await readSpan(reader, streams, Math.max(since, 0), until);
    yield recordOf(streams);
    if (since <= 0) return;
    until = since - 1;
  }
}

/** What was read of one stream. */
interface Lines {
  first?: { readonly at: number; readonly operation: string };
  last?: { readonly at: number; readonly result: ResultLine };
  results?: number;
}

/** @param until the last millisecond of the span; undefined for no end, since this machine's clock may be behind */
async function readSpan(
  reader: LogsReader,
  streams: Map<string, Lines>,
  since: number,
  until: number | undefined,
): Promise<void> {
  const prefix = streamPrefix(reader.outputs);
  const span = { startTime: since, ...(until === undefined ? {} : { endTime: until }) };
  const read = (pattern: string, take: (stream: string, message: string, at: number) => void) =>
    eachEvent(reader, { ...span, logStreamNamePrefix: prefix, filterPattern: `"${pattern}"` }, (event) => {
      const { logStreamName = "", message = "", timestamp = 0 } = event;
      if (logStreamName.startsWith(prefix)) take(logStreamName, message.trimEnd(), timestamp);
    });
  await Promise.all([
    read(FIRST_LINE.trim(), (stream, message, at) => takeFirst(linesOf(streams, stream), message, at)),
    read("ecsMigrate", (stream, message, at) => takeResult(linesOf(streams, stream), message, at)),
  ]);
}

function linesOf(streams: Map<string, Lines>, stream: string): Lines {
  const lines = streams.get(stream) ?? {};
  streams.set(stream, lines);
  return lines;
}

function takeFirst(lines: Lines, message: string, at: number): void {
  if (!message.startsWith(FIRST_LINE) || (lines.first && lines.first.at <= at)) return;
  lines.first = { at, operation: message.slice(FIRST_LINE.length).split(" ")[0] ?? "" };
}

/** Only a stream's last result line counts. */
function takeResult(lines: Lines, message: string, at: number): void {
  const result = parseResultLine(message);
  if (!result) return;
  lines.results = (lines.results ?? 0) + 1;
  if (!lines.last || lines.last.at <= at) lines.last = { at, result };
}

interface LogEvent {
  readonly logStreamName?: string | undefined;
  readonly message?: string | undefined;
  readonly timestamp?: number | undefined;
}

async function eachEvent(
  { logs, outputs, signal }: LogsReader,
  filter: Omit<FilterLogEventsCommandInput, "logGroupName">,
  take: (event: LogEvent) => void,
): Promise<void> {
  let nextToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const input = { ...filter, logGroupName: outputs.logGroup, ...(nextToken ? { nextToken } : {}) };
    const answer = await logs.filterLogEvents(input, signal);
    // A proxy that answers `{}` must not count as "nothing has run".
    if (!answer.events) throw new GarbledAnswerError("FilterLogEvents", "events");
    for (const event of answer.events) take(event);
    nextToken = answer.nextToken;
    if (nextToken === undefined) return;
  }
  throw new Error(`the log group ${outputs.logGroup} holds more than ${MOST_PAGES} pages of results`);
}

function streamPrefix({ logStreamPrefix, containerName }: Outputs): string {
  return `${logStreamPrefix}/${containerName}/`;
}

function recordOf(streams: ReadonlyMap<string, Lines>): RunRecord[] {
  const records: RunRecord[] = [];
  for (const [logStream, { first, last, results = 0 }] of streams) {
    if (!first && !last) continue;
    const result = last?.result ?? null;
    records.push({
      logStream,
      taskId: logStream.slice(logStream.lastIndexOf("/") + 1),
      operation: result?.operation ?? first?.operation ?? null,
      startedAt: startOf(result) ?? first?.at ?? last?.at ?? 0,
      endedAt: last?.at ?? null,
      result,
      ...(results > 1 ? { ignored: results - 1 } : {}),
    });
  }
  return records.sort((a, b) => (a.endedAt ?? Number.MAX_VALUE) - (b.endedAt ?? Number.MAX_VALUE));
}

function startOf(result: ResultLine | null): number | undefined {
  const at = result === null ? Number.NaN : Date.parse(result.startedAt);
  return Number.isNaN(at) ? undefined : at;
}

export function hasEndedWithResult(run: RunRecord): run is EndedRun {
  return run.result !== null;
}

/** True for a run that only asks. Pure. */
export function isQuestionRun({ operation }: RunRecord): boolean {
  return operation === "version" || operation === "status" || operation === "inspect";
}

/**
 * Finds the questions that were asked while a migration ran: a file in progress looks dirty, so such an answer says nothing
 * of how the database was left. The record is read once, and each question costs a binary search: a monitor may have asked
 * 100,000 of them. Pure.
 *
 * @returns true for a question that a change of the record overlaps
 */
export function askedDuringChange(record: readonly RunRecord[]): (question: RunRecord) => boolean {
  const changes = record
    .filter((run) => !isQuestionRun(run))
    .map(({ startedAt, endedAt }) => ({ startedAt, endedAt: endedAt ?? Number.MAX_VALUE }))
    .sort((a, b) => a.startedAt - b.startedAt);
  let latest = Number.NEGATIVE_INFINITY;
  const latestEnds = changes.map(({ endedAt }) => (latest = Math.max(latest, endedAt)));
  return ({ startedAt, endedAt }) => {
    const begun = countBegun(changes, endedAt ?? Number.MAX_VALUE);
    return (latestEnds[begun - 1] ?? Number.NEGATIVE_INFINITY) >= startedAt;
  };
}

/** How many of the changes, in the order of their starts, had begun by a moment. */
function countBegun(changes: readonly { readonly startedAt: number }[], moment: number): number {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((changes[middle]?.startedAt ?? 0) <= moment) low = middle + 1;
    else high = middle;
  }
  return low;
}
