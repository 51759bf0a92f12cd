/** The roles of the migration task: ECS's own, which starts it, and the container's. Pure. */
import type { DatabaseConfig } from "../config/database.ts";
import {
  allow,
  arn,
  decryptThrough,
  document,
  type Place,
  type PolicyDocument,
  parameterArn,
  type Statement,
  trustPolicy,
  writeLog,
} from "./document.ts";

/** Only for tasks of this account (the confused deputy of the ECS Developer Guide, task IAM role). */
export function taskTrustPolicy(place: Place): PolicyDocument {
  return trustPolicy("ecs-tasks.amazonaws.com", {
    ArnLike: { "aws:SourceArn": arn(place, "ecs", "*") },
    StringEquals: { "aws:SourceAccount": place.accountId },
  });
}

export interface ExecutionRoleArgs extends Place {
  readonly repositoryArn: string;
  readonly logGroup: string;
  /** undefined: the container gets no secret. */
  readonly database: Pick<DatabaseConfig, "connection" | "secretKmsKeyArn"> | undefined;
}

/** What ECS itself needs to start the task: pull that image, read that secret, write that log. */
export function executionRolePolicy(args: ExecutionRoleArgs): PolicyDocument {
  const pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
  return document([
    allow("PullImage", pull, [args.repositoryArn]),
    allow("LogInToRegistry", ["ecr:GetAuthorizationToken"], ["*"]),
    ...(args.database ? readDatabaseSecret(args, args.database) : []),
    writeLog("WriteLog", args, args.logGroup),
  ]);
}

/**
 * What the container itself may do: sign in as that one database user if it signs in with IAM, else nothing.
 * Source of the ARN: RDS User Guide, "Creating and using an IAM policy for IAM database access".
 *
 * @returns undefined if the role needs no policy
 */
export function taskRolePolicy(
  place: Place,
  { connection }: Pick<DatabaseConfig, "connection">,
): PolicyDocument | undefined {
  if (connection.kind === "url" || connection.credentials.kind !== "iam") return undefined;
  const { resourceId, user } = connection.credentials;
  return document([
    allow("SignIn", ["rds-db:connect"], [arn(place, "rds-db", `dbuser:${resourceId}/${user}`)]),
  ]);
}

/** The secret's name or ARN as `secrets[].valueFrom` takes it; undefined if the task reads none. */
export function secretOf({ connection }: Pick<DatabaseConfig, "connection">): string | undefined {
  if (connection.kind === "url") return connection.secret;
  return connection.credentials.kind === "password" ? connection.credentials.secretArn : undefined;
}

function readDatabaseSecret(
  place: Place,
  database: Pick<DatabaseConfig, "connection" | "secretKmsKeyArn">,
): Statement[] {
  const secret = secretOf(database);
  if (secret === undefined) return [];
  const target = secretArn(place, secret);
  const service = target.includes(":secretsmanager:") ? "secretsmanager" : "ssm";
  const action = service === "secretsmanager" ? "secretsmanager:GetSecretValue" : "ssm:GetParameters";
  return [
    allow("ReadDatabaseSecret", [action], [target]),
    ...decryptThrough("DecryptDatabaseSecret", service, place, database.secretKmsKeyArn),
  ];
}

/**
 * The ARN behind what `secrets[].valueFrom` takes: an SSM parameter's name or ARN, or a Secrets Manager ARN, whose
 * `:<json key>:<stage>:<version>` is no part of the secret's own ARN.
 */
export function secretArn(place: Place, valueFrom: string): string {
  if (valueFrom.includes(":secretsmanager:")) return valueFrom.split(":").slice(0, 7).join(":");
  if (valueFrom.startsWith("arn:")) return valueFrom;
  return parameterArn(place, valueFrom);
}
