/** Whom AWS takes the caller for, so that the history says who ran a migration by hand. */
import { createRequire } from "node:module";
import { type ClientOptions, clientConfig } from "./clients.ts";

const require = createRequire(import.meta.url);

/** It only adds a name, so nobody waits longer for it, in milliseconds. */
const PATIENCE_MS = 3_000;

/**
 * The caller's ARN without its account: `assumed-role/Operator/alice@example.com`, `user/alice`. GetCallerIdentity needs no
 * permission (AWS STS API reference).
 *
 * @returns null if AWS does not answer in time, or the signal aborts
 */
export async function callerName(
  region: string,
  signal: AbortSignal,
  options?: ClientOptions,
): Promise<string | null> {
  const sdk = require("@aws-sdk/client-sts") as typeof import("@aws-sdk/client-sts");
  const client = new sdk.STSClient({ ...clientConfig(region, options), maxAttempts: 2 });
  const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  try {
    const { Arn = "" } = await client.send(new sdk.GetCallerIdentityCommand({}), { abortSignal });
    return /^arn:[^:]*:[^:]*::\d*:(.+)$/.exec(Arn)?.[1] ?? null;
  } catch {
    // The run goes on without the name.
    return null;
  } finally {
    client.destroy();
  }
}
