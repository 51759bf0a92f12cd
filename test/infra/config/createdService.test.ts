import assert from "node:assert/strict";
import { test } from "node:test";
import { SMALLEST } from "../../support/stackConfig.ts";
import { parse, problemsOf } from "./parse.ts";

const TARGET_GROUP =
  "arn:aws:elasticloadbalancing:ap-northeast-1:111122223333:targetgroup/shop/6d0ecf831eec9f09";

test("createService: a service by the stack's names, on the stack's cluster", () => {
  const given = { desiredCount: 2, port: 8080 };
  const whole = { ...given, targetGroupArn: TARGET_GROUP, securityGroups: ["sg-0a1b"] };
  const names = { cluster: "stage-shop-migration", service: "stage-shop-app", family: "stage-shop-app" };
  assert.deepEqual(parse({ ...SMALLEST, createService: given }).services.created, {
    ...names,
    ...{ ...given, targetGroupArn: undefined, securityGroups: [] },
  });
  const { created } = parse({ ...SMALLEST, createService: whole, cluster: "shop" }).services;
  assert.deepEqual(created, { ...names, ...whole, cluster: "shop" });
});

test("createService: what is wrong with it is named", () => {
  const wrong = (settings: Record<string, unknown>) => problemsOf({ ...SMALLEST, ...settings });
  const given = { desiredCount: 1, port: 8080 };
  const createService = { desiredCount: 0, port: 70_000, targetGroupArn: "web", securityGroups: ["web"] };
  assert.deepEqual(wrong({ createService }), [
    "ecs-migrate:createService is 0, but desiredCount must be a whole number from 1 to 5000",
    "ecs-migrate:createService is 70000, but port must be a whole number from 1 to 65535",
    'ecs-migrate:createService is "web", but targetGroupArn must be the ARN of a target group',
    'ecs-migrate:createService is "web", but each of securityGroups must be a security group\'s id like sg-0a1b2c3d',
  ]);
  assert.deepEqual(wrong({ createService: given, launchType: "EC2", assignPublicIp: false }), [
    'ecs-migrate:createService is {"desiredCount":1,"port":8080}, but it runs on Fargate only: leave launchType at FARGATE',
  ]);
  assert.deepEqual(
    wrong({
      createService: given,
      services: [{ cluster: "stage-shop-migration", service: "stage-shop-app" }],
    }),
    ['ecs-migrate:services is "stage-shop-migration/stage-shop-app", but each service may be named once'],
  );
  for (const misspelt of [{ port: 8080 }, { ...given, count: 1 }])
    assert.deepEqual(wrong({ createService: misspelt }), [
      `ecs-migrate:createService is ${JSON.stringify(misspelt)}, but it must be {desiredCount, port} with targetGroupArn and securityGroups as you need them`,
    ]);
});
