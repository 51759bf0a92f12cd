/** What every policy of this project is made of. Pure: ARNs come in as plain texts. */

export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource?: readonly string[];
  readonly Principal?: { readonly Service: readonly string[] };
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** Where the stack lives; what every ARN starts with. */
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

/**
 * Actions that AWS authorises only on `*` (Service Authorization Reference), and why a role needs them all the same. A test
 * refuses `*` for any other.
 */
export const UNSCOPED_ACTIONS: Readonly<Record<string, string>> = {
  "ecr:GetAuthorizationToken":
    "gives a login for the whole registry; push and pull are scoped to the repository",
  "ecs:DescribeTaskDefinition":
    "has no resource type; reading a task definition shows names of secrets, no values",
  "ecs:ListTaskDefinitions":
    "has no resource type; a failed run looks for the revision that has the database's version",
  "ecs:ListTasks": "takes a container instance as resource, and Fargate has none; scoped by ecs:cluster",
  "ec2:DescribeVpcs": "has no resource type; the program looks the default VPC up",
  "ec2:DescribeSubnets": "has no resource type; the program looks the VPC's subnets up",
  "ec2:DescribeRouteTables":
    "has no resource type; the program takes the subnets that are private by their routes",
  "ec2:DescribeVpcEndpoints": "has no resource type; doctor looks at how a task reaches AWS",
  "logs:DescribeLogGroups": "has no resource type; doctor looks whether the log group is there",
  "ssm:DescribeParameters": "has no resource type; doctor looks at the secret's type, and never at its value",
};

export function allow(sid: string, actions: readonly string[], resources: readonly string[]): Statement {
  return { Sid: sid, Effect: "Allow", Action: actions, Resource: resources };
}

export function document(statements: readonly Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/** Lets one AWS service take a role on. */
export function trustPolicy(service: string, condition?: Statement["Condition"]): PolicyDocument {
  const statement: Statement = {
    Effect: "Allow",
    Action: ["sts:AssumeRole"],
    Principal: { Service: [service] },
    ...(condition ? { Condition: condition } : {}),
  };
  return document([statement]);
}

/** @param resource what follows the account: `log-group:/ecs/migration` */
export function arn(place: Place, service: string, resource: string): string {
  return `arn:${place.partition}:${service}:${place.region}:${place.accountId}:${resource}`;
}

export function logGroupArn(place: Place, name: string): string {
  return arn(place, "logs", `log-group:${name}`);
}

export function codeBuildProjectArn(place: Place, name: string): string {
  return arn(place, "codebuild", `project/${name}`);
}

/** @param name an SSM parameter's name, with or without the leading slash */
export function parameterArn(place: Place, name: string): string {
  return arn(place, "ssm", `parameter/${name.replace(/^\//, "")}`);
}

export function writeLog(sid: string, place: Place, logGroup: string): Statement {
  const actions = ["logs:CreateLogStream", "logs:PutLogEvents"];
  return allow(sid, actions, [`${logGroupArn(place, logGroup)}:*`]);
}

/**
 * Using a key through one service only. A key that AWS manages itself (`alias/aws/ssm`) needs no statement; a customer's
 * does.
 */
export function decryptThrough(
  sid: string,
  service: string,
  place: Place,
  keyArn: string | undefined,
  actions: readonly string[] = ["kms:Decrypt"],
): Statement[] {
  if (keyArn === undefined) return [];
  const viaService = `${service}.${place.region}.${dnsSuffix(place.partition)}`;
  return [
    {
      ...allow(sid, actions, [keyArn]),
      Condition: { StringEquals: { "kms:ViaService": viaService } },
    },
  ];
}

/** AWS China has its own; the other partitions keep amazonaws.com for service principals and `kms:ViaService`. */
function dnsSuffix(partition: string): string {
  return partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
}
