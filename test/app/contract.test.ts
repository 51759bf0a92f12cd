import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  CONTAINER_EXIT,
  digest16,
  MIGRATIONS_DOCKERFILE,
  MIGRATIONS_PATH,
  MIGRATOR_DOCKERFILE,
  MIGRATOR_IMAGE_ARGUMENT,
  MIGRATOR_PATH,
  VARIABLE,
} from "../../automation/contract/container.ts";
import { RESULT_LINE_PREFIX } from "../../automation/contract/resultLine.ts";

const PROJECT = join(import.meta.dirname, "..", "..");
const read = (path: string) => readFileSync(join(PROJECT, path), "utf8");

const config =
  read("migrator/internal/config/config.go") +
  read("migrator/internal/config/database.go") +
  read("migrator/main.go");

for (const name of Object.values(VARIABLE))
  test(`the migrator reads ${name}`, () => {
    assert.match(config, new RegExp(`env\\("${name}"\\)|\\{"${name}", `));
  });

test("the migrator's exit codes are the contract's", () => {
  const run = read("migrator/internal/run/run.go");
  for (const [name, code] of Object.entries({
    OK: CONTAINER_EXIT.ok,
    Usage: CONTAINER_EXIT.usage,
    Failed: CONTAINER_EXIT.failed,
    Dirty: CONTAINER_EXIT.dirty,
    Interrupted: CONTAINER_EXIT.interrupted,
  }))
    assert.match(run, new RegExp(`^\\tExit${name} +(= )?${code}$|^\\tExit${name} += ${code}$`, "m"));
});

test("the migrator begins its result line as the reader expects", () => {
  assert.ok(read("migrator/internal/mask/mask.go").includes(`\`${RESULT_LINE_PREFIX}\``));
});

test("the Dockerfiles put the migrator and the SQL where the task definition looks", () => {
  assert.ok(read(MIGRATOR_DOCKERFILE).includes(`ENTRYPOINT ["${MIGRATOR_PATH}"]`));
  assert.ok(read(MIGRATIONS_DOCKERFILE).includes(`. ${MIGRATIONS_PATH}/`));
  assert.ok(read(MIGRATIONS_DOCKERFILE).includes(`ARG ${MIGRATOR_IMAGE_ARGUMENT}=`));
  const app = read("app/Dockerfile");
  assert.ok(app.includes(`ARG ${MIGRATOR_IMAGE_ARGUMENT}=`));
  assert.ok(app.includes(`COPY --from=migrator ${MIGRATOR_PATH} ${MIGRATOR_PATH}`));
});

// The same text and digest as in migrator/internal/config/config_test.go.
test("digest16", () => {
  assert.equal(digest16("/prod/migration"), "2a262772867ebcf9");
});
