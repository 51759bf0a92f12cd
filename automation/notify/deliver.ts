/** Tells a run's report to everyone who is to know: the terminal, a file, Slack. None of them changes the result. */

import { verdictLines } from "../report/lines.ts";
import type { RunReport } from "../report/report.ts";
import type { Terminal } from "../report/terminal.ts";
import { redact } from "../text/redact.ts";

export interface Audience {
  readonly terminal: Terminal;
  /** Writes to standard output. */
  readonly print: (text: string) => void;
  readonly color: boolean;
  readonly json: boolean;
  readonly reportFile: string | undefined;
  /** Looks up the webhook's URL, which there may be none of; undefined where Slack is not told. */
  readonly slack: (() => Promise<string | undefined>) | undefined;
}

/**
 * A person reads the verdict at once, however long Slack takes; JSON and file come after Slack, so that its warning can
 * stand in them.
 */
export async function tell(report: RunReport, audience: Audience): Promise<void> {
  const { terminal, print, json, color } = audience;
  for (const line of report.warnings) terminal.warn(line);
  if (!json) print(`${verdictLines(report, { color }).join("\n")}\n`);
  const warning = await tellSlack(report, await audience.slack?.());
  if (warning !== undefined) terminal.warn(warning);
  const told = warning === undefined ? report : { ...report, warnings: [...report.warnings, warning] };
  if (json) print(await jsonOf(told));
  await tellFile(told, audience);
}

async function jsonOf(report: RunReport): Promise<string> {
  const { reportJson } = await import("../report/file.ts");
  return reportJson(report);
}

async function tellSlack(report: RunReport, url: string | undefined): Promise<string | undefined> {
  if (url === undefined) return undefined;
  const [{ sendToSlack }, { slackMessage }] = await Promise.all([
    import("./slack/client.ts"),
    import("./slack/runMessage.ts"),
  ]);
  const answer = await sendToSlack({ url, message: slackMessage(report) });
  return answer.sent ? undefined : answer.warning;
}

/** A report that cannot be written is a warning: the migration has run all the same. */
async function tellFile(report: RunReport, { reportFile, terminal }: Audience): Promise<void> {
  if (reportFile === undefined) return;
  try {
    const { writeReport } = await import("../report/file.ts");
    await writeReport(reportFile, report);
  } catch (error) {
    terminal.warn(
      `the report could not be written to ${reportFile}: ${redact(String((error as Error).message))}`,
    );
  }
}
