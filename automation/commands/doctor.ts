/** The command `doctor`: looks at each part that a run needs, and guides out of a dirty version. */

import { connectLogs, type LogsApi } from "../aws/clients.ts";
import { awsErrorText } from "../aws/errors.ts";
import { type KnownDatabase, lintTarget } from "../check/lintTarget.ts";
import { type CheckSettings, checkSettings, DEFAULT_CHECK } from "../check/settings.ts";
import type { CommandContext } from "../cli/context.ts";
import type { DoctorCommandOptions } from "../cli/programLook.ts";
import { EXIT, type ExitCode } from "../contract/errors.ts";
import type { Outputs } from "../contract/outputs.ts";
import type { DatabaseVersion } from "../contract/resultLine.ts";
import { connectDoctor } from "../doctor/aws.ts";
import { type Diagnosis, warning } from "../doctor/diagnosis.ts";
import { dirtyGuide, runThatLeft } from "../doctor/dirtyGuide.ts";
import { examine } from "../doctor/examine.ts";
import { judgeDatabase, judgeHistory } from "../doctor/judgeRuns.ts";
import { type DoctorReport, doctorLines } from "../doctor/text.ts";
import { type HistoryEntry, readHistory } from "../history/history.ts";
import { type MigrationFile, readMigrationFiles } from "../migrations/folder.ts";
import { versionOf } from "../report/report.ts";
import { type PulumiLocation, readOutputs, readStackConfig } from "../stack/pulumiCli.ts";
import { systemClock } from "../task/clock.ts";
import { jsonText } from "../text/json.ts";
import { redact } from "../text/redact.ts";
import { askStatus } from "./askStatus.ts";
import { findFolder } from "./folder.ts";
import { locate } from "./locate.ts";

/** So far back the history is looked at for the last run, in milliseconds. */
const HISTORY_MS = 90 * 24 * 60 * 60 * 1000;

export async function doctorCommand(context: CommandContext, options: DoctorCommandOptions): Promise<void> {
  const location = locate(context, options);
  const { stack } = location;
  const outputs = await readOutputs(location);
  const logs = await connectLogs(outputs.region);
  const parts = await examine(connectDoctor(outputs), outputs, stack);
  const services = outputs.services ? await lookAtServices(outputs, stack) : [];
  const history = await lookBack(logs, outputs);
  const database = options.database ? await askStatus(context, stack, outputs, options.timeout) : undefined;
  const checks = [
    ...parts,
    ...services,
    ...("entries" in history ? judgeHistory(history.entries, stack) : [history]),
    ...(database ? [judgeDatabase(database, outputs, stack)] : []),
  ].map(redactDiagnosis);
  const entries = "entries" in history ? history.entries : [];
  const at = database
    ? versionOf(database)
    : (entries.findLast(({ duringChange }) => !duringChange)?.result.to ?? null);
  const identity = database?.database ?? entries.findLast(({ result }) => result.database)?.result.database;
  const dirty = at?.dirty ? await guide(context, location, outputs, at, entries, identity ?? null) : null;
  const exitCode = exitCodeOf(checks, dirty !== null);
  const report: DoctorReport = { schema: 1, stack, exitCode, checks, dirty };
  context.print(options.json ? jsonText(report) : `${doctorLines(report, context.color).join("\n")}\n`);
  context.finish(exitCode);
}

async function lookAtServices(outputs: Outputs, stack: string): Promise<Diagnosis[]> {
  const { connectServices } = await import("../service/api.ts");
  const { examineServices } = await import("../doctor/services.ts");
  return examineServices(connectServices(outputs.region), outputs, stack);
}

function exitCodeOf(checks: readonly Diagnosis[], dirty: boolean): ExitCode {
  if (dirty) return EXIT.dirty;
  return checks.some(({ state }) => state === "problem") ? EXIT.refused : EXIT.ok;
}

function redactDiagnosis(check: Diagnosis): Diagnosis {
  return { ...check, text: redact(check.text) };
}

async function lookBack(logs: LogsApi, outputs: Outputs): Promise<{ entries: HistoryEntry[] } | Diagnosis> {
  try {
    return { entries: await readHistory({ logs, outputs }, systemClock.now() - HISTORY_MS) };
  } catch (error) {
    const text = `could not be read: ${awsErrorText(error)}`;
    return warning("last run", text, "look with an operator's credentials");
  }
}

async function guide(
  context: CommandContext,
  location: PulumiLocation,
  outputs: Outputs,
  { version }: DatabaseVersion,
  entries: readonly HistoryEntry[],
  database: KnownDatabase | null,
) {
  const { files, settings } = await lookAtCheckout(context, location);
  const run = runThatLeft(version, entries);
  const target = lintTarget(settings, files, run?.result.database ?? database);
  const made = await dirtyGuide({ version, run, outputs, stack: location.stack, files, target });
  return {
    ...made,
    error: made.error === null ? null : redact(made.error),
    statements: made.statements.map((statement) => ({ ...statement, text: redact(statement.text) })),
  };
}

/** Without a checkout the guide says that the file is not there to be shown. */
async function lookAtCheckout(
  context: CommandContext,
  location: PulumiLocation,
): Promise<{ files: readonly MigrationFile[]; settings: CheckSettings }> {
  try {
    const config = await readStackConfig(location);
    const settings = checkSettings({}, config);
    return {
      files: readMigrationFiles(findFolder(context, { project: location.project }, location.stack).path),
      settings,
    };
  } catch {
    return { files: [], settings: DEFAULT_CHECK };
  }
}
