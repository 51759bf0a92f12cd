/** Reports to Slack each build that ended without a report of its own. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { buildLink } from "../../automation/aws/console.ts";
import type { LogConfig } from "../config/logs.ts";
import type { SlackConfig } from "../config/slack.ts";
import { logGroupArgs } from "../migrationTask.ts";
import { type Place, trustPolicy } from "../policies/document.ts";
import { notifierRolePolicy } from "../policies/trigger.ts";

export interface BuildNotifierArgs {
  /** What the names of made resources start with. */
  readonly namePrefix: string;
  readonly environment: string;
  readonly place: pulumi.Output<Place>;
  readonly projectName: string;
  readonly slack: SlackConfig;
  readonly logs: LogConfig;
  readonly permissionsBoundaryArn: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

const SOURCE = join(import.meta.dirname, "notifier", "index.mjs");

/**
 * A rule on the build's end calls a small function. Not an API destination: the webhook's URL is the secret itself, and an
 * API destination shows its endpoint to everybody who may describe it, in the state as well. Not a second build: what
 * reports must not depend on what ended.
 */
export class BuildNotifier extends pulumi.ComponentResource {
  constructor(name: string, args: BuildNotifierArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ecs-migrate:infra:BuildNotifier", name, {}, opts);
    const parent = { parent: this };
    const functionName = `${args.namePrefix}-build-notifier`;
    const group = `/aws/lambda/${functionName}`;
    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      logGroupArgs({ ...args.logs, group }, args.tags),
      parent,
    );
    const role = notifierRole(this, name, args, group);
    const notifier = new aws.lambda.Function(`${name}-function`, functionArgs(args, functionName, role), {
      ...parent,
      dependsOn: [logGroup],
    });
    callAtEnd(this, name, args, notifier);
    this.registerOutputs({});
  }
}

function notifierRole(
  parent: pulumi.Resource,
  name: string,
  args: BuildNotifierArgs,
  logGroup: string,
): aws.iam.Role {
  const { slack, place } = args;
  const role = new aws.iam.Role(
    `${name}-role`,
    {
      name: `${args.namePrefix}-build-notifier`,
      description:
        "Lets the function read the Slack webhook that reports builds which ended without a report",
      assumeRolePolicy: JSON.stringify(trustPolicy("lambda.amazonaws.com")),
      ...(args.permissionsBoundaryArn ? { permissionsBoundary: args.permissionsBoundaryArn } : {}),
      tags: args.tags,
    },
    { parent },
  );
  const policy = place.apply((where) => JSON.stringify(notifierRolePolicy({ ...where, ...slack, logGroup })));
  new aws.iam.RolePolicy(`${name}-policy`, { name: "report-build", role: role.name, policy }, { parent });
  return role;
}

function functionArgs(
  args: BuildNotifierArgs,
  functionName: string,
  role: aws.iam.Role,
): aws.lambda.FunctionArgs {
  // The text, not the file: a file's path is part of the state, and each build has the checkout at another path.
  const source = new pulumi.asset.StringAsset(readFileSync(SOURCE, "utf8"));
  return {
    name: functionName,
    description: "Reports to Slack each build that ended without a report of its own",
    role: role.arn,
    runtime: "nodejs22.x",
    handler: "index.handler",
    code: new pulumi.asset.AssetArchive({ "index.mjs": source }),
    // Seconds. The function itself gives Slack ten.
    timeout: 20,
    environment: {
      variables: {
        STACK: args.environment,
        WEBHOOK_PARAMETER: args.slack.webhookParameter,
        BUILD_LINK: args.place.apply((place) => buildLinkPattern(place, args.projectName)),
      },
    },
    tags: args.tags,
  };
}

const ANY_BUILD = "00000000-0000-4000-8000-000000000000";

/** The console's page of a build of the project with `{id}` in the place of `<project>:<uuid>`; empty if it is not known. */
export function buildLinkPattern(place: Place, projectName: string): string {
  const id = `${projectName}:${ANY_BUILD}`;
  return (buildLink(place, id) ?? "").replace(encodeURIComponent(id), "{id}");
}

function callAtEnd(
  parent: pulumi.Resource,
  name: string,
  args: BuildNotifierArgs,
  notifier: aws.lambda.Function,
): void {
  const rule = new aws.cloudwatch.EventRule(
    `${name}-rule`,
    {
      name: `${args.namePrefix}-build-end`,
      description: `Builds of ${args.projectName} that did not succeed`,
      eventPattern: buildEndPattern(args.projectName),
      tags: args.tags,
    },
    { parent },
  );
  new aws.lambda.Permission(
    `${name}-permission`,
    {
      function: notifier.name,
      action: "lambda:InvokeFunction",
      principal: "events.amazonaws.com",
      sourceArn: rule.arn,
    },
    { parent },
  );
  new aws.cloudwatch.EventTarget(`${name}-target`, { rule: rule.name, arn: notifier.arn }, { parent });
}

/** Source: AWS CodeBuild User Guide, "Build notifications input format reference"; API reference, Build.buildStatus. */
export function buildEndPattern(projectName: string): string {
  return JSON.stringify({
    source: ["aws.codebuild"],
    "detail-type": ["CodeBuild Build State Change"],
    detail: {
      "build-status": ["FAILED", "FAULT", "STOPPED", "TIMED_OUT"],
      "project-name": [projectName],
    },
  });
}
