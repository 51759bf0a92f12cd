/** Delivers a run's report to everyone: the terminal, a file, the notifiers. None of them changes the result. */
import { verdictLines } from "../report/lines.ts";
import type { RunReport } from "../report/report.ts";
import type { Terminal } from "../report/terminal.ts";
import type { Notifier } from "./notifier.ts";

export interface Audience {
  readonly terminal: Terminal;
  /** Writes to standard output. */
  readonly print: (text: string) => void;
  readonly color: boolean;
  readonly json: boolean;
  readonly reportFiles: readonly string[];
  /** Looks up who is to be notified; undefined if nobody is. */
  readonly notifiers: (() => Promise<readonly Notifier[]>) | undefined;
}

/**
 * A person reads the verdict at once, however long a notifier takes; JSON and file come after the notifiers, so that their
 * warnings are in them.
 */
export async function deliver(report: RunReport, audience: Audience): Promise<void> {
  const { terminal, print, json, color } = audience;
  for (const line of report.warnings) terminal.warn(line);
  if (!json) print(`${verdictLines(report, { color }).join("\n")}\n`);
  const warnings = await notify(report, (await audience.notifiers?.()) ?? []);
  for (const warning of warnings) terminal.warn(warning);
  const delivered =
    warnings.length === 0 ? report : { ...report, warnings: [...report.warnings, ...warnings] };
  if (json) print((await import("../text/json.ts")).jsonText(delivered));
  for (const file of audience.reportFiles) await writeFile(delivered, file, terminal);
}

async function notify(report: RunReport, notifiers: readonly Notifier[]): Promise<string[]> {
  const deliveries = await Promise.all(notifiers.map((notifier) => notifier.sendRun(report)));
  return deliveries.flatMap((delivery) => (delivery.sent ? [] : [delivery.warning]));
}

/** A report that cannot be written is a warning: the migration has run all the same. */
async function writeFile(report: RunReport, file: string, terminal: Terminal): Promise<void> {
  try {
    const { writeReport } = await import("../report/file.ts");
    await writeReport(file, report);
  } catch (error) {
    terminal.warn(`the report could not be written to ${file}: ${(error as Error).message}`);
  }
}
