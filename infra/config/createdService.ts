/** The ECS service that the stack makes for the application, if it is told to. */
import { type ClusterConfig, clusterName } from "./cluster.ts";
import { FORMS, TARGET_GROUP_ARN } from "./forms.ts";
import type { ConfigReader, Form } from "./reader.ts";

export interface CreatedService {
  /** Names. */
  readonly cluster: string;
  readonly service: string;
  /** Of its task definition. */
  readonly family: string;
  /** How many tasks the first roll starts. */
  readonly desiredCount: number;
  /** That the application listens on. */
  readonly port: number;
  readonly targetGroupArn: string | undefined;
  /** Empty: those of the migration's task. */
  readonly securityGroups: readonly string[];
}

const SHAPE = "{desiredCount, port} with targetGroupArn and securityGroups as you need them";

/** @param namePrefix what the names of made resources start with */
export function readCreatedService(
  reader: ConfigReader,
  namePrefix: string,
  cluster: Pick<ClusterConfig, "existing" | "launchType">,
): CreatedService | undefined {
  const given = reader.json("createService", SHAPE, isGiven);
  if (given === undefined || !("port" in given)) return undefined;
  const { desiredCount, port, targetGroupArn, securityGroups = [] } = given;
  const reject = (value: unknown, rule: string) => reader.reject("createService", value, rule);
  if (!isWhole(desiredCount, 1, 5000))
    reject(desiredCount, "desiredCount must be a whole number from 1 to 5000");
  if (!isWhole(port, 1, 65_535)) reject(port, "port must be a whole number from 1 to 65535");
  const check = (name: string, value: string, { pattern, is }: Form) => {
    if (!pattern.test(value)) reject(value, `${name} must be ${is}`);
  };
  if (targetGroupArn !== undefined) check("targetGroupArn", targetGroupArn, TARGET_GROUP_ARN);
  for (const group of securityGroups) check("each of securityGroups", group, FORMS.securityGroupId);
  if (cluster.launchType !== "FARGATE") reject(given, "it runs on Fargate only: leave launchType at FARGATE");
  return {
    cluster: cluster.existing ?? clusterName(namePrefix),
    service: `${namePrefix}-app`,
    family: `${namePrefix}-app`,
    ...{ desiredCount, port, targetGroupArn, securityGroups },
  };
}

/** Amazon ECS service quotas: 5,000 tasks a service. */
function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

interface Given {
  readonly desiredCount: number;
  readonly port: number;
  readonly targetGroupArn?: string;
  readonly securityGroups?: readonly string[];
}

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  desiredCount: (value) => typeof value === "number",
  port: (value) => typeof value === "number",
  targetGroupArn: (value) => typeof value === "string",
  securityGroups: (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
};

/** `{}` is unset. */
function isGiven(value: unknown): value is Given | Record<string, never> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  if (entries.length === 0) return true;
  return (
    entries.every(([key, item]) => TYPES[key]?.(item) === true) && "desiredCount" in value && "port" in value
  );
}
