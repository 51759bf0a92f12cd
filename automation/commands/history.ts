/** The command `history`: needs credentials and the stack's outputs, and nothing else. */
import { connectLogs } from "../aws/clients.ts";
import { awsErrorKind, awsErrorText, isPassing } from "../aws/errors.ts";
import type { CommandContext } from "../cli/context.ts";
import type { HistoryCommandOptions } from "../cli/programLook.ts";
import { ConfigError, EXIT } from "../contract/errors.ts";
import type { Outputs } from "../contract/outputs.ts";
import { type HistoryEntry, readHistory } from "../history/history.ts";
import { historyJson, historyLines } from "../history/text.ts";
import { type Roll, rollLines, rollsJson } from "../service/pastText.ts";
import { readOutputs } from "../stack/pulumiCli.ts";
import { jsonText } from "../text/json.ts";
import { locate } from "./locate.ts";
import { writeOutput } from "./printReport.ts";

export async function historyCommand(context: CommandContext, options: HistoryCommandOptions): Promise<void> {
  const location = locate(context, options);
  const outputs = await readOutputs(location);
  const since = Date.now() - options.since;
  const entries = await read(outputs, since);
  const rolls = outputs.services ? await readRolls(context, outputs, since) : [];
  if (options.json)
    context.print(jsonText({ ...historyJson(entries, location.stack, since), rolls: rollsJson(rolls) }));
  else if (entries.length === 0) {
    context.print(`No run since ${new Date(since).toISOString().slice(0, 10)} in ${outputs.logGroup}\n`);
  } else context.print(`${historyLines(entries).join("\n")}\n`);
  if (options.html !== undefined) await writePage(context, options.html, entries, outputs);
  if (!options.json && rolls.length > 0) context.print(`\n${rollLines(rolls).join("\n")}\n`);
  context.finish(EXIT.ok);
}

/** @throws {ConfigError} if the file cannot be written */
async function writePage(
  { cwd }: CommandContext,
  file: string,
  entries: readonly HistoryEntry[],
  { application, environment }: Outputs,
): Promise<void> {
  const { historyHtml } = await import("../report/historyHtml.ts");
  await writeOutput(cwd, file, historyHtml(entries, `${application} ${environment}`));
}

/** From what ECS remembers of the services' deployments, oldest first; what cannot be read is a warning. */
async function readRolls({ terminal }: CommandContext, outputs: Outputs, since: number): Promise<Roll[]> {
  const { connectServices } = await import("../service/api.ts");
  const { readDeployments } = await import("../service/deployments.ts");
  const api = connectServices(outputs.region);
  const rolls: Roll[] = [];
  for (const { cluster, service } of outputs.services?.targets ?? []) {
    try {
      const found = await readDeployments(api, { cluster, service });
      rolls.push(...found.map((deployment) => ({ ...deployment, cluster, service })));
    } catch (error) {
      terminal.warn(`the deployments of service ${service} could not be read: ${awsErrorText(error)}`);
    }
  }
  return rolls.filter(({ createdAt }) => createdAt >= since).sort((a, b) => a.createdAt - b.createdAt);
}

/** @throws {ConfigError} if the log group cannot be read */
async function read(outputs: Outputs, since: number): Promise<HistoryEntry[]> {
  try {
    return await readHistory({ logs: await connectLogs(outputs.region), outputs }, since);
  } catch (error) {
    const fix = isPassing(awsErrorKind(error))
      ? "check the network, then run this again"
      : "check the credentials";
    throw new ConfigError(
      [`The log group ${outputs.logGroup} could not be read: ${awsErrorText(error)}; ${fix}`],
      { cause: error },
    );
  }
}
