/** The task and its container. */
import type { LaunchType } from "./cluster.ts";
import { describeFargateMemory, FARGATE_CPU, fargateMemory } from "./fargateSizes.ts";
import { FORMS } from "./forms.ts";
import type { ConfigReader } from "./reader.ts";

export const TASK_KEYS = [
  "cpu",
  "memory",
  "user",
  "readonlyRootFilesystem",
  "ulimits",
  "environmentVariables",
  "migrationTimeout",
] as const;

export interface Ulimit {
  readonly name: string;
  readonly softLimit: number;
  readonly hardLimit: number;
}

export interface TaskConfig {
  /** CPU units. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  readonly user: string;
  readonly readonlyRootFilesystem: boolean;
  readonly ulimits: readonly Ulimit[];
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds that the CLI waits for a migration. */
  readonly timeout: number;
}

/** @param reserved names of the variables that the program sets itself */
export function readTask(
  reader: ConfigReader,
  launchType: LaunchType,
  reserved: readonly string[],
): TaskConfig {
  const cpu = reader.integer("cpu", 128, 16384);
  const memory = reader.integer("memory", 64, 122880);
  if (launchType === "FARGATE" && !reader.isWrong("launchType", "cpu")) checkFargateSize(reader, cpu, memory);
  return {
    cpu,
    memory,
    user: readUser(reader),
    readonlyRootFilesystem: reader.flag("readonlyRootFilesystem"),
    ulimits: readUlimits(reader, launchType),
    environment: readEnvironmentVariables(reader, reserved),
    timeout: reader.seconds("migrationTimeout", 60, 2160 * 60),
  };
}

function checkFargateSize(reader: ConfigReader, cpu: number, memory: number): void {
  if (!FARGATE_CPU.includes(cpu)) {
    reader.reject("cpu", cpu, `Fargate takes ${FARGATE_CPU.join(", ")}`);
  } else if (!fargateMemory(cpu).includes(memory)) {
    reader.reject("memory", memory, `Fargate with cpu ${cpu} takes ${describeFargateMemory(cpu)}`);
  }
}

function readUser(reader: ConfigReader): string {
  const user = reader.requiredText("user", FORMS.user);
  if (/^(root|0)(:|$)/.test(user)) reader.reject("user", user, "the container must not run as root");
  return user;
}

function readUlimits(reader: ConfigReader, launchType: LaunchType): Ulimit[] {
  const shape = "a list of {name, softLimit, hardLimit}";
  const ulimits = reader.json("ulimits", shape, isUlimitList) ?? [];
  const isFargate = launchType === "FARGATE" && !reader.isWrong("launchType");
  const refused = ulimits.find(({ name }) => isFargate && name !== "nofile");
  // ECS Developer Guide, "Fargate task definition parameters": nofile is the only limit that a Fargate task may override.
  if (refused) reader.reject("ulimits", refused.name, "Fargate only takes nofile");
  const crossed = ulimits.find((ulimit) => ulimit.softLimit > ulimit.hardLimit);
  if (crossed) reader.reject("ulimits", crossed, "softLimit must not be above hardLimit");
  return ulimits;
}

function isUlimitList(value: unknown): value is Ulimit[] {
  return Array.isArray(value) && value.every(isUlimit);
}

function isUlimit(value: unknown): value is Ulimit {
  if (typeof value !== "object" || value === null) return false;
  const { name, softLimit, hardLimit } = value as Record<string, unknown>;
  return typeof name === "string" && Number.isInteger(softLimit) && Number.isInteger(hardLimit);
}

function readEnvironmentVariables(reader: ConfigReader, reserved: readonly string[]): Record<string, string> {
  const variables = reader.textMap("environmentVariables");
  for (const name of Object.keys(variables)) {
    if (reserved.includes(name))
      reader.reject("environmentVariables", name, "the program sets that one itself");
  }
  return variables;
}
