/** What ran, for people: every run that left a result, oldest first. */
import type { ResultLine } from "../contract/resultLine.ts";
import {
  askedDuringChange,
  hasEndedWithResult,
  isQuestionRun,
  type LogsReader,
  readRecord,
} from "./record.ts";

export interface HistoryEntry {
  readonly result: ResultLine;
  /** `<prefix>/<container>/<task id>`. */
  readonly logStream: string;
  readonly taskId: string;
  /** Milliseconds since the epoch: when CloudWatch Logs was given the line. */
  readonly at: number;
  /** A question that was asked while a migration ran: what it found was in progress. */
  readonly duringChange?: boolean;
  /** Lines of its log that look like results and came before the last one. They are no part of the history. */
  readonly ignored?: number;
}

/** @param since milliseconds since the epoch */
export async function readHistory(reader: LogsReader, since: number): Promise<HistoryEntry[]> {
  const record = await readRecord(reader, since);
  const isDuringChange = askedDuringChange(record);
  return record.filter(hasEndedWithResult).map((run) => ({
    result: run.result,
    logStream: run.logStream,
    taskId: run.taskId,
    at: run.endedAt,
    ...(isQuestionRun(run) && isDuringChange(run) ? { duringChange: true } : {}),
    ...(run.ignored ? { ignored: run.ignored } : {}),
  }));
}
