/** Renames type and function tokens between @pulumi/aws and the dynamic bridge. Pure. */
import { FUNCTIONS, RESOURCES } from "./awsTypes.ts";

const TABLE = "test/lab/provider/awsTypes.ts";

/** A program asks for a type or function that the lab's aws provider does not serve. */
export class UnknownTokenError extends Error {
  constructor(kind: "type" | "function", token: string) {
    super(`The lab's aws provider has no ${kind} ${token}; add it to ${TABLE}.`);
    this.name = "UnknownTokenError";
  }
}

/** The Terraform names of all that the tables hold, each once, as the bridge's `--include` takes them. */
export function terraformNames(): string[] {
  const names = [...Object.values(RESOURCES), ...Object.values(FUNCTIONS)].map((name) => `aws_${name}`);
  return [...new Set(names)].sort();
}

/** The bridge's name of a resource type of @pulumi/aws. @throws {UnknownTokenError} */
export function bridgedType(token: string): string {
  const name = RESOURCES[token];
  if (name === undefined) throw new UnknownTokenError("type", token);
  return `aws:index/${camel(name)}:${pascal(name)}`;
}

/** The bridge's name of a function of @pulumi/aws. @throws {UnknownTokenError} */
export function bridgedFunction(token: string): string {
  const name = FUNCTIONS[token];
  if (name === undefined) throw new UnknownTokenError("function", token);
  return `aws:index/get${pascal(name)}:get${pascal(name)}`;
}

/**
 * The URN as the bridge reads it: `urn:pulumi:stack::project::parent$type::name` with the type and those of its
 * parents that the table knows renamed. A URN of the provider itself (`pulumi:providers:aws`) stays as it is.
 *
 * @throws {UnknownTokenError} if the last type is one of aws and not in the table
 */
export function bridgedUrn(urn: string): string {
  const parts = urn.split("::");
  const types = parts[2]?.split("$") ?? [];
  const own = types.at(-1);
  if (own === undefined || !own.startsWith("aws:")) return urn;
  const parents = types.slice(0, -1).map((type) => (type in RESOURCES ? bridgedType(type) : type));
  parts[2] = [...parents, bridgedType(own)].join("$");
  return parts.join("::");
}

/** A message of the bridge with its own type names turned back into those of @pulumi/aws. */
export function withPulumiNames(message: string): string {
  return message.replace(/aws:index\/\w+:\w+/g, (token) => PULUMI_NAMES.get(token) ?? token);
}

/** The type of a URN: `aws:ecs/cluster:Cluster`. */
export function typeOfUrn(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

const PULUMI_NAMES = new Map([
  ...Object.keys(RESOURCES).map((token) => [bridgedType(token), token] as const),
  ...Object.keys(FUNCTIONS).map((token) => [bridgedFunction(token), token] as const),
]);

function pascal(name: string): string {
  return name
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

function camel(name: string): string {
  const word = pascal(name);
  return word.charAt(0).toLowerCase() + word.slice(1);
}
