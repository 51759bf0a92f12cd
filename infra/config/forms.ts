/** The forms that configuration values must have, and what each is called in a message. */
import type { Form } from "./reader.ts";

/** ARNs of one service in any partition. */
export const ARN = {
  kms: {
    pattern: /^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/,
    is: "the ARN of a KMS key (not of an alias)",
  },
  iam: { pattern: /^arn:[\w-]+:iam::(\d{12}|aws):policy\/.+$/, is: "the ARN of an IAM policy" },
  secret: {
    pattern: /^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:[^:\s]+$/,
    is: "the ARN of a Secrets Manager secret with the keys username and password",
  },
  connection: {
    pattern: /^arn:[\w-]+:(codeconnections|codestar-connections):[\w-]+:\d{12}:connection\/[\w-]+$/,
    is: "the ARN of a CodeConnections connection",
  },
} satisfies Record<string, Form>;

export const ROLE_ARN: Form = {
  pattern: /^arn:[\w-]+:iam::\d{12}:role\/.+$/,
  is: "the ARN of an IAM role",
};

/** Amazon ECS API reference, CreateService and RegisterTaskDefinition: names of clusters, services and families. */
export const SERVICE_FORM: Form = {
  pattern: /^[A-Za-z0-9_-]{1,255}$/,
  is: "up to 255 letters, digits, hyphens and underscores (a name, not an ARN)",
};

/** Elastic Load Balancing API reference, TargetGroup. */
export const TARGET_GROUP_ARN: Form = {
  pattern: /^arn:[\w-]+:elasticloadbalancing:[\w-]+:\d{12}:targetgroup\/[\w-]+\/[0-9a-f]+$/,
  is: "the ARN of a target group",
};

export const CIDR: Form = {
  pattern: /^(\d{1,3}\.){3}\d{1,3}\/([0-9]|[12]\d|3[0-2])$/,
  is: "an IPv4 CIDR block like 10.0.0.0/16",
};

export const FORMS = {
  // The longest resource name made from both is `<environment>-<application>-migration-execution`, and IAM takes 64
  // characters of a role's name. ECR takes no two hyphens in a row.
  application: {
    pattern: /^(?=.{2,24}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
    is: "2 to 24 lower-case letters, digits and single hyphens, starting with a letter",
  },
  environment: {
    pattern: /^(?=.{2,16}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
    is: "2 to 16 lower-case letters, digits and single hyphens, starting with a letter",
  },
  region: { pattern: /^[a-z]{2}(-[a-z]+)+-\d$/, is: "a region like ap-northeast-1" },
  clusterName: { pattern: /^[A-Za-z0-9_-]{1,255}$/, is: "the name (not the ARN) of a cluster" },
  instanceType: { pattern: /^[a-z0-9-]+\.[a-z0-9-]+$/, is: "an instance type like t3.small" },
  vpcId: { pattern: /^vpc-[0-9a-f]+$/, is: "a VPC's id like vpc-0a1b2c3d" },
  subnetId: { pattern: /^subnet-[0-9a-f]+$/, is: "a subnet's id like subnet-0a1b2c3d" },
  securityGroupId: { pattern: /^sg-[0-9a-f]+$/, is: "a security group's id like sg-0a1b2c3d" },
  user: { pattern: /^[\w.-]+(:[\w.-]+)?$/, is: "a user or user:group like 65534:65534" },
  // CloudWatch Logs API reference, CreateLogGroup.
  logGroup: {
    pattern: /^(?!aws\/)[A-Za-z0-9_/.#-]{1,512}$/,
    is: "a log group's name: letters, digits and _ / . # -, and not starting with aws/",
  },
  repositoryArn: {
    pattern: /^arn:[\w-]+:ecr:[\w-]+:\d{12}:repository\/[a-z0-9._/*-]+$/,
    is: "the ARN of an ECR repository",
  },
  stateUrl: { pattern: /^[a-z][a-z0-9+.-]*:\/\/\S+$/, is: "a URL like s3://bucket?region=eu-west-1" },
  host: {
    pattern: /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/,
    is: "the host of the database, without scheme or port",
  },
  databaseName: { pattern: /^[^\s/?#]+$/, is: "the name of the database" },
  databaseParams: {
    pattern: /^[A-Za-z0-9_.-]+=[^&\s#]*(&[A-Za-z0-9_.-]+=[^&\s#]*)*$/,
    is: "parameters of the URL like sslmode=verify-full&search_path=shop",
  },
  databaseUser: { pattern: /^[^\s/*?]{1,63}$/, is: "the name of the database user that signs in with IAM" },
  // RDS User Guide, "Creating and using an IAM policy for IAM database access": instance, cluster or proxy.
  databaseResourceId: {
    pattern: /^(db-[A-Z0-9]+|cluster-[A-Z0-9]+|prx-[0-9a-f]+)$/,
    is: "the resource id of the RDS instance, cluster or proxy, like db-ABCDEFGHIJKL01234",
  },
  repositoryPath: {
    pattern: /^(?!\.{1,2}(\/|$))[\w.@+-]+(\/(?!\.{1,2}(\/|$))[\w.@+-]+)*$/,
    is: "a folder from the repository's root like tools/ecs-migrate, each part of letters, digits and . _ - @ +",
  },
  parameterName: {
    pattern: /^\/?[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/,
    is: "the name (not the ARN) of an SSM parameter",
  },
  databaseSecret: {
    pattern:
      /^(\/?[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*|arn:[\w-]+:ssm:[\w-]+:\d{12}:parameter\/\S+|arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:[^:\s]+(:[^:\s]*:[^:\s]*:[^:\s]*)?)$/,
    is: "an SSM parameter's name or ARN, or a Secrets Manager ARN (with `:<json key>::` for one key of it)",
  },
  cloneUrl: {
    pattern: /^https:\/\/[^\s/@]+\/\S+$/,
    is: "the repository's HTTPS clone URL, without a user or a token",
  },
  s3Object: { pattern: /^[a-z0-9.-]{3,63}\/\S+$/, is: "an S3 object as bucket/key.zip" },
  branchPrefix: {
    pattern: /^[\w.-]+(\/[\w.-]+)*\/?$/,
    is: "what the branches' names start with, like stage/",
  },
  bucket: { pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, is: "the name of an S3 bucket" },
  computeType: { pattern: /^BUILD_[A-Z0-9_]+$/, is: "a CodeBuild compute type like BUILD_GENERAL1_SMALL" },
} satisfies Record<string, Form>;
