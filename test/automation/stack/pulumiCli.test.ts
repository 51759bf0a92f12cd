import assert from "node:assert/strict";
import { test } from "node:test";
import { pulumiFailure } from "../../../automation/stack/pulumiCli.ts";

const failure = (stderr: string, code: unknown = 255) =>
  pulumiFailure({ code, message: "Command failed" }, stderr, "prod");

test("pulumiFailure says what is missing and what to run", () => {
  assert.match(failure("", "ENOENT"), /^The Pulumi CLI is not on the PATH; install it/);
  assert.match(
    failure("error: no stack named 'prod' found"),
    /`pulumi stack ls` lists .* `pulumi stack init prod` makes it$/,
  );
  assert.match(failure("error: PULUMI_ACCESS_TOKEN must be set for login"), /run `pulumi login s3:/);
  assert.match(failure("error: no Pulumi.yaml project file found"), /name it with --project$/);
});

test("pulumiFailure gives Pulumi's own words for all else, without warnings", () => {
  const text = failure("warning: a new version\nerror: getting secrets manager: incorrect passphrase\n");
  assert.equal(text, "Pulumi could not read stack prod: getting secrets manager: incorrect passphrase");
  assert.equal(failure(""), "Pulumi could not read stack prod: Command failed");
});
