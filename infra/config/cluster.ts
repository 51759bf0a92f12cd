/** The cluster that the migration runs on. */
import { FORMS } from "./forms.ts";
import { type ConfigReader, optional } from "./reader.ts";

export const CLUSTER_KEYS = [
  "cluster",
  "launchType",
  "capacityProvider",
  "instanceType",
  "instanceMaxCount",
  "containerInsights",
] as const;

export type LaunchType = "FARGATE" | "EC2";

export interface ClusterConfig {
  /** The name of an existing cluster; undefined: make one. */
  readonly existing: string | undefined;
  readonly launchType: LaunchType;
  /** A capacity provider of the existing cluster. */
  readonly capacityProvider: string | undefined;
  readonly instanceType: string;
  readonly instanceMaxCount: number;
  readonly containerInsights: "disabled" | "enabled" | "enhanced";
}

/** The name of the cluster that is made. */
export function clusterName(namePrefix: string): string {
  return `${namePrefix}-migration`;
}

/** @param namePrefix what the names of made resources start with */
export function readCluster(reader: ConfigReader, namePrefix: string): ClusterConfig {
  const existing = optional(reader.text("cluster", FORMS.clusterName));
  const launchType = reader.choice("launchType", ["FARGATE", "EC2"]);
  const capacityProvider = optional(reader.text("capacityProvider"));
  if (capacityProvider !== undefined && !reader.isWrong("cluster", "launchType")) {
    const rule = "only an existing cluster has one: give its name as cluster";
    if (launchType === "FARGATE")
      reader.reject("capacityProvider", capacityProvider, "launchType FARGATE takes none");
    else if (existing === undefined) reader.reject("capacityProvider", capacityProvider, rule);
  }
  if (existing === undefined && launchType === "EC2") checkProviderName(reader, namePrefix);
  return {
    existing,
    launchType,
    capacityProvider,
    instanceType: reader.requiredText("instanceType", FORMS.instanceType),
    instanceMaxCount: reader.integer("instanceMaxCount", 1, 100),
    containerInsights: reader.choice("containerInsights", ["disabled", "enabled", "enhanced"]),
  };
}

/** ECS API reference, CreateCapacityProvider: the name "can't be prefixed with aws, ecs, or fargate". */
function checkProviderName(reader: ConfigReader, namePrefix: string): void {
  const prefix = /^(aws|ecs|fargate)/.exec(namePrefix)?.[0];
  if (prefix === undefined) return;
  reader.problems.push(
    `the names of this stack start with "${namePrefix}", but ECS refuses capacity providers whose name starts with ${prefix}; ` +
      "make a stack of another name with `pulumi stack init <name>`, or name an existing cluster as ecs-migrate:cluster",
  );
}
