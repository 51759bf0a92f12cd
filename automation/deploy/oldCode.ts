/**
 * Between the migration and the roll the old code runs on the new schema. So a file that drops or renames what that code
 * still names is refused before anything is built.
 */
import { awsErrorText } from "../aws/errors.ts";
import { disabledByComment } from "../check/disableComment.ts";
import { type Finding, finding } from "../check/finding.ts";
import { type Break, lookAtOldCode } from "../check/oldCode.ts";
import { DEFAULT_CHECK } from "../check/settings.ts";
import type { Outputs } from "../contract/outputs.ts";
import { CheckoutRefusedError, type StackRecord } from "../guard/checkout.ts";
import type { MigrationFile } from "../migrations/folder.ts";
import { type RunningCode, readRunningCode } from "../service/runningCode.ts";
import { clip } from "../text/clip.ts";
import type { CodeSearch, DeployDeps } from "./deps.ts";

const RULE = "still-used";

/**
 * Does nothing for a stack without services, and asks AWS nothing if no file that is due drops or renames anything.
 *
 * @param record what the stack has shipped and its database has run
 * @throws {CheckoutRefusedError} naming each file with the way in two deploys
 */
export async function guardOldCode(
  deps: DeployDeps,
  outputs: Outputs | undefined,
  record: StackRecord,
): Promise<void> {
  if (!outputs?.services || deps.checkContent === false || !deps.codeAt) return;
  const breaks = await dueBreaks(deps, outputs, record);
  if (breaks.length === 0) return;
  const findings: Finding[] = [];
  for (const code of await runningCode(deps, outputs)) findings.push(...(await judge(deps, code, breaks)));
  if (findings.length > 0) throw new CheckoutRefusedError(deps.stack, findings);
}

/** What the files that are due drop and rename, without those that a comment lets pass. */
async function dueBreaks(deps: DeployDeps, outputs: Outputs, { ranUpTo }: StackRecord): Promise<Break[]> {
  const settings = (await deps.checkSettings?.()) ?? DEFAULT_CHECK;
  if (settings.disable.includes(RULE)) return [];
  const shipped = new Set(outputs.migrations.map(({ version }) => version));
  const isNew = (version: number) => (ranUpTo === null ? !shipped.has(version) : version > ranUpTo);
  const files = await deps.readCheckout();
  const { breaks } = await lookAtOldCode(files, isNew, settings);
  const passing = passingFiles(files);
  return breaks.filter(({ kind, file }) => kind !== "rows" && !passing.has(file));
}

function passingFiles(files: readonly MigrationFile[]): Set<string> {
  const passing = files.filter(({ file, bytes }) =>
    disabledByComment(file, Buffer.from(bytes).toString("utf8")).rules.has(RULE),
  );
  return new Set(passing.map(({ file }) => file));
}

/** One entry a commit; a service that cannot be read is a warning. */
async function runningCode(deps: DeployDeps, outputs: Outputs): Promise<RunningCode[]> {
  const api = await deps.connectServices(outputs.region);
  const found = new Map<string | null, RunningCode>();
  for (const target of outputs.services?.targets ?? []) {
    try {
      const code = await readRunningCode(api, target, outputs);
      if (code && !found.has(code.commit)) found.set(code.commit, code);
    } catch (error) {
      deps.terminal.warn(`what service ${target.service} runs could not be read: ${awsErrorText(error)}`);
    }
  }
  return [...found.values()];
}

async function judge(deps: DeployDeps, code: RunningCode, breaks: readonly Break[]): Promise<Finding[]> {
  const names = breaks.map(({ name }) => name).join(", ");
  if (code.commit === null || !deps.codeAt) {
    deps.terminal.warn(
      `nobody knows which commit the image of service ${code.service} was built from, so its code was not searched for ${names}: make sure that it does not use them`,
    );
    return [];
  }
  const at = `commit ${code.commit.slice(0, 7)}, which service ${code.service} runs`;
  const search = await deps.codeAt(code.commit);
  if ("problem" in search) return breaks.map((broken) => unsearched(broken, at, search));
  const findings: Finding[] = [];
  for (const broken of breaks) {
    const places = await search.find(broken);
    if (places.length > 0) findings.push(stillUsed(broken, at, places));
  }
  const named = findings.length === 0 ? "not named" : `${findings.length} of them named`;
  deps.terminal.say(`Searched ${search.searched} at ${at}, for ${names}: ${named}`);
  return findings;
}

/** Places shown; who corrects the code searches for the rest. */
const MOST_PLACES = 3;

function stillUsed(broken: Break, at: string, places: readonly string[]): Finding {
  const shown = places.slice(0, MOST_PLACES).map((place) => clip(place, 120));
  const left = places.length - shown.length;
  const where = `${shown.join(", ")}${left > 0 ? ` and ${left} more` : ""}`;
  return finding(
    RULE,
    { ...broken, subject: broken.name },
    `${at}, still names ${broken.name} (${where})`,
    wayOf(broken),
  );
}

function unsearched(broken: Break, at: string, search: Extract<CodeSearch, { problem: string }>): Finding {
  const message = `the file ${broken.kind === "gone" ? "drops" : "renames"} ${broken.name}, and ${at}, could not be searched for it: ${search.problem}`;
  return finding(RULE, { ...broken, subject: broken.name }, message, search.fix);
}

/** The two deploys, for this very file. Pure. */
function wayOf({ kind, file, name }: Break): string {
  if (kind === "gone")
    return `two deploys: first deploy code that does not name ${name}, without ${file} (expand); then ${file} (contract)`;
  return `two deploys: first, in place of the rename, let ${file} add the new name beside ${name} (a column that both fill, or a view) and deploy code that uses only the new one (expand); then drop ${name} in a later file (contract)`;
}
