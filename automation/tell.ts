/** Tells a run's report to everyone who is to know: the terminal, a file, Slack. None of them changes the result. */
import { redact } from "./redact.ts";
import type { RunReport } from "./report.ts";
import type { Terminal } from "./terminal.ts";
import { verdictLines } from "./terminalText.ts";

export interface Audience {
  readonly terminal: Terminal;
  /** Writes to standard output. */
  readonly print: (text: string) => void;
  readonly color: boolean;
  readonly json: boolean;
  readonly reportFile: string | undefined;
  /** The webhook's URL; undefined where Slack is not told. */
  readonly slack: string | undefined;
}

/** Slack comes first, so that its warning can stand in what follows. */
export async function tell(report: RunReport, audience: Audience): Promise<void> {
  const warning = await tellSlack(report, audience.slack);
  const told = warning === undefined ? report : { ...report, warnings: [...report.warnings, warning] };
  for (const line of told.warnings) audience.terminal.warn(line);
  if (audience.json) audience.print(await jsonOf(told));
  else audience.print(`${verdictLines(told, { color: audience.color }).join("\n")}\n`);
  await tellFile(told, audience);
}

async function jsonOf(report: RunReport): Promise<string> {
  const { reportJson } = await import("./reportFile.ts");
  return reportJson(report);
}

async function tellSlack(report: RunReport, url: string | undefined): Promise<string | undefined> {
  if (url === undefined) return undefined;
  const [{ sendToSlack }, { slackMessage }] = await Promise.all([
    import("./slack.ts"),
    import("./slackMessage.ts"),
  ]);
  const answer = await sendToSlack({ url, message: slackMessage(report) });
  return answer.sent ? undefined : answer.warning;
}

/** A report that cannot be written is a warning: the migration has run all the same. */
async function tellFile(report: RunReport, { reportFile, terminal }: Audience): Promise<void> {
  if (reportFile === undefined) return;
  try {
    const { writeReport } = await import("./reportFile.ts");
    await writeReport(reportFile, report);
  } catch (error) {
    terminal.warn(
      `the report could not be written to ${reportFile}: ${redact(String((error as Error).message))}`,
    );
  }
}
