// @ts-check
/**
 * The function that reports to Slack a build that ended without a report of its own: stopped, timed out, failed before the
 * deploy or after it. EventBridge calls it with CodeBuild's state change. One file on the runtime's own SDK, so that
 * nothing has to be bundled.
 *
 * Environment: STACK, WEBHOOK_PARAMETER (name of the SSM parameter), BUILD_LINK (the console's page of a build, with `{id}`
 * in the build's place; may be empty).
 */
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";

const TIMEOUT_MS = 10_000;
/** Slack cuts a message's text at 4,000 characters; what CodeBuild says of a phase may be longer. */
const LONGEST_CONTEXT = 500;

/**
 * @typedef {{ "phase-type": string, "phase-status"?: string, "phase-context"?: string[] }} Phase
 * @typedef {{ "build-status": string, "build-id": string, "additional-information"?: {
 *   "source-version"?: string, phases?: Phase[] } }} BuildState
 * The detail of "CodeBuild Build State Change" (AWS CodeBuild User Guide, "Build notifications input format reference").
 */

/** @param {{ detail: BuildState }} event */
export async function handler({ detail }) {
  const text = messageOf(detail, process.env);
  if (text === undefined) return "The deploy has reported this build";
  await post(await webhookUrl(process.env.WEBHOOK_PARAMETER), text);
  return "Reported to Slack";
}

/**
 * @param {BuildState} detail
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {string | undefined} undefined if the deploy has reported: buildspec.yml's post_build only succeeds then
 */
export function messageOf(detail, env) {
  const { phases = [], "source-version": version } = detail["additional-information"] ?? {};
  if (phases.some((phase) => phase["phase-type"] === "POST_BUILD" && phase["phase-status"] === "SUCCEEDED"))
    return undefined;
  const stack = env.STACK ?? "unknown";
  const build = detail["build-id"].split("/").at(-1) ?? "";
  const link = env.BUILD_LINK ? `\n${env.BUILD_LINK.replaceAll("{id}", encodeURIComponent(build))}` : "";
  return (
    `:x: *${plain(stack)}*: the build ${ending(detail)}, and the deploy has not reported its end.${reason(phases)}\n` +
    `Source ${plain(version ?? "unknown")}, build ${plain(build)}${link}\n` +
    `A migration that had started goes on. Its state: \`npx ecs-migrate migrate status --stack ${plain(stack)}\``
  );
}

/** @type {Readonly<Record<string, string>>} */
const ENDINGS = {
  FAILED: "failed",
  FAULT: "failed by a fault of CodeBuild's",
  STOPPED: "was stopped",
  TIMED_OUT: "timed out",
};

/** @param {BuildState} detail */
function ending(detail) {
  return ENDINGS[detail["build-status"]] ?? `ended as ${plain(detail["build-status"])}`;
}

/** @param {readonly Phase[]} phases */
function reason(phases) {
  const phase = phases.find(({ "phase-status": status }) => status !== undefined && status !== "SUCCEEDED");
  if (phase === undefined) return "";
  const context = (phase["phase-context"] ?? []).join(" ").trim();
  const words = context === "" || context === ":" ? "" : `: ${plain(context).slice(0, LONGEST_CONTEXT)}`;
  return `\nPhase ${plain(phase["phase-type"])}${words}`;
}

/**
 * Text that means nothing to Slack. Source: Slack's "Formatting text for app surfaces", escaping; a backtick would end the
 * command.
 *
 * @param {string} text
 */
function plain(text) {
  return text
    .replace(/[\p{Cc}\p{Cf}]+/gu, " ")
    .replaceAll("`", "'")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

/** @param {string | undefined} Name */
async function webhookUrl(Name) {
  const client = new SSMClient({});
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name, WithDecryption: true }));
    return Parameter?.Value?.trim() ?? "";
  } finally {
    client.destroy();
  }
}

/**
 * Lambda calls the function again after an error. No error's own text goes on, since some name the URL.
 *
 * @param {string} url
 * @param {string} text
 */
async function post(url, text) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ text }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => undefined);
  if (response === undefined) throw new Error("Slack could not be reached at the webhook's URL");
  if (!response.ok) throw new Error(`Slack answered ${response.status}`);
}
