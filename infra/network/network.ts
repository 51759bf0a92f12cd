/** Where the migration task runs: subnets, security groups and whether it gets a public address. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type DatabaseEgress, MOST_SUBNETS, type NetworkConfig, usesDefaultVpc } from "../config/network.ts";
import type { NetworkLookup } from "../policies/build.ts";
import { programError } from "../programError.ts";
import { chooseSubnets } from "./routes.ts";

export interface TaskNetworkArgs {
  /** What the names of made resources start with. */
  readonly namePrefix: string;
  readonly network: NetworkConfig;
  readonly tags: Readonly<Record<string, string>>;
}

export class TaskNetwork extends pulumi.ComponentResource {
  readonly subnets: pulumi.Output<string[]>;
  /** Empty: the VPC's default group, which is what RunTask takes where none is named. */
  readonly securityGroups: pulumi.Output<string[]>;

  constructor(name: string, args: TaskNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ecs-migrate:infra:TaskNetwork", name, {}, opts);
    const vpcId = vpcOf(this, args.network);
    this.subnets = subnetsOf(this, args.network, vpcId);
    this.securityGroups = securityGroupsOf(this, name, args, vpcId);
    this.registerOutputs({ subnets: this.subnets, securityGroups: this.securityGroups });
  }
}

/** What the program asks AWS for; a deploy's role must be let to. */
export function networkLookup(network: NetworkConfig): NetworkLookup {
  if (network.subnets.length > 0) return "nothing";
  return usesDefaultVpc(network) ? "defaultVpc" : "subnets";
}

/**
 * How the task reaches ECR, SSM or Secrets Manager, and CloudWatch Logs, as far as the configuration tells. Whether the
 * route's other end lets it through is not the program's to know.
 */
export function networkPath(network: NetworkConfig): string {
  if (network.mode !== "awsvpc") return `by the instance's own network (${network.mode} mode)`;
  if (network.assignPublicIp) return "by a public address of its own, through the subnets' internet gateway";
  const { subnets, vpcId } = network;
  const where =
    subnets.length > 0 ? "the given subnets" : `${vpcId === undefined ? "the default VPC" : vpcId}'s subnets`;
  return `without a public address, by the routes of ${where}: they need a NAT gateway, or endpoints for ecr.api, ecr.dkr, logs, S3 (a gateway) and ssm or secretsmanager`;
}

/**
 * What is still to be done by hand before the task reaches the database; null if nothing is known to be missing.
 */
export function networkToDo(network: NetworkConfig): string | null {
  const { databaseEgress, mode } = network;
  if (mode !== "awsvpc" || databaseEgress?.opensSecurityGroup) return null;
  const group = databaseEgress?.securityGroup ?? "the database's security group";
  const from = databaseEgress === undefined ? "the task's security groups" : "the task's security group";
  return `${group} must let ${from} in at the database's port: add that rule, or set openDatabaseSecurityGroup with databaseSecurityGroup`;
}

function vpcOf(parent: pulumi.Resource, network: NetworkConfig): pulumi.Output<string> | undefined {
  if (network.vpcId !== undefined) return pulumi.output(network.vpcId);
  return usesDefaultVpc(network) ? aws.ec2.getVpcOutput({ default: true }, { parent }).id : undefined;
}

function subnetsOf(
  parent: pulumi.Resource,
  network: NetworkConfig,
  vpcId: pulumi.Output<string> | undefined,
): pulumi.Output<string[]> {
  if (network.subnets.length > 0 || vpcId === undefined) return pulumi.output([...network.subnets]);
  const ids = aws.ec2.getSubnetsOutput({ filters: [{ name: "vpc-id", values: [vpcId] }] }, { parent }).ids;
  // On EC2 the instances are what needs a way out, and in the default VPC they have public addresses.
  const assignPublicIp = network.assignPublicIp || network.vpcId === undefined;
  return pulumi.all([vpcId, ids, routeTablesOf(parent, vpcId)]).apply(([vpc, subnetIds, tables]) => {
    const chosen = chooseSubnets({ vpcId: vpc, subnetIds, tables, assignPublicIp, most: MOST_SUBNETS });
    if ("problem" in chosen) throw programError(chosen.problem);
    return chosen.ids;
  });
}

function routeTablesOf(parent: pulumi.Resource, vpcId: pulumi.Output<string>) {
  return aws.ec2
    .getRouteTablesOutput({ vpcId }, { parent })
    .ids.apply((ids) =>
      pulumi.all(ids.map((routeTableId) => aws.ec2.getRouteTableOutput({ routeTableId }, { parent }))),
    );
}

function securityGroupsOf(
  parent: pulumi.Resource,
  name: string,
  args: TaskNetworkArgs,
  vpcId: pulumi.Input<string> | undefined,
): pulumi.Output<string[]> {
  const { databaseEgress, securityGroups } = args.network;
  if (databaseEgress === undefined || vpcId === undefined) return pulumi.output([...securityGroups]);
  const group = new aws.ec2.SecurityGroup(
    `${name}-group`,
    {
      name: `${args.namePrefix}-migration`,
      description: "Migration task: out to the database and to AWS over HTTPS, nothing in",
      vpcId,
      egress: egressRules(databaseEgress),
      tags: args.tags,
    },
    { parent },
  );
  openDatabase(parent, name, args, group);
  return group.id.apply((id) => [id]);
}

/** HTTPS reaches ECR, SSM, Secrets Manager and CloudWatch Logs; their addresses are not known beforehand. */
export function egressRules(database: DatabaseEgress) {
  const https = {
    description: "ECR, SSM, Secrets Manager and CloudWatch Logs",
    protocol: "tcp",
    fromPort: 443,
    toPort: 443,
    cidrBlocks: ["0.0.0.0/0"],
  };
  const { cidr, securityGroup, port } = database;
  const toDatabase = {
    description: "The database",
    protocol: "tcp",
    fromPort: port,
    toPort: port,
    ...(cidr === undefined ? {} : { cidrBlocks: [cidr] }),
    ...(securityGroup === undefined ? {} : { securityGroups: [securityGroup] }),
  };
  return [toDatabase, https];
}

/** The database's group belongs to somebody else, so that one rule of its own is added and nothing else is touched. */
function openDatabase(
  parent: pulumi.Resource,
  name: string,
  args: TaskNetworkArgs,
  group: aws.ec2.SecurityGroup,
): void {
  const { databaseEgress } = args.network;
  if (!databaseEgress?.opensSecurityGroup || databaseEgress.securityGroup === undefined) return;
  new aws.vpc.SecurityGroupIngressRule(
    `${name}-database-ingress`,
    {
      securityGroupId: databaseEgress.securityGroup,
      referencedSecurityGroupId: group.id,
      description: `Migration task of ${args.namePrefix}`,
      ipProtocol: "tcp",
      fromPort: databaseEgress.port,
      toPort: databaseEgress.port,
      tags: args.tags,
    },
    { parent },
  );
}
