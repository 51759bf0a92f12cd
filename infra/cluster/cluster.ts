/** The cluster that the migration runs on: made here, or one that exists. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type ClusterConfig, clusterName } from "../config/cluster.ts";
import type { Platform } from "../config/image.ts";
import { Ec2Capacity } from "./ec2Capacity.ts";

export interface MigrationClusterArgs {
  /** What the names of made resources start with. */
  readonly namePrefix: string;
  readonly cluster: ClusterConfig;
  readonly platform: Platform;
  readonly subnets: pulumi.Input<string[]>;
  readonly securityGroups: pulumi.Input<string[]>;
  readonly permissionsBoundaryArn: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export class MigrationCluster extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  /** The name of the capacity provider that runs take; null: RunTask gets the launch type. */
  readonly capacityProvider: pulumi.Output<string | null>;

  constructor(name: string, args: MigrationClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ecs-migrate:infra:MigrationCluster", name, {}, opts);
    const { existing, launchType, capacityProvider } = args.cluster;
    if (existing !== undefined) {
      this.arn = aws.ecs.getClusterOutput({ clusterName: existing }, { parent: this }).arn;
      this.capacityProvider = pulumi.output(capacityProvider ?? null);
    } else {
      const cluster = new aws.ecs.Cluster(`${name}-cluster`, clusterArgs(args), { parent: this });
      this.arn = cluster.arn;
      this.capacityProvider =
        launchType === "EC2" ? ec2Capacity(this, name, args, cluster.name) : pulumi.output(null);
    }
    this.registerOutputs({ arn: this.arn, capacityProvider: this.capacityProvider });
  }
}

function clusterArgs(args: MigrationClusterArgs): aws.ecs.ClusterArgs {
  return {
    name: clusterName(args.namePrefix),
    settings: [{ name: "containerInsights", value: args.cluster.containerInsights }],
    tags: args.tags,
  };
}

function ec2Capacity(
  parent: pulumi.Resource,
  name: string,
  args: MigrationClusterArgs,
  cluster: pulumi.Output<string>,
): pulumi.Output<string> {
  const capacity = new Ec2Capacity(
    `${name}-capacity`,
    {
      namePrefix: args.namePrefix,
      clusterName: cluster,
      platform: args.platform,
      instanceType: args.cluster.instanceType,
      instanceMaxCount: args.cluster.instanceMaxCount,
      subnets: args.subnets,
      securityGroups: args.securityGroups,
      permissionsBoundaryArn: args.permissionsBoundaryArn,
      tags: args.tags,
    },
    { parent },
  );
  return capacity.name;
}
