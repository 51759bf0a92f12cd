import assert from "node:assert/strict";
import { test } from "node:test";
import { ACCOUNT_ID } from "../../support/pulumiMocks.ts";
import { named, REGISTRY, run, TAGS, typesOf, WITHOUT_PIPELINE } from "../runStack.ts";

const SERVICE = { desiredCount: 2, port: 8080 };

test("createService: a service without a task, whose roles, log and revision are its own", async () => {
  const stack = await run({ createService: SERVICE });
  const made = typesOf(stack).filter((each) => !WITHOUT_PIPELINE.includes(each));
  assert.deepEqual(made, [
    "aws:cloudwatch/logGroup:LogGroup service-logs",
    "aws:ecs/service:Service service-service",
    "aws:ecs/taskDefinition:TaskDefinition service-definition",
    "aws:iam/role:Role service-execution-role",
    "aws:iam/role:Role service-task-role",
    "aws:iam/rolePolicy:RolePolicy service-execution-policy",
    "ecs-migrate:infra:AppService service",
  ]);
  const arn = `arn:aws:ecs:ap-northeast-1:${ACCOUNT_ID}`;
  assert.deepEqual(named(stack, "service-service").inputs, {
    name: "stage-shop-app",
    cluster: `${arn}:cluster/stage-shop-migration`,
    taskDefinition: `${arn}:task-definition/stage-shop-app:7`,
    desiredCount: 0,
    launchType: "FARGATE",
    networkConfiguration: { subnets: ["subnet-0a"], assignPublicIp: true },
    deploymentCircuitBreaker: { enable: true, rollback: true },
    tags: TAGS,
  });
  const { containerDefinitions, tags, skipDestroy } = named(stack, "service-definition").inputs;
  assert.deepEqual([tags, skipDestroy], [TAGS, true]);
  const [container] = JSON.parse(String(containerDefinitions));
  assert.deepEqual(container, {
    name: "app",
    image: `${REGISTRY}/stage-shop:not-deployed-yet`,
    essential: true,
    portMappings: [{ containerPort: 8080, protocol: "tcp" }],
    environment: [{ name: "PORT", value: "8080" }],
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": "/ecs/app/shop/stage",
        "awslogs-region": "ap-northeast-1",
        "awslogs-stream-prefix": "stage",
      },
    },
  });
  assert.deepEqual(stack.outputs.services, {
    targets: [
      {
        ...{ cluster: "stage-shop-migration", service: "stage-shop-app", container: "app" },
        first: { taskDefinition: `${arn}:task-definition/stage-shop-app:7`, desiredCount: 2 },
      },
    ],
    parallel: false,
    timeoutSeconds: 900,
  });
});

test("createService behind a load balancer, before the services that exist; the build passes its roles on", async () => {
  const targetGroupArn = `arn:aws:elasticloadbalancing:ap-northeast-1:${ACCOUNT_ID}:targetgroup/shop/6d0e`;
  const stack = await run({
    createService: { ...SERVICE, targetGroupArn, securityGroups: ["sg-0b"] },
    services: [{ cluster: "shop", service: "worker" }],
    sourceType: "S3",
    sourceLocation: "source/shop.zip",
  });
  const { loadBalancers, networkConfiguration } = named(stack, "service-service").inputs;
  assert.deepEqual(loadBalancers, [{ targetGroupArn, containerName: "app", containerPort: 8080 }]);
  assert.deepEqual((networkConfiguration as { securityGroups: unknown }).securityGroups, ["sg-0b"]);
  assert.deepEqual(
    stack.outputs.services?.targets.map(({ service }) => service),
    ["stage-shop-app", "worker"],
  );
  const policies = stack.resources.map(({ inputs }) => String(inputs.policy ?? ""));
  const build = JSON.parse(policies.find((policy) => policy.includes("RollServices")) ?? "{}");
  const pass = build.Statement.find(({ Sid }: { Sid: string }) => Sid === "PassServiceRoles");
  assert.deepEqual(pass.Resource, [
    `arn:aws:iam::${ACCOUNT_ID}:role/stage-shop-app-task`,
    `arn:aws:iam::${ACCOUNT_ID}:role/stage-shop-app-execution`,
  ]);
});
