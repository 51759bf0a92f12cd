import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { arch, platform, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { LabError } from "./labError.ts";
import { withLock } from "./toolchain/lock.ts";
import { isNewEnough } from "./toolchain/official.ts";
import { startScript } from "./toolchain/plugins.ts";
import {
  filesystemMirrors,
  findTerraformAwsProvider,
  newestProvider,
} from "./toolchain/terraformProvider.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "toolchain-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("the Terraform provider is found in a mirror's layout, the newest first", async () => {
  const system = `${platform()}_${arch() === "x64" ? "amd64" : arch()}`;
  for (const version of ["5.9.0", "5.100.0"]) {
    const path = join(folder, "registry.terraform.io/hashicorp/aws", version, system);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, `terraform-provider-aws_v${version}_x5`), "");
    await chmod(join(path, `terraform-provider-aws_v${version}_x5`), 0o755);
  }
  const found = await findTerraformAwsProvider({ ECS_MIGRATE_TERRAFORM_MIRROR: folder });
  assert.match(found, /terraform-provider-aws_v5\.100\.0_x5$/);
});

test("a named mirror without the provider is an error that says what to do, and no other folder is tried", async () => {
  await assert.rejects(
    findTerraformAwsProvider({ ECS_MIGRATE_TERRAFORM_MIRROR: folder }),
    new LabError(
      `The Terraform AWS provider 5 (terraform-provider-aws_v5.*) is in none of ${folder}; ` +
        "put it there with `terraform providers mirror`, or name its folder in ECS_MIGRATE_TERRAFORM_MIRROR.",
    ),
  );
});

test("the newest of several is chosen by number, not by letter", () => {
  const paths = ["/a/terraform-provider-aws_v5.99.1_x5", "/b/terraform-provider-aws_v5.100.0_x5"];
  assert.equal(newestProvider(paths), paths[1]);
  assert.equal(newestProvider([]), undefined);
});

test("the mirrors of a Terraform configuration are read", () => {
  const config = `provider_installation {
  filesystem_mirror {
    path    = "/opt/mirror"
    include = ["*/*"]
  }
  filesystem_mirror { path = "/srv/two" }
  direct {}
}`;
  assert.deepEqual(filesystemMirrors(config), ["/opt/mirror", "/srv/two"]);
  assert.deepEqual(filesystemMirrors("direct {}"), []);
});

test("a CLI of 3.200 or newer of version 3 is good, a development build without number is not", () => {
  assert.equal(isNewEnough("v3.200.0\n"), true);
  assert.equal(isNewEnough("3.274.1"), true);
  assert.equal(isNewEnough("v3.199.9"), false);
  assert.equal(isNewEnough("v4.0.0"), false);
  assert.equal(isNewEnough(""), false);
});

test("the start script quotes paths for sh", () => {
  assert.equal(
    startScript("/n o/node", "/it's/x.ts", { A: "1 2" }),
    "#!/bin/sh\nA='1 2' exec '/n o/node' '/it'\\''s/x.ts' \"$@\"\n",
  );
});

test("a dead owner's lock is taken over, and the lock is gone afterwards", async () => {
  const path = join(folder, "lock");
  await writeFile(path, "999999999");
  assert.equal(await withLock(path, async () => "done"), "done");
  await writeFile(path, "free", { flag: "wx" });
});
