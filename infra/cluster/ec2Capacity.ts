/** EC2 instances for the migration, scaled to zero between deploys. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "../config/image.ts";
import { trustPolicy } from "../policies/document.ts";

export interface Ec2CapacityArgs {
  readonly namePrefix: string;
  readonly clusterName: pulumi.Input<string>;
  readonly platform: Platform;
  readonly instanceType: string;
  readonly instanceMaxCount: number;
  readonly subnets: pulumi.Input<string[]>;
  /** Empty: the VPC's default group. */
  readonly securityGroups: pulumi.Input<string[]>;
  readonly permissionsBoundaryArn: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export class Ec2Capacity extends pulumi.ComponentResource {
  /** The capacity provider's name, once the cluster takes it. */
  readonly name: pulumi.Output<string>;

  constructor(name: string, args: Ec2CapacityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ecs-migrate:infra:Ec2Capacity", name, {}, opts);
    const parent = { parent: this };
    const profile = instanceProfile(name, args, parent);
    const template = new aws.ec2.LaunchTemplate(
      `${name}-template`,
      launchTemplateArgs(args, profile.arn),
      parent,
    );
    const group = new aws.autoscaling.Group(`${name}-group`, groupArgs(args, template), {
      ...parent,
      // ECS's managed scaling moves it.
      ignoreChanges: ["desiredCapacity"],
    });
    const provider = new aws.ecs.CapacityProvider(`${name}-provider`, providerArgs(args, group.arn), parent);
    const attachment = new aws.ecs.ClusterCapacityProviders(
      `${name}-attachment`,
      {
        clusterName: args.clusterName,
        capacityProviders: [provider.name],
        defaultCapacityProviderStrategies: [{ capacityProvider: provider.name, base: 0, weight: 1 }],
      },
      parent,
    );
    this.name = pulumi.all([provider.name, attachment.id]).apply(([providerName]) => providerName);
    this.registerOutputs({ name: this.name });
  }
}

function instanceProfile(name: string, args: Ec2CapacityArgs, opts: pulumi.CustomResourceOptions) {
  const role = new aws.iam.Role(
    `${name}-role`,
    {
      name: `${args.namePrefix}-migration-instance`,
      description: "Instances that run the database migration",
      assumeRolePolicy: JSON.stringify(trustPolicy("ec2.amazonaws.com")),
      ...(args.permissionsBoundaryArn ? { permissionsBoundary: args.permissionsBoundaryArn } : {}),
      tags: args.tags,
    },
    opts,
  );
  const partition = aws.getPartitionOutput({}, opts).partition;
  new aws.iam.RolePolicyAttachment(
    `${name}-role-ecs`,
    {
      role: role.name,
      policyArn: pulumi.interpolate`arn:${partition}:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role`,
    },
    opts,
  );
  return new aws.iam.InstanceProfile(
    `${name}-profile`,
    { name: `${args.namePrefix}-migration-instance`, role: role.name, tags: args.tags },
    opts,
  );
}

/**
 * The instance: the ECS-optimised Amazon Linux 2023 image, IMDSv2 alone, no key pair, an encrypted disk.
 *
 * The image is named by the SSM parameter, which EC2 resolves at each launch: so a newer image is taken by the next
 * instance and is no difference in Pulumi's eyes.
 */
function launchTemplateArgs(
  args: Ec2CapacityArgs,
  instanceProfileArn: pulumi.Input<string>,
): aws.ec2.LaunchTemplateArgs {
  return {
    name: `${args.namePrefix}-migration`,
    imageId: ecsOptimisedImage(args.platform),
    instanceType: args.instanceType,
    iamInstanceProfile: { arn: instanceProfileArn },
    vpcSecurityGroupIds: args.securityGroups,
    updateDefaultVersion: true,
    userData: pulumi.output(args.clusterName).apply(userData),
    // One hop keeps the instance's credentials from the containers in awsvpc and bridge mode.
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    blockDeviceMappings: [
      {
        deviceName: "/dev/xvda",
        ebs: { encrypted: "true", volumeType: "gp3", volumeSize: 30, deleteOnTermination: "true" },
      },
    ],
    tagSpecifications: ["instance", "volume"].map((resourceType) => ({ resourceType, tags: args.tags })),
    tags: args.tags,
  };
}

/** @returns what EC2 resolves to the newest image. Source: ECS Developer Guide, "Retrieving Amazon ECS-optimized Linux AMI metadata". */
export function ecsOptimisedImage(platform: Platform): string {
  const architecture = platform === "linux/arm64" ? "/arm64" : "";
  return `resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023${architecture}/recommended/image_id`;
}

/** @returns base64, as a launch template takes it */
export function userData(clusterName: string): string {
  const script = `#!/bin/sh
cat >> /etc/ecs/ecs.config <<'END'
ECS_CLUSTER=${clusterName}
ECS_AWSVPC_BLOCK_IMDS=true
ECS_CONTAINER_STOP_TIMEOUT=120s
END
`;
  return Buffer.from(script).toString("base64");
}

/** Protected from scale-in, which managed termination protection asks for: an instance stays while its task runs. */
function groupArgs(args: Ec2CapacityArgs, template: aws.ec2.LaunchTemplate): aws.autoscaling.GroupArgs {
  return {
    name: `${args.namePrefix}-migration`,
    minSize: 0,
    maxSize: args.instanceMaxCount,
    desiredCapacity: 0,
    vpcZoneIdentifiers: args.subnets,
    launchTemplate: { id: template.id, version: "$Latest" },
    protectFromScaleIn: true,
    // Destroying the stack must not wait for instances that are protected.
    forceDelete: true,
    tags: groupTags(args.tags),
  };
}

/** ECS puts AmazonECSManaged on a group that it scales; naming it here keeps it from being a difference. */
function groupTags(tags: Readonly<Record<string, string>>) {
  return Object.entries({ ...tags, AmazonECSManaged: "true" }).map(([key, value]) => ({
    key,
    value,
    propagateAtLaunch: true,
  }));
}

function providerArgs(args: Ec2CapacityArgs, groupArn: pulumi.Input<string>): aws.ecs.CapacityProviderArgs {
  return {
    name: `${args.namePrefix}-migration`,
    autoScalingGroupProvider: {
      autoScalingGroupArn: groupArn,
      managedTerminationProtection: "ENABLED",
      managedDraining: "ENABLED",
      managedScaling: {
        status: "ENABLED",
        targetCapacity: 100,
        minimumScalingStepSize: 1,
        maximumScalingStepSize: 1,
        // Seconds; AWS takes the same where none is given.
        instanceWarmupPeriod: 300,
      },
    },
    tags: args.tags,
  };
}
