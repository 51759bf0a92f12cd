/**
 * The one contract between `infra/` and `automation/`: the stack's outputs, by name and type.
 *
 * `infra/index.ts` exports an object of this shape, `automation/` parses it back with {@link parseOutputs}. Everything
 * that a rerun needs is here, so that a rerun needs nothing but `pulumi stack output --json`. No secret is here: of the
 * database and of Slack only the names under which AWS keeps their secrets.
 */
import { z } from "zod";
import { OutputsError } from "./errors.ts";

/** Raised when a field changes its meaning; a script that reads an unknown number stops before it runs anything. */
export const OUTPUTS_SCHEMA = 1;

/** One migration as the stack shipped it: what golang-migrate does not remember. */
const shippedMigration = z.object({
  /** The number before the first underscore, as golang-migrate reads it (base 10). */
  version: z.number().int().nonnegative(),
  /** What stands between the version and `.up.sql`. */
  name: z.string(),
  /** SHA-256 of the up file's bytes, lower-case hex. */
  up: z.string().regex(/^[0-9a-f]{64}$/),
  /** SHA-256 of the down file's bytes, or null where there is no down file. */
  down: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
});

const networkConfiguration = z.object({
  subnets: z.array(z.string()).min(1),
  securityGroups: z.array(z.string()),
  assignPublicIp: z.boolean(),
});

const outputsSchema = z.object({
  schemaVersion: z.literal(OUTPUTS_SCHEMA),
  /** The application's name: the prefix of every resource. */
  application: z.string().min(1),
  /** The environment, which is the stack's name: `stage`, `prod`, `local`. */
  environment: z.string().min(1),
  /** Asks for the stack's name before `down`, `goto` below the current version and `force`. */
  production: z.boolean(),
  /** When a deploy runs the migration: where there is something to run, each time, or never. */
  migrate: z.enum(["auto", "always", "manual"]),
  partition: z.string().min(1),
  region: z.string().min(1),
  accountId: z.string().min(1),
  clusterArn: z.string().min(1),
  /** RunTask's launchType. With a capacity provider RunTask gets `capacityProviderStrategy` in its place. */
  launchType: z.enum(["FARGATE", "EC2"]),
  capacityProvider: z.string().nullable(),
  /** RunTask's awsvpcConfiguration; null where the task's network mode is `bridge` or `host`. */
  network: networkConfiguration.nullable(),
  /** How the task reaches ECR, SSM and CloudWatch Logs, in one sentence; null in outputs from before there was this one. */
  networkPath: z.string().nullable().default(null),
  taskDefinitionFamily: z.string().min(1),
  /** With its revision: a run names the revision it runs. */
  taskDefinitionArn: z.string().min(1),
  /** The container whose exit code judges the run. */
  containerName: z.string().min(1),
  executionRoleArn: z.string().min(1),
  logGroup: z.string().min(1),
  /** awslogs-stream-prefix; a task's stream is `<prefix>/<container>/<task id>`. */
  logStreamPrefix: z.string().min(1),
  repositoryUrl: z.string().min(1),
  /** The application's image by digest: `<repository>@sha256:…`. */
  image: z.string().regex(/@sha256:[0-9a-f]{64}$/),
  /** Name or ARN of the SSM parameter or Secrets Manager secret that holds the database URL. */
  databaseSecret: z.string().min(1),
  /** Name of the SSM parameter that holds the Slack webhook's URL, where there is one. */
  slackWebhookParameter: z.string().nullable(),
  codeBuildProject: z.string().nullable(),
  /** Where to complete the connection that the stack made, while it is pending; null where there is nothing to do. */
  connectionLink: z.string().nullable().default(null),
  /** SHA-256 over the whole set of migrations; the result line of a run repeats it. */
  migrationsSha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** In ascending order of version. */
  migrations: z.array(shippedMigration),
});

export type Outputs = z.infer<typeof outputsSchema>;
export type ShippedMigration = z.infer<typeof shippedMigration>;

/** The names of all outputs, for the test of the contract. */
export const OUTPUT_NAMES = Object.keys(outputsSchema.shape) as (keyof Outputs)[];

/**
 * Reads the stack's outputs as `pulumi stack output --json` gives them.
 *
 * @param raw the parsed JSON object, one property an output
 * @param stack the stack's name, for the message
 * @throws {OutputsError} naming every missing or mistyped output at once
 */
export function parseOutputs(raw: unknown, stack: string): Outputs {
  const parsed = outputsSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.join(".") || "outputs"}: ${issue.message}`,
  );
  throw new OutputsError(stack, problems, { cause: parsed.error });
}
