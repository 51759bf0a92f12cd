/** Where the migration task runs: subnets, security groups and whether it gets a public address. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { DatabaseEgress, NetworkConfig } from "./config/config.ts";

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
    const vpcId = args.network.vpcId ?? defaultVpcWhereNeeded(this, args.network);
    this.subnets = subnetsOf(this, args.network, vpcId);
    this.securityGroups = securityGroupsOf(this, name, args, vpcId);
    this.registerOutputs({ subnets: this.subnets, securityGroups: this.securityGroups });
  }
}

/** Whether the program asks AWS for the VPC or its subnets; a deploy's role must be let to. */
export function looksUpNetwork(network: NetworkConfig): boolean {
  return network.subnets.length === 0;
}

/**
 * How the task reaches ECR, SSM or Secrets Manager, and CloudWatch Logs, as far as the configuration tells. Whether a
 * subnet has a route out is not the program's to know: it asks for no route table.
 */
export function networkPath(network: NetworkConfig): string {
  if (network.mode !== "awsvpc") return `by the instance's own network (${network.mode} mode)`;
  if (network.assignPublicIp) return "by a public address of its own, through the subnets' internet gateway";
  const { subnets, vpcId } = network;
  const where =
    subnets.length > 0 ? "the given subnets" : `${vpcId === undefined ? "the default VPC" : vpcId}'s subnets`;
  return `without a public address, by the routes of ${where}: they need a NAT gateway, or endpoints for ecr.api, ecr.dkr, logs, S3 (a gateway) and ssm or secretsmanager`;
}

function defaultVpcWhereNeeded(parent: pulumi.Resource, network: NetworkConfig) {
  return network.subnets.length === 0 ? aws.ec2.getVpcOutput({ default: true }, { parent }).id : undefined;
}

function subnetsOf(
  parent: pulumi.Resource,
  network: NetworkConfig,
  vpcId: pulumi.Input<string> | undefined,
): pulumi.Output<string[]> {
  if (network.subnets.length > 0 || vpcId === undefined) return pulumi.output([...network.subnets]);
  const filters = subnetFilters(network, vpcId);
  return aws.ec2
    .getSubnetsOutput({ filters }, { parent })
    .ids.apply((ids) => requireSubnets(ids, network.vpcId));
}

/** All subnets of the default VPC; of a VPC that was given, those that hand out no public address: the private ones. */
function subnetFilters(network: NetworkConfig, vpcId: pulumi.Input<string>) {
  const ofVpc = { name: "vpc-id", values: [vpcId] };
  return network.vpcId === undefined
    ? [ofVpc]
    : [ofVpc, { name: "map-public-ip-on-launch", values: ["false"] }];
}

/** Sorted, as AWS promises no order and a new order would be a difference. */
export function requireSubnets(ids: readonly string[], vpcId: string | undefined): string[] {
  if (ids.length > 0) return [...ids].sort();
  const where = vpcId === undefined ? "the default VPC has no subnet" : `${vpcId} has no private subnet`;
  throw new pulumi.RunError(
    `${where}; name the task's subnets as ecs-migrate:subnets in Pulumi.<stack>.yaml`,
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
