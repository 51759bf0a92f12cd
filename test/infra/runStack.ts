import assert from "node:assert/strict";
import { parseConfig } from "../../infra/config/config.ts";
import { createStack } from "../../infra/stack.ts";
import {
  ACCOUNT_ID,
  type DeclaredResource,
  type FunctionCall,
  installMocks,
  type Recording,
  resolveInput,
} from "../support/pulumiMocks.ts";
import { CHECKOUT, configOf, SMALLEST } from "../support/stackConfig.ts";

export const REGISTRY = `${ACCOUNT_ID}.dkr.ecr.ap-northeast-1.amazonaws.com`;
export const TAGS = { project: "ecs-migrate", application: "shop", stack: "stage", "managed-by": "pulumi" };
export const PRIVATE = {
  assignPublicIp: false,
  subnets: ["subnet-0b", "subnet-0a"],
  securityGroups: ["sg-0a"],
};
export const CONTENT_IMAGE = "ecs-migrate-image:index:ContentImage";
export const CONNECTION = `arn:aws:codeconnections:ap-northeast-1:${ACCOUNT_ID}:connection/0a1b2c3d-0000-4000-8000-000000000000`;

/** Runs the program on the smallest configuration with `settings` on top, and waits for all that it declares. */
export async function run(
  settings: Readonly<Record<string, unknown>>,
  stack = "stage",
  computed: Readonly<Record<string, Record<string, unknown>>> = {},
) {
  const recording = await installMocks(stack, {}, computed);
  const values = new Map(Object.entries(configOf({ ...SMALLEST, ...settings })));
  const outputs = await resolveInput(createStack(parseConfig(values, { stack, rootDirectory: CHECKOUT })));
  // What is declared beside the outputs' own way (a webhook, a lifecycle policy) needs more turns of the event loop.
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  return { ...recording, outputs };
}

export function typesOf({ resources }: Recording): string[] {
  return resources.map(({ type, name }) => `${type} ${name}`).sort();
}

export function only({ resources }: Recording, type: string): DeclaredResource {
  const found = resources.filter((resource) => resource.type === type);
  assert.equal(found.length, 1, `one ${type}, but there are ${found.length}`);
  return found[0] as DeclaredResource;
}

export function named({ resources }: Recording, name: string): DeclaredResource {
  const found = resources.find((resource) => resource.name === name);
  assert(found, `no resource is named ${name}`);
  return found;
}

export const WITHOUT_PIPELINE = [
  "aws:cloudwatch/logGroup:LogGroup migration-logs",
  "aws:ecr/lifecyclePolicy:LifecyclePolicy app-lifecycle",
  "aws:ecs/cluster:Cluster cluster-cluster",
  "aws:ecs/taskDefinition:TaskDefinition migration-definition",
  "aws:iam/role:Role migration-execution-role",
  "aws:iam/role:Role migration-task-role",
  "aws:iam/rolePolicy:RolePolicy migration-execution-policy",
  "awsx:ecr:Repository app-repository",
  "ecs-migrate-image:index:ContentImage app-image",
  "ecs-migrate-image:index:ContentImage app-migrator",
  "ecs-migrate:infra:AppImage app",
  "ecs-migrate:infra:MigrationCluster cluster",
  "ecs-migrate:infra:MigrationTask migration",
  "ecs-migrate:infra:TaskNetwork network",
];

/** As the mocks name the bucket of the builds. */
export const BUILDS = "stage-shop-builds-0a1b";

/** What each kind of source adds, and the project's source. */
export const SOURCES = [
  {
    settings: {
      sourceType: "GITLAB",
      sourceLocation: "https://gitlab.com/shop/shop.git",
      connectionArn: CONNECTION,
    },
    adds: ["aws:codebuild/webhook:Webhook pipeline-webhook"],
    source: {
      type: "GITLAB",
      location: "https://gitlab.com/shop/shop.git",
      buildspec: "buildspec.yml",
      gitCloneDepth: 1,
      reportBuildStatus: true,
      auth: { type: "CODECONNECTIONS", resource: CONNECTION },
    },
  },
  {
    settings: {
      sourceType: "GITLAB_SELF_MANAGED",
      sourceLocation: "https://git.shop.example/shop.git",
      connectionArn: CONNECTION,
    },
    adds: ["aws:codebuild/webhook:Webhook pipeline-webhook"],
    source: {
      type: "GITLAB_SELF_MANAGED",
      location: "https://git.shop.example/shop.git",
      buildspec: "buildspec.yml",
      gitCloneDepth: 1,
      reportBuildStatus: true,
      auth: { type: "CODECONNECTIONS", resource: CONNECTION },
    },
  },
  {
    settings: {
      sourceType: "GITHUB",
      sourceLocation: "https://github.com/shop/shop.git",
      createConnection: true,
    },
    adds: [
      "aws:codebuild/webhook:Webhook pipeline-webhook",
      "aws:codeconnections/connection:Connection pipeline-connection",
    ],
    source: {
      type: "GITHUB",
      location: "https://github.com/shop/shop.git",
      buildspec: "buildspec.yml",
      gitCloneDepth: 1,
      reportBuildStatus: true,
      auth: {
        type: "CODECONNECTIONS",
        resource: `arn:aws:codeconnections:ap-northeast-1:${ACCOUNT_ID}:connection/made-here`,
      },
    },
  },
  {
    settings: {
      sourceType: "CODECOMMIT",
      sourceLocation: "https://git-codecommit.ap-northeast-1.amazonaws.com/v1/repos/shop",
    },
    adds: [
      "aws:cloudwatch/eventRule:EventRule pipeline-push",
      "aws:cloudwatch/eventTarget:EventTarget pipeline-push-target",
      "aws:iam/role:Role pipeline-push-role",
      "aws:iam/rolePolicy:RolePolicy pipeline-push-policy",
    ],
    source: {
      type: "CODECOMMIT",
      location: "https://git-codecommit.ap-northeast-1.amazonaws.com/v1/repos/shop",
      buildspec: "buildspec.yml",
      gitCloneDepth: 1,
    },
  },
  {
    settings: { sourceType: "S3", sourceLocation: "source/shop.zip" },
    adds: [],
    source: { type: "S3", location: "source/shop.zip", buildspec: "buildspec.yml" },
  },
];

/** A connection that somebody has completed in the console. */
export const AVAILABLE = { "aws:codeconnections/connection:Connection": { connectionStatus: "AVAILABLE" } };

export function byToken(a: FunctionCall, b: FunctionCall): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
