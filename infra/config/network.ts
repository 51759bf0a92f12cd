/** Where the task runs, and how it reaches the database. */
import type { ClusterConfig } from "./cluster.ts";
import { CIDR, FORMS } from "./forms.ts";
import { type ConfigReader, optional } from "./reader.ts";

export const NETWORK_KEYS = [
  "networkMode",
  "vpcId",
  "subnets",
  "securityGroups",
  "assignPublicIp",
  "databaseSecurityGroup",
  "openDatabaseSecurityGroup",
  "databaseCidr",
] as const;

export type NetworkMode = "awsvpc" | "bridge" | "host";

/** What the security group that the stack makes for the task lets it out to, besides HTTPS. */
export interface DatabaseEgress {
  readonly securityGroup: string | undefined;
  readonly cidr: string | undefined;
  readonly port: number;
  /** Adds the rule to the database's security group that lets the task in. */
  readonly opensSecurityGroup: boolean;
}

export interface NetworkConfig {
  readonly mode: NetworkMode;
  readonly vpcId: string | undefined;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly assignPublicIp: boolean;
  /** Makes a security group whose only ways out are the database and HTTPS. */
  readonly databaseEgress: DatabaseEgress | undefined;
}

/** @param databasePort for the rules of the security groups */
export function readNetwork(
  reader: ConfigReader,
  cluster: Pick<ClusterConfig, "launchType">,
  databasePort: number,
): NetworkConfig {
  const network: NetworkConfig = {
    mode: reader.choice("networkMode", ["awsvpc", "bridge", "host"]),
    vpcId: optional(reader.text("vpcId", FORMS.vpcId)),
    subnets: reader.texts("subnets", FORMS.subnetId),
    securityGroups: reader.texts("securityGroups", FORMS.securityGroupId),
    assignPublicIp: reader.flag("assignPublicIp"),
    databaseEgress: readDatabaseEgress(reader, databasePort),
  };
  checkLaunchType(reader, network, cluster.launchType);
  checkSubnets(reader, network);
  checkSecurityGroups(reader, network);
  return network;
}

/** Whether the stack runs in the account's default VPC. */
export function usesDefaultVpc(network: Pick<NetworkConfig, "vpcId" | "subnets">): boolean {
  return network.vpcId === undefined && network.subnets.length === 0;
}

function readDatabaseEgress(reader: ConfigReader, port: number): DatabaseEgress | undefined {
  const securityGroup = optional(reader.text("databaseSecurityGroup", FORMS.securityGroupId));
  const opensSecurityGroup = reader.flag("openDatabaseSecurityGroup");
  const cidr = optional(reader.text("databaseCidr", CIDR));
  if (opensSecurityGroup && securityGroup === undefined) {
    reader.missing("databaseSecurityGroup", "openDatabaseSecurityGroup adds a rule to it");
  }
  if (securityGroup === undefined && cidr === undefined) return undefined;
  return { securityGroup, cidr, port, opensSecurityGroup };
}

function checkLaunchType(
  reader: ConfigReader,
  network: NetworkConfig,
  launchType: ClusterConfig["launchType"],
): void {
  if (reader.isWrong("launchType")) return;
  if (launchType === "FARGATE" && network.mode !== "awsvpc") {
    reader.reject("networkMode", network.mode, "Fargate only knows awsvpc");
  }
  if (launchType === "EC2" && network.assignPublicIp) {
    const rule = "ECS gives a task a public address only on Fargate";
    reader.reject("assignPublicIp", true, rule);
  }
  const isDefault = usesDefaultVpc(network) && !reader.isWrong("vpcId", "subnets");
  if (isDefault && launchType === "FARGATE" && !network.assignPublicIp) {
    const rule =
      "the default VPC's subnets reach ECR, SSM and the logs only with a public address: make it true, or give vpcId or subnets";
    reader.reject("assignPublicIp", false, rule);
  }
}

/** ECS API reference, AwsVpcConfiguration: "There's a limit of 16 subnets" and of 5 security groups. */
export const MOST_SUBNETS = 16;
const MOST_SECURITY_GROUPS = 5;

function checkSubnets(reader: ConfigReader, { subnets, securityGroups }: NetworkConfig): void {
  if (subnets.length > MOST_SUBNETS) {
    const rule = `RunTask takes ${MOST_SUBNETS}: name one or two in each availability zone`;
    reader.rejectAs("subnets", `has ${subnets.length} items`, rule);
  }
  if (securityGroups.length > MOST_SECURITY_GROUPS) {
    const rule = `RunTask takes ${MOST_SECURITY_GROUPS}`;
    reader.rejectAs("securityGroups", `has ${securityGroups.length} items`, rule);
  }
}

function checkSecurityGroups(reader: ConfigReader, network: NetworkConfig): void {
  if (reader.isWrong("databaseSecurityGroup", "databaseCidr")) return;
  const { vpcId, subnets, securityGroups, databaseEgress } = network;
  if (securityGroups.length > 0 && databaseEgress !== undefined) {
    const rule = "databaseSecurityGroup or databaseCidr makes a group in their place: keep one of the two";
    reader.reject("securityGroups", securityGroups, rule);
  }
  if (databaseEgress !== undefined && subnets.length > 0 && vpcId === undefined) {
    reader.missing("vpcId", "the security group for the database is made in it");
  }
  if (securityGroups.length === 0 && databaseEgress === undefined && !usesDefaultVpc(network)) {
    const why = "with vpcId or subnets either it or databaseSecurityGroup or databaseCidr is needed";
    reader.missing("securityGroups", why);
  }
}
