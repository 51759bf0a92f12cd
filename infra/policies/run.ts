/** Running a migration and watching it: the same statements for the build and for the person on call. Pure. */
import { allow, arn, type Place, type Statement } from "./document.ts";

export interface RunArgs extends Place {
  readonly clusterArn: string;
  readonly taskDefinitionFamily: string;
  readonly executionRoleArn: string;
  readonly taskRoleArn: string;
}

export function runMigration(args: RunArgs): Statement[] {
  const onCluster = { ArnEquals: { "ecs:cluster": args.clusterArn } };
  const tasks = [taskArn(args)];
  return [
    allow("ReadTaskDefinition", ["ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions"], ["*"]),
    {
      ...allow("PassTaskRoles", ["iam:PassRole"], [args.executionRoleArn, args.taskRoleArn]),
      Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
    },
    { ...allow("RunMigration", ["ecs:RunTask"], [taskDefinitionArn(args)]), Condition: onCluster },
    { ...allow("WatchTask", ["ecs:DescribeTasks", "ecs:StopTask"], tasks), Condition: onCluster },
    { ...allow("ListTasks", ["ecs:ListTasks"], ["*"]), Condition: onCluster },
    {
      ...allow("TagNewTask", ["ecs:TagResource"], tasks),
      Condition: { StringEquals: { "ecs:CreateAction": "RunTask" } },
    },
  ];
}

/** Every revision of the family: a routine deploy registers new ones, and a rerun may name an older one. */
function taskDefinitionArn(args: RunArgs): string {
  return arn(args, "ecs", `task-definition/${args.taskDefinitionFamily}:*`);
}

/** The cluster's tasks: `cluster/<name>` in the cluster's ARN is `task/<name>/<id>` in theirs. */
function taskArn(args: RunArgs): string {
  return `${args.clusterArn.replace(":cluster/", ":task/")}/*`;
}
