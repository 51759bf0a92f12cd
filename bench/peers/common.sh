# The seed's way to start the task; sets $task and $id.
network="awsvpcConfiguration={subnets=[$SUBNETS],securityGroups=[$SECURITY_GROUPS],assignPublicIp=DISABLED}"
overrides="{\"containerOverrides\":[{\"name\":\"$CONTAINER\",\"command\":[\"$OPERATION\"]}]}"
start_task() {
  task=$("$AWS" ecs run-task --cluster "$CLUSTER" --task-definition "$TASK_DEFINITION" --launch-type FARGATE \
    --network-configuration "$network" --overrides "$overrides" --query 'tasks[0].taskArn' --output text)
  id=${task##*/}
}
