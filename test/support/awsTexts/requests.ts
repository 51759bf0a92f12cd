/** What RunTask answers where it starts nothing: `failures[]` and its exceptions. */
import { API, type AwsText, issue, page, REPORT, rows } from "./source.ts";

export const REQUEST_TEXTS: readonly AwsText[] = [
  // api_failures_messages: `failures[]` of RunTask, and the same as the stopped reason of a task.
  ...rows(
    "capacity",
    page("api_failures_messages"),
    "RESOURCE:CPU",
    "RESOURCE:MEMORY",
    "RESOURCE:ENI",
    "RESOURCE:GPU",
    "RESOURCE:PORTS",
    "TaskFailedToStart: RESOURCE:CPU",
    "TaskFailedToStart: RESOURCE:MEMORY",
  ),
  ...rows("agent", page("api_failures_messages"), "AGENT", "TaskFailedToStart: AGENT"),
  ...rows(
    "placement",
    page("api_failures_messages"),
    "LOCATION",
    "ATTRIBUTE",
    "TaskFailedToStart: ATTRIBUTE",
    "TaskFailedToStart: MemberOf placement constraint unsatisfied",
  ),
  ...rows(
    "noInstances",
    page("api_failures_messages"),
    "TaskFailedToStart: NO ACTIVE INSTANCES",
    "TaskFailedToStart: EMPTY CAPACITY PROVIDER",
  ),
  ...rows("cluster", page("api_failures_messages"), "MISSING", "INACTIVE"),

  // RunTask's exceptions, `name: message`. The messages are the API reference's unless a real one is known.
  ...rows(
    "denied",
    API,
    "AccessDeniedException: You don't have authorization to perform the requested action.",
  ),
  ...rows(
    "denied",
    issue("LBHackney-IT/Data-Platform#1818"),
    "AccessDeniedException: User: arn:aws:iam::123456789012:user/child-fam-services-airflow-user is not authorized to perform: ecs:RunTask on resource: arn:aws:ecs:eu-west-2:123456789012:task-definition/a_test_task:9 because no identity-based policy allows the ecs:RunTask action",
  ),
  ...rows(
    "denied",
    issue("LBHackney-IT/Data-Platform#1990"),
    "AccessDeniedException: User: arn:aws:iam::123456789012:user/parking-airflow-user is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/parking-ecs-execution-role because no identity-based policy allows the iam:PassRole action",
  ),
  ...rows(
    "account",
    API,
    "BlockedException: Your Amazon Web Services account was blocked. For more information, contact Amazon Web Services Support.",
  ),
  ...rows("account", REPORT, "ClientException: Account is blocked"),
  ...rows(
    "cluster",
    API,
    "ClusterNotFoundException: The specified cluster wasn't found. You can view your available clusters with ListClusters. Amazon ECS clusters are Region specific.",
  ),
  ...rows("cluster", REPORT, "ClusterNotFoundException: Cluster not found."),
  ...rows(
    "invalid",
    API,
    "InvalidParameterException: The specified parameter isn't valid. Review the available parameters for the API request.",
    "PlatformUnknownException: The specified platform version doesn't exist.",
    "UnsupportedFeatureException: The specified task isn't supported in this Region.",
  ),
  ...rows(
    "invalid",
    REPORT,
    "InvalidParameterException: Security group sg-0dd8a777c45711f1d does not appear to belong to the same VPC as the input subnets.",
    "InvalidParameterException: AccountIDs mismatch",
  ),
  ...rows(
    "placement",
    API,
    "PlatformTaskDefinitionIncompatibilityException: The specified platform version doesn't satisfy the required capabilities of the task definition.",
  ),
  ...rows("service", API, "ServerException: These errors are usually caused by a server issue."),
  ...rows("service", "Amazon ECS API Reference, Common Errors", "ThrottlingException: Rate exceeded"),
  ...rows(
    "credentials",
    "Amazon ECS API Reference, Common Errors",
    "ExpiredTokenException: The security token included in the request is expired",
  ),
  ...rows(
    "noInstances",
    issue("aws/amazon-ecs-cli#1122"),
    "InvalidParameterException: No Container Instances were found in your cluster.",
  ),
  ...rows(
    "noInstances",
    issue("aws-samples/cost-effective-aws-deployment-of-comfyui#39"),
    "No Container Instances were found in your capacity provider.",
  ),
  ...rows(
    "taskDefinition",
    issue("DefangLabs/defang#775"),
    "InvalidParameterException: TaskDefinition is inactive",
  ),
  ...rows(
    "roleTrust",
    issue("aws-samples/aws-modern-application-workshop#88"),
    "ECS was unable to assume the role 'arn:aws:iam::123456789012:role/MythicalMysfitsCoreStack-ECSTaskRole-FXO3A6J08BN' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.",
  ),
  ...rows(
    "capacity",
    "AWS re:Post Knowledge Center, ecs-fargate-runtask-capacity",
    "Capacity is unavailable at this time. Please try again later or in a different availability zone",
  ),
  ...rows(
    "quota",
    page("service-event-messages-list"),
    "You've reached the limit on the number of tasks you can run concurrently",
  ),
];
