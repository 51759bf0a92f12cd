/** What starts a build: a webhook, or EventBridge for CodeCommit. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { PipelineConfig } from "../config/pipeline.ts";
import type { Place } from "../policies/document.ts";
import { ruleTrustPolicy, startBuildPolicy } from "../policies/trigger.ts";
import { CODECOMMIT_INPUT, codeCommitArn, codeCommitEventPattern, webhookFilterGroups } from "./source.ts";

export interface TriggerArgs {
  readonly namePrefix: string;
  readonly place: pulumi.Output<Place>;
  readonly pipeline: PipelineConfig;
  readonly permissionsBoundaryArn: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export function triggerBuilds(
  parent: pulumi.Resource,
  name: string,
  args: TriggerArgs,
  project: aws.codebuild.Project,
): void {
  if (args.pipeline.webhook) webhook(parent, name, args.pipeline, project);
  if (args.pipeline.sourceType === "CODECOMMIT") codeCommitTrigger(parent, name, args, project);
}

function webhook(
  parent: pulumi.Resource,
  name: string,
  pipeline: PipelineConfig,
  project: aws.codebuild.Project,
): void {
  new aws.codebuild.Webhook(
    `${name}-webhook`,
    { projectName: project.name, buildType: "BUILD", filterGroups: webhookFilterGroups(pipeline) },
    { parent },
  );
}

function codeCommitTrigger(
  parent: pulumi.Resource,
  name: string,
  args: TriggerArgs,
  project: aws.codebuild.Project,
): void {
  const { pipeline, place, namePrefix, tags } = args;
  const ruleName = `${namePrefix}-deploy-push`;
  const rule = new aws.cloudwatch.EventRule(
    `${name}-push`,
    {
      name: ruleName,
      description: `Pushes to ${pipeline.branchPrefix}* start a deploy`,
      eventPattern: place.apply((where) =>
        codeCommitEventPattern(codeCommitArn(pipeline, where), pipeline.branchPrefix),
      ),
      tags,
    },
    { parent },
  );
  const role = startBuildRole(parent, name, args, ruleName, project);
  new aws.cloudwatch.EventTarget(
    `${name}-push-target`,
    { rule: rule.name, arn: project.arn, roleArn: role.arn, inputTransformer: { ...CODECOMMIT_INPUT } },
    { parent },
  );
}

function startBuildRole(
  parent: pulumi.Resource,
  name: string,
  args: TriggerArgs,
  ruleName: string,
  project: aws.codebuild.Project,
): aws.iam.Role {
  const role = new aws.iam.Role(
    `${name}-push-role`,
    {
      name: `${args.namePrefix}-deploy-push`,
      description: "Lets EventBridge start the deploy",
      assumeRolePolicy: args.place.apply((place) => JSON.stringify(ruleTrustPolicy(place, ruleName))),
      ...(args.permissionsBoundaryArn ? { permissionsBoundary: args.permissionsBoundaryArn } : {}),
      tags: args.tags,
    },
    { parent },
  );
  new aws.iam.RolePolicy(
    `${name}-push-policy`,
    {
      name: "start-build",
      role: role.name,
      policy: project.arn.apply((arn) => JSON.stringify(startBuildPolicy(arn))),
    },
    { parent },
  );
  return role;
}
