/** The result line of a run that found nothing to do. */
import type { ResultLine } from "../../automation/contract/resultLine.ts";

export const SAMPLE_RESULT: ResultLine = {
  ecsMigrate: 1,
  operation: "up",
  argument: null,
  outcome: "unchanged",
  exitCode: 0,
  from: { version: 1, dirty: false },
  to: { version: 1, dirty: false },
  files: [],
  error: null,
  startedAt: "2026-11-24T09:00:00Z",
  durationMs: 10,
};
