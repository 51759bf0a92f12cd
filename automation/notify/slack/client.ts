/**
 * Sends a message to a Slack webhook. It never throws and never changes a run's result: what goes wrong is a warning.
 *
 * @slack/webhook sends and tells errors apart; it neither waits for Retry-After nor retries a 429, so the loop is here.
 */
import type { FetchFunction, IncomingWebhook } from "@slack/webhook";
import { redact } from "../../text/redact.ts";
import type { Delivery } from "../notifier.ts";
import type { SlackMessage } from "./blocks.ts";

export interface SlackOptions {
  /** The webhook's URL, which is a secret. */
  readonly url: string;
  readonly message: SlackMessage;
  readonly fetch?: typeof globalThis.fetch;
  /** @param ms milliseconds */
  readonly sleep?: (ms: number) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Of one request, in milliseconds. */
  readonly timeoutMs?: number;
  readonly attempts?: number;
}

/** A deploy waits no longer than this for Slack, in milliseconds. */
const TOTAL_MS = 30_000;
const TIMEOUT_MS = 8_000;
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 500;

/** What became of one request. */
type Attempt =
  | { readonly kind: "sent" }
  /** `reason` says why in words that are not secret; `afterMs` is what the server asked for. */
  | { readonly kind: "again"; readonly reason: string; readonly afterMs?: number }
  | { readonly kind: "refused"; readonly reason: string; readonly word: string };

/** Sends, and tries again what may pass: a lost connection, a 5xx, a 429 after the time it asks for; about 30 s in all. */
export async function sendToSlack(options: SlackOptions): Promise<Delivery> {
  const problem = urlProblem(options.url);
  if (problem !== null) return unsent(problem, options.url);
  try {
    return await sendWithRetries(options);
  } catch (error) {
    return unsent(`${error instanceof Error ? error.message : String(error)}.`, options.url);
  }
}

async function sendWithRetries(options: SlackOptions): Promise<Delivery> {
  const { sleep = pause, now = Date.now, attempts = ATTEMPTS } = options;
  const deadline = now() + TOTAL_MS;
  let payload: SlackMessage | { text: string } = options.message;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await tryOnce(options, payload, Math.max(deadline - now(), 1));
    if (outcome.kind === "sent") return { sent: true };
    if (outcome.kind === "refused") {
      // Blocks that Slack does not take: the verdict itself still gets through.
      if (!PAYLOAD_WORDS.test(outcome.word) || !("blocks" in payload))
        return unsent(outcome.reason, options.url);
      payload = { text: options.message.text };
      continue;
    }
    const waitMs = outcome.afterMs ?? FIRST_PAUSE_MS * 2 ** (attempt - 1);
    if (attempt >= attempts || now() + waitMs >= deadline) {
      return unsent(
        `${outcome.reason}; gave up after ${attempt === 1 ? "1 try" : `${attempt} tries`}.`,
        options.url,
      );
    }
    await sleep(waitMs);
  }
}

async function tryOnce(
  options: SlackOptions,
  payload: SlackMessage | { text: string },
  remainingMs: number,
): Promise<Attempt> {
  let retryAfter: string | null = null;
  const fetchFunction: FetchFunction = async (url, init) => {
    const response = await (options.fetch ?? globalThis.fetch)(url, init as RequestInit);
    retryAfter = response.headers.get("retry-after");
    return response;
  };
  const webhook = await openWebhook(options, fetchFunction, remainingMs);
  try {
    const { text } = await webhook.send(payload);
    // Source: "Sending messages using incoming webhooks": Slack answers a message that it took with `ok`.
    if (text.trim() === "ok") return { kind: "sent" };
    const reason =
      "Something else than Slack answered 200, a proxy perhaps: check the way to hooks.slack.com.";
    return { kind: "refused", word: "", reason };
  } catch (error) {
    return attemptOf(error, retryAfterMs(retryAfter, (options.now ?? Date.now)()));
  }
}

/** Imported when it is needed: most commands notify nobody. */
async function openWebhook(
  { url, timeoutMs = TIMEOUT_MS }: SlackOptions,
  fetchFunction: FetchFunction,
  remainingMs: number,
): Promise<IncomingWebhook> {
  const webhooks = await import("@slack/webhook");
  return new webhooks.IncomingWebhook(url, {
    fetch: fetchFunction,
    timeout: Math.min(timeoutMs, remainingMs),
  });
}

function attemptOf(error: unknown, afterMs: number | undefined): Attempt {
  const { statusCode, body, original } = error as { statusCode?: number; body?: string; original?: Error };
  if (statusCode === undefined)
    return { kind: "again", reason: `No answer from Slack (${networkWord(original ?? error)})` };
  const word = answerWord(body);
  if (statusCode === 429) {
    const reason = `Slack takes no more messages at the moment (429${afterMs === undefined ? "" : `, for ${Math.ceil(afterMs / 1000)} s`})`;
    return afterMs === undefined ? { kind: "again", reason } : { kind: "again", reason, afterMs };
  }
  if (statusCode >= 500) return { kind: "again", reason: `Slack answered ${statusCode}` };
  const fix = FIXES[word] ?? "Check the webhook's URL and that its app is still installed.";
  return { kind: "refused", word, reason: `Slack answered ${statusCode}${word && ` ${word}`}. ${fix}` };
}

/** Slack's own words for what is wrong; anything else in a body (a proxy's page) is not repeated. */
function answerWord(body: string | undefined): string {
  const text = body?.trim() ?? "";
  return /^[a-z][a-z_]{2,60}$/.test(text) ? text : "";
}

const PAYLOAD_WORDS =
  /^(?:invalid_payload|invalid_blocks|invalid_blocks_format|no_text|too_many_attachments)$/;

/** Source: "Sending messages using incoming webhooks", Handling errors, in Slack's developer documentation. */
const FIXES: Readonly<Record<string, string>> = {
  invalid_token: "The webhook's URL is wrong or was revoked: make a new one and put it into the parameter.",
  no_service: "The webhook was removed or disabled: make a new one and put it into the parameter.",
  no_service_id: "The webhook's URL is cut short: put the whole URL into the parameter.",
  no_active_hooks: "The webhook was disabled: enable it, or make a new one and put it into the parameter.",
  no_team: "The webhook's workspace is not there: make a webhook in one that is.",
  team_disabled: "The webhook's workspace is disabled: make a webhook in one that is not.",
  channel_is_archived: "Unarchive the webhook's channel, or make a webhook for another.",
  channel_not_found: "The webhook's channel was deleted: make a webhook for another.",
  user_not_found: "The webhook's recipient is not there: make a webhook for another.",
  action_prohibited:
    "An administrator of the workspace restricts this webhook: ask them, or make one for another channel.",
  posting_to_general_channel_denied:
    "The workspace lets no app post there: make a webhook for another channel.",
  invalid_payload: "Slack does not take this message: report it as a defect of ecs-migrate.",
  invalid_blocks: "Slack does not take this message's blocks: report it as a defect of ecs-migrate.",
  no_text: "Slack found no text in this message: report it as a defect of ecs-migrate.",
};

/** The code of a network error, which holds no URL; its message might. */
function networkWord(error: unknown): string {
  const { name, cause, code } = error as { name?: string; cause?: { code?: string }; code?: string };
  if (name === "TimeoutError" || name === "AbortError") return "timeout";
  return cause?.code ?? code ?? "network error";
}

/** Retry-After in milliseconds from now: seconds, or an HTTP date (RFC 9110, section 10.2.3). */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null || header.trim() === "") return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(date - nowMs, 0);
}

/** What is wrong with a webhook's URL, without the URL, or null. Plain http only to this machine, for tests. */
export function urlProblem(url: string): string | null {
  if (!URL.canParse(url)) return "The webhook's URL is no URL: put the whole of it into the parameter.";
  const { protocol, hostname, username, password } = new URL(url);
  if (username !== "" || password !== "")
    return "The webhook's URL holds a user or a password, which no webhook has.";
  if (protocol === "https:") return null;
  if (protocol === "http:" && /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname)) return null;
  return "The webhook's URL must begin with https://.";
}

function unsent(reason: string, url: string): Delivery {
  return { sent: false, warning: redact(`Slack was not notified. ${reason}`, [url]) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
