/** Which database a stack's outputs name, in the terms of the result line. Pure. */
import { digest16, VARIABLE } from "../contract/container.ts";
import type { Outputs } from "../contract/outputs.ts";

interface NamedDatabase {
  /** As `database.secret` of the result line; null if the outputs do not say. */
  readonly secret: string | null;
  /** As `database.endpoint`, if the stack configures the database by its parts; null if its URL is the secret. */
  readonly endpoint: string | null;
}

export function databaseOf(outputs: Pick<Outputs, "databaseSecret" | "container">): NamedDatabase {
  const { databaseSecret, container } = outputs;
  const variables = variablesOf(container?.environment);
  const host = textOf(variables[VARIABLE.host]);
  const endpoint = host && digest16(endpointText(host, variables));
  return { secret: databaseSecret === null ? endpoint : digest16(databaseSecret), endpoint };
}

/** A container definition's `environment`, as ECS has it. */
function variablesOf(environment: unknown): Readonly<Record<string, unknown>> {
  if (!Array.isArray(environment)) return {};
  const entries = environment as readonly { readonly name?: unknown; readonly value?: unknown }[];
  return Object.fromEntries(entries.map(({ name, value }) => [String(name), value]));
}

/** `host:port/name`; an IPv6 address stands in brackets, as Go's net.JoinHostPort writes it. */
function endpointText(host: string, variables: Readonly<Record<string, unknown>>): string {
  const address = host.includes(":") ? `[${host}]` : host;
  return `${address}:${textOf(variables[VARIABLE.port]) ?? ""}/${textOf(variables[VARIABLE.name]) ?? ""}`;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
