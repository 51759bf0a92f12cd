/**
 * Why ECS started no task: RunTask's `failures[]` and exceptions, and what keeps a task from being placed.
 *
 * Source: "Amazon ECS API failure reasons" of the Amazon ECS Developer Guide, and RunTask's errors in the API reference.
 */
import { about, deniedCall, type Reason } from "./reason.ts";

export const REQUEST_REASONS = {
  capacity: {
    pattern: about("^(?:TaskFailedToStart: )?RESOURCE:|capacity is unavailable|insufficient capacity"),
    short: "no capacity",
    sentence: "AWS has no capacity for the task.",
    fix: "Wait for capacity, or give the task subnets in several zones. On EC2 free or add an instance with enough CPU, memory, ports and network interfaces.",
    next: "again",
    findsRoom: true,
    example:
      "Capacity is unavailable at this time. Please try again later or in a different availability zone",
  },
  quota: {
    pattern: about("limit on the number of tasks|concurrent tasks|^LimitExceeded|provisioning state"),
    short: "quota",
    sentence: "The account's quota of tasks is used up.",
    fix: "Wait until other tasks have ended, or raise the quota in Service Quotas.",
    next: "again",
    findsRoom: true,
    example: "You've reached the limit on the number of tasks you can run concurrently",
  },
  noInstances: {
    pattern: about("EMPTY CAPACITY PROVIDER|NO ACTIVE INSTANCES|No Container Instances were found"),
    short: "no instances",
    sentence: "The cluster has no container instances.",
    fix: "Start an instance, and check that it registers with the cluster.",
    next: "doctorAgain",
    findsRoom: true,
    example: "TaskFailedToStart: EMPTY CAPACITY PROVIDER",
  },
  agent: {
    pattern: about("^(?:TaskFailedToStart: )?AGENT\\b"),
    short: "container agent",
    sentence: "The ECS agent of the container instance does not answer.",
    fix: "Restart the ECS agent on the container instance, or replace the instance.",
    next: "again",
    findsRoom: true,
    example: "AGENT",
  },
  placement: {
    pattern: about(
      "^(?:TaskFailedToStart: )?(?:ATTRIBUTE|LOCATION|MemberOf)|placement constraint|not compatible with the selected compute|PlatformTaskDefinitionIncompatibility|not support[\\s\\S]*launch type",
    ),
    short: "placement",
    sentence: "Nothing in the cluster can run this task definition.",
    fix: ({ taskDefinition }) =>
      `Compare ${taskDefinition ?? "the task definition"} with the cluster: launch type, CPU architecture, subnets, placement attributes.`,
    next: "again",
    example: "TaskFailedToStart: ATTRIBUTE",
  },
  cluster: {
    pattern: about("^ClusterNotFound|^(?:MISSING|INACTIVE)\\b|referenced cluster was inactive"),
    short: "cluster",
    sentence: "The cluster does not exist or is not active.",
    fix: null,
    next: "deployAgain",
    example: "ClusterNotFoundException: Cluster not found.",
  },
  taskDefinition: {
    pattern: about("TaskDefinition (?:is inactive|not found)|Unable to (?:find|describe) task definition"),
    short: "task definition",
    sentence: "The task definition does not exist or was deregistered.",
    fix: null,
    next: "deployAgain",
    example: "InvalidParameterException: TaskDefinition is inactive",
  },
  denied: {
    // An image that Docker's registry denies is about the image: its text has no call of AWS.
    pattern: /not authorized to perform|AccessDenied|UnauthorizedOperation/i,
    short: "access denied",
    sentence: (detail) => {
      const call = deniedCall(detail);
      if (call === undefined) return "AWS denied a call.";
      const where = call.resource === null ? "" : ` on ${call.resource}`;
      return `AWS denied the call ${call.action}${where} to ${call.principal ?? "the caller"}.`;
    },
    fix: (_, detail) => {
      const call = deniedCall(detail);
      if (call === undefined)
        return "Find the denied call in CloudTrail, and allow it to the role that made it.";
      const where = call.resource === null ? "" : ` on ${call.resource}`;
      return /explicit deny/.test(detail)
        ? `Remove the explicit deny of ${call.action}${where} for ${call.principal ?? "the caller"}.`
        : `Allow ${call.principal ?? "the caller"} the action ${call.action}${where}.`;
    },
    next: "doctorAgain",
    example:
      "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/ecsTaskExecutionRole/17cbd22653424f62971b13fffcf6113e is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:ap-northeast-2:123456789012:parameter/JobSyncHub/email/AWS_SES_SENDER because no identity-based policy allows the ssm:GetParameters action status code: 400, request id: 119b9aff-b7c0-4a82-a57c-f193bd929bc",
  },
  roleTrust: {
    pattern: /unable to assume/i,
    short: "role",
    sentence: "ECS cannot assume a role of the task.",
    fix: "Check that the role exists, and that its trust policy names ecs-tasks.amazonaws.com. A role that was just created needs some seconds.",
    next: "doctorAgain",
    example:
      "ClientException: ECS was unable to assume the role 'arn:aws:iam::123456789012:role/CruddurTaskRole' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.",
  },
  credentials: {
    pattern: about(
      "^(?:ExpiredToken|UnrecognizedClient|InvalidClientToken|CredentialsProvider|InvalidSignature|SignatureDoesNotMatch)",
    ),
    short: "credentials",
    sentence: "AWS does not accept the credentials of this command.",
    fix: "Renew the credentials.",
    next: "again",
    example: "ExpiredTokenException: The security token included in the request is expired",
  },
  invalid: {
    pattern: about(
      "^(?:InvalidParameter|UnsupportedFeature|PlatformUnknown)Exception: (?!TaskDefinition |No Container Instances |Unable to find task|The referenced cluster)",
    ),
    short: "request refused",
    sentence: "ECS refused the request.",
    fix: "Check the launch type, the subnets and the security groups in the stack's configuration.",
    next: "doctorAgain",
    example:
      "InvalidParameterException: Security group sg-0dd8a777c45711f1d does not appear to belong to the same VPC as the input subnets.",
  },
  account: {
    pattern: about("^BlockedException|Account is blocked"),
    short: "account",
    sentence: "AWS has blocked this account.",
    fix: "Contact AWS Support.",
    next: "again",
    example: "ClientException: Account is blocked",
  },
  service: {
    pattern: about("^(?:ServerException|Throttling|TooManyRequests|ServiceUnavailable|InternalFailure)"),
    short: "AWS",
    sentence: "AWS could not carry out the call at the moment.",
    fix: null,
    next: "again",
    example: "ServerException: Service Unavailable. Please try again later.",
  },
} as const satisfies Record<string, Reason>;
