import assert from "node:assert/strict";
import { test } from "node:test";
import { pulumiFailure } from "../../../automation/stack/pulumiCli.ts";

const failure = (stderr: string, code: unknown = 255, backend?: string) =>
  pulumiFailure({ code, message: "Command failed" }, stderr, { stack: "prod", backend });

test("pulumiFailure says what is missing and what to run", () => {
  assert.match(failure("", "ENOENT"), /^The Pulumi CLI is not on the PATH; install it/);
  assert.match(
    failure("error: PULUMI_ACCESS_TOKEN must be set for login"),
    /^Pulumi does not know where the state of stack prod is; set ecs-migrate:stateBucket in Pulumi\.prod\.yaml /,
  );
  assert.match(failure("error: no Pulumi.yaml project file found"), /name it with --project$/);
});

test("a missing stack is never to be made in a backend that may be another's", () => {
  const missing = "error: no stack named 'prod' found";
  assert.equal(
    failure(missing),
    "There is no stack prod in the backend that Pulumi is logged in to, and Pulumi.prod.yaml does not say where its state is; set ecs-migrate:stateBucket there (`npm run bootstrap -- --stack prod` prints the line)",
  );
  assert.equal(
    failure(missing, 255, "s3://shop-prod?region=eu-west-1"),
    "There is no stack prod in s3://shop-prod?region=eu-west-1, which Pulumi.prod.yaml names; correct ecs-migrate:stateBucket there, or run `npm run bootstrap -- --stack prod` if the stack was never made",
  );
});

test("pulumiFailure gives Pulumi's own words for all else, without warnings", () => {
  const text = failure("warning: a new version\nerror: getting secrets manager: incorrect passphrase\n");
  assert.equal(text, "Pulumi could not read stack prod: getting secrets manager: incorrect passphrase");
  assert.equal(failure(""), "Pulumi could not read stack prod: Command failed");
});
