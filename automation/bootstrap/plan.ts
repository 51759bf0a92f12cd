/** What `bootstrap` makes for a stack's state, by name, and what it tells to do with it. Pure. */
import { parseArgs } from "node:util";
import { ConfigError } from "../contract/errors.ts";
import { applicationOf, type Settings, settingOf, stackFileName } from "../stack/settings.ts";

export interface BootstrapOptions {
  readonly stack: string;
  readonly application: string | undefined;
  readonly region: string | undefined;
  readonly bucket: string | undefined;
  /** With `alias/` before it. */
  readonly alias: string | undefined;
  readonly dryRun: boolean;
}

export const BOOTSTRAP_HELP = `Usage: npm run bootstrap -- --stack <name> [options]

Makes what keeps the stack's Pulumi state: an S3 bucket (versioned, no public access, encrypted, TLS alone) and a KMS key
(rotated, with an alias) for the bucket and for the stack's secrets. What is there already and right is left as it is.

  -s, --stack <name>        the stack; it has a bucket and a key of its own, so that stage's build cannot touch prod's state
      --application <name>  the application; default: ecs-migrate:application in Pulumi.<stack>.yaml
      --region <name>       default: aws:region in Pulumi.<stack>.yaml, then AWS_REGION, AWS_DEFAULT_REGION
      --bucket <name>       default: <application>-<stack>-state-<account>-<region>
      --alias <name>        of the key; default: alias/<application>-<stack>-state
      --dry-run             say what would be made or changed, and change nothing
  -h, --help                this text
`;

/** The form of infra/config/forms.ts: the application's name starts every resource's name. */
const APPLICATION = /^[a-z][a-z0-9-]{0,22}[a-z0-9]$/;
const APPLICATION_IS = "2 to 24 lower-case letters, digits and hyphens";

const FLAGS = {
  stack: { type: "string", short: "s" },
  application: { type: "string" },
  region: { type: "string" },
  bucket: { type: "string" },
  alias: { type: "string" },
  "dry-run": { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

/**
 * @param args what follows the program's name
 * @returns "help" where it was asked for
 * @throws {ConfigError} naming every wrong argument
 */
export function parseBootstrap(args: readonly string[]): BootstrapOptions | "help" {
  const { stack, application, region, bucket, alias, help, "dry-run": dryRun } = parseFlags(args);
  if (help) return "help";
  const problems: string[] = [];
  if (stack === undefined) problems.push("--stack is missing; name the stack, such as `--stack stage`");
  const check = (flag: string, value: string | undefined, pattern: RegExp, is: string) => {
    if (value !== undefined && !pattern.test(value))
      problems.push(`--${flag} is "${value}"; it must be ${is}`);
  };
  check("stack", stack, /^[a-z][a-z0-9-]{0,14}[a-z0-9]$/, "2 to 16 lower-case letters, digits and hyphens");
  check("application", application, APPLICATION, APPLICATION_IS);
  check("region", region, /^[a-z]{2}(-[a-z]+)+-\d$/, "a region like ap-northeast-1");
  check("bucket", bucket, /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, "a bucket's name without dots");
  check("alias", alias, /^alias\/(?!aws\/)[\w/-]{1,250}$/, "a name like alias/shop-stage-state");
  if (problems.length > 0 || stack === undefined) throw new ConfigError(problems);
  return { stack, application, region, bucket, alias, dryRun };
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS }).values;
  } catch (error) {
    const { message } = error as Error;
    throw new ConfigError([`${message.split("\n")[0]}; --help lists the options`], { cause: error });
  }
}

/**
 * The region of the state: the flag's, the stack's own, by which every command finds the state, or the environment's.
 *
 * @param settings of Pulumi.<stack>.yaml
 * @throws {ConfigError} if none of them names one
 */
export function chooseRegion(options: BootstrapOptions, env: NodeJS.ProcessEnv, settings: Settings): string {
  const region =
    options.region ??
    settingOf(settings, "aws:region") ??
    (env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined);
  if (region !== undefined) return region;
  throw new ConfigError([
    `No region for the state of stack ${options.stack}; give --region, or set aws:region in Pulumi.${options.stack}.yaml`,
  ]);
}

/**
 * The application whose state it is: the flag's, or the one that the stack's file names. Names carry it, so that two
 * applications of one account never share a bucket, a key or a stack.
 *
 * @throws {ConfigError} if neither names one
 */
export function chooseApplication(options: BootstrapOptions, settings: Settings): string {
  const application = options.application ?? applicationOf(settings);
  if (application !== undefined && APPLICATION.test(application)) return application;
  const file = stackFileName(options.stack);
  throw new ConfigError([
    application === undefined
      ? `No application for the state of stack ${options.stack}; set ecs-migrate:application in ${file}, or give --application`
      : `ecs-migrate:application in ${file} is "${application}"; it must be ${APPLICATION_IS}`,
  ]);
}

/** Whose credentials these are. */
export interface Account {
  readonly accountId: string;
  readonly partition: string;
}

/** Amazon S3 User Guide, "General purpose bucket naming rules". */
const BUCKET_LENGTH = 63;

export interface StatePlan {
  readonly stack: string;
  readonly region: string;
  readonly accountId: string;
  readonly bucket: string;
  readonly bucketArn: string;
  readonly alias: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * @throws {ConfigError} if the bucket's name would be longer than S3 takes
 */
export function planState(
  options: BootstrapOptions,
  application: string,
  region: string,
  account: Account,
): StatePlan {
  const { stack } = options;
  // Bucket names are taken once in a whole partition, so the account and the region are part of it.
  const bucket = options.bucket ?? `${application}-${stack}-state-${account.accountId}-${region}`;
  if (bucket.length > BUCKET_LENGTH) {
    throw new ConfigError([
      `The bucket's name ${bucket} has ${bucket.length} characters, and S3 takes ${BUCKET_LENGTH}; give a shorter one with --bucket`,
    ]);
  }
  return {
    stack,
    region,
    accountId: account.accountId,
    bucket,
    bucketArn: `arn:${account.partition}:s3:::${bucket}`,
    alias: options.alias ?? `alias/${application}-${stack}-state`,
    tags: { project: "ecs-migrate", application, stack, "managed-by": "bootstrap" },
  };
}

interface Policy {
  readonly Version?: string;
  readonly Statement?: unknown;
}

const TLS_ONLY = "TlsOnly";

/**
 * A bucket's policy with our statement in it: whatever else an operator has put there stays.
 * Source: Amazon S3 User Guide, "Security best practices", enforce encryption of data in transit.
 *
 * @param policy the policy that the bucket has, undefined if it has none
 * @returns undefined if nothing has to change
 */
export function withTlsOnly(policy: string | undefined, bucketArn: string): string | undefined {
  const before: Policy = policy === undefined ? {} : (JSON.parse(policy) as Policy);
  const statements = [before.Statement ?? []].flat();
  const ours = {
    Sid: TLS_ONLY,
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [bucketArn, `${bucketArn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
  const found = statements.find((statement) => (statement as { Sid?: string }).Sid === TLS_ONLY);
  if (found !== undefined && canonical(found) === canonical(ours)) return undefined;
  const others = statements.filter((statement) => statement !== found);
  return JSON.stringify({ ...before, Version: "2012-10-17", Statement: [...others, ours] });
}

/** S3 gives a policy back with its own order of names, and `{"AWS":"*"}` for a principal of `*`. */
function canonical(statement: object): string {
  const { Principal, ...rest } = statement as Record<string, unknown>;
  const everyone = JSON.stringify(Principal) === '{"AWS":"*"}' ? "*" : Principal;
  return JSON.stringify(sorted({ ...rest, Principal: everyone }));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted).sort();
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}

/**
 * What to do next, as lines to copy.
 *
 * @param keyArn undefined in a dry run that would make the key
 * @param stackRegion of the stack's file; a state in another region is found only by its URL
 */
export function nextSteps(
  plan: StatePlan,
  keyArn: string | undefined,
  stackRegion: string | undefined,
): string {
  const { stack, region, bucket, alias } = plan;
  const url = `s3://${bucket}?region=${region}`;
  const urlLine = region === stackRegion ? "" : `\n  ecs-migrate:stateUrl: ${url}`;
  return `Below config: in Pulumi.${stack}.yaml; every command and CodeBuild find the state by these lines:
  ecs-migrate:stateBucket: ${bucket}${urlLine}
  ecs-migrate:stateKeyArn: ${keyArn ?? "<the key's ARN, once it is made>"}

For pulumi itself, in this shell; your own login stays as it is:
  export PULUMI_BACKEND_URL='${url}'

Make the stack, once. Pulumi would rewrite a commented file, so it is made beside it: put the two lines that this prints at
the top of Pulumi.${stack}.yaml.
  (cd "$(mktemp -d)" && printf 'name: ecs-migrate\\nruntime: nodejs\\n' > Pulumi.yaml && pulumi stack init ${stack} --secrets-provider 'awskms://${alias}?region=${region}' >&2 && cat Pulumi.${stack}.yaml)
`;
}
