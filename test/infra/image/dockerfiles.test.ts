import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { MIGRATIONS_DOCKERFILE, MIGRATOR_DOCKERFILE } from "../../../automation/contract/container.ts";

const CHECKOUT = resolve(import.meta.dirname, "..", "..", "..");

/** What a Dockerfile takes from a registry: arguments that name images, and stages that name none of them. */
function imagesOf(path: string): string[] {
  const text = readFileSync(join(CHECKOUT, path), "utf8");
  const argumentsOf = [...text.matchAll(/^ARG \w+_IMAGE=(\S+)$/gm)].map(([, image]) => image ?? "");
  const stages = [...text.matchAll(/^FROM (?!\$)(\S+)/gm)].map(([, image]) => image ?? "");
  return [...argumentsOf, ...stages].filter(
    (image) => image !== "scratch" && image !== "ecs-migrate/migrator",
  );
}

for (const path of ["app/Dockerfile", MIGRATOR_DOCKERFILE, MIGRATIONS_DOCKERFILE]) {
  // Docker Hub answers the shared addresses of CodeBuild with 429, toomanyrequests.
  test(`${path} takes nothing from Docker Hub`, () => {
    for (const image of imagesOf(path))
      assert.match(image, /^public\.ecr\.aws\/docker\/library\/\w+:[\w.-]+$/);
  });
}

test("the example has two base images", () => assert.equal(imagesOf("app/Dockerfile").length, 2));
