/**
 * The one contract between `infra/` and `automation/`: the stack's outputs, by name and type.
 *
 * `infra/index.ts` exports an object of this shape, `automation/` parses it back with {@link parseOutputs}. Everything
 * that a rerun needs is here, so that a rerun needs nothing but `pulumi stack output --json`. No secret is here: of the
 * database and of Slack only the names under which AWS keeps their secrets.
 */
import * as v from "valibot";
import { OutputsError } from "./errors.ts";
import { sourceSchema } from "./source.ts";

/** Raised when a field changes its meaning; a script that reads an unknown number stops before it runs anything. */
export const OUTPUTS_SCHEMA = 1;

const text = v.pipe(v.string(), v.minLength(1));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** One migration as the stack shipped it: what golang-migrate does not remember. */
const shippedMigration = v.object({
  /** The number before the first underscore, as golang-migrate reads it (base 10). */
  version: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** The version as the file name has it, if that has leading zeros: `000007`. */
  digits: v.optional(v.pipe(v.string(), v.regex(/^\d+$/))),
  /** What stands between the version and `.up.sql`. */
  name: v.string(),
  /** SHA-256 of the up file's bytes, lower-case hex. */
  up: sha256,
  /** SHA-256 of the down file's bytes, or null if there is no down file. */
  down: v.nullable(sha256),
});

const networkConfiguration = v.object({
  subnets: v.pipe(v.array(v.string()), v.minLength(1)),
  securityGroups: v.array(v.string()),
  assignPublicIp: v.boolean(),
});

/** The ECS services that a deploy rolls after its migration passed. */
const services = v.object({
  targets: v.array(
    v.object({
      ...{ cluster: text, service: text, container: v.nullable(v.string()) },
      /** Of the service that the stack makes: its revision without code, and how many tasks its first roll starts. */
      first: v.optional(v.object({ taskDefinition: text, desiredCount: v.number() })),
    }),
  ),
  /** All at once, or one after the other. */
  parallel: v.boolean(),
  /** For one service. */
  timeoutSeconds: v.pipe(v.number(), v.minValue(1)),
});

const outputsSchema = v.object({
  schemaVersion: v.literal(OUTPUTS_SCHEMA),
  /** The application's name: the prefix of every resource. */
  application: text,
  /** The environment, which is the stack's name: `stage`, `prod`, `local`. */
  environment: text,
  /** Asks for the stack's name before `down`, `goto` below the current version and `force`. */
  production: v.boolean(),
  /** When a deploy runs the migration: where there is something to run, each time, or never. */
  migrate: v.picklist(["auto", "always", "manual"]),
  partition: text,
  region: text,
  accountId: text,
  clusterArn: text,
  /** RunTask's launchType. With a capacity provider RunTask gets `capacityProviderStrategy` in its place. */
  launchType: v.picklist(["FARGATE", "EC2"]),
  capacityProvider: v.nullable(v.string()),
  /** RunTask's awsvpcConfiguration; null if the task's network mode is `bridge` or `host`. */
  network: v.nullable(networkConfiguration),
  /** How the task reaches ECR, SSM and CloudWatch Logs, in one sentence; null in outputs from before there was this one. */
  networkPath: v.optional(v.nullable(v.string()), null),
  /** What is still to be done by hand before the task reaches the database, in one sentence; null if nothing is known. */
  networkToDo: v.optional(v.nullable(v.string()), null),
  taskDefinitionFamily: text,
  /** With its revision: a run names the revision it runs. */
  taskDefinitionArn: text,
  /** The container's definition without its image and migrations: what a routine deploy may not change. */
  container: v.optional(v.nullable(v.record(v.string(), v.unknown())), null),
  /** The container whose exit code judges the run. */
  containerName: text,
  executionRoleArn: text,
  logGroup: text,
  /** awslogs-stream-prefix; a task's stream is `<prefix>/<container>/<task id>`. */
  logStreamPrefix: text,
  repositoryUrl: text,
  /** The application's image by digest: `<repository>@sha256:…`. */
  image: v.pipe(v.string(), v.regex(/@sha256:[0-9a-f]{64}$/)),
  /** Name or ARN of the secret with the database's URL or credentials; null if the task signs in with IAM. */
  databaseSecret: v.nullable(text),
  /** Name of the SSM parameter that holds the Slack webhook's URL, where there is one. */
  slackWebhookParameter: v.nullable(v.string()),
  codeBuildProject: v.nullable(v.string()),
  /** Where that project keeps the report of each deploy; null if there is no project. */
  buildBucket: v.optional(v.nullable(text), null),
  /** Where to complete the connection that the stack made, while it is pending; null if there is nothing to do. */
  connectionLink: v.optional(v.nullable(v.string()), null),
  /** The commit that the last deploy was given; null after `pulumi up` by hand. */
  source: v.optional(v.nullable(sourceSchema), null),
  /** null if there are none. */
  services: v.optional(v.nullable(services), null),
  /** SHA-256 over the whole set of migrations; the result line of a run repeats it. */
  migrationsSha256: sha256,
  /** In ascending order of version. */
  migrations: v.array(shippedMigration),
});

export type Outputs = v.InferOutput<typeof outputsSchema>;
export type ShippedMigration = v.InferOutput<typeof shippedMigration>;

/** The names of all outputs, for the test of the contract. */
export const OUTPUT_NAMES = Object.keys(outputsSchema.entries) as (keyof Outputs)[];

/**
 * Reads the stack's outputs as `pulumi stack output --json` gives them.
 *
 * @param raw the parsed JSON object, one property an output
 * @param stack the stack's name, for the message
 * @throws {OutputsError} naming every missing or mistyped output at once
 */
export function parseOutputs(raw: unknown, stack: string): Outputs {
  const parsed = v.safeParse(outputsSchema, raw);
  if (parsed.success) return parsed.output;
  const problems = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "outputs"}: ${issue.message}`);
  throw new OutputsError(stack, problems);
}
