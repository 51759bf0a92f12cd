import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { buildArguments, Docker } from "../../../../infra/image/provider/docker.ts";
import { makeDockerConfig, registriesOf, withLogins } from "../../../../infra/image/provider/dockerConfig.ts";
import type { ImageInputs } from "../../../../infra/image/provider/imageMaker.ts";

const HOST = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com";
const LOGIN = "QVdTOnRva2Vu";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docker-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function inputs(more: Partial<ImageInputs> = {}): ImageInputs {
  const context = join(folder, "app");
  return {
    repositoryUrl: `${HOST}/stage-shop`,
    tag: "content",
    region: "ap-northeast-1",
    context,
    dockerfile: join(context, "Dockerfile"),
    platform: "linux/arm64",
    buildArgs: { RUNTIME_IMAGE: "mirror/alpine:3" },
    ...more,
  };
}

test("docker build gets every input, and the inline cache only where layers are taken from an image", () => {
  assert.deepEqual(buildArguments(inputs(), "/staged"), [
    "build",
    "--tag",
    `${HOST}/stage-shop:content`,
    "--file",
    join(folder, "app/Dockerfile"),
    "--platform",
    "linux/arm64",
    "--build-arg",
    "RUNTIME_IMAGE=mirror/alpine:3",
    "/staged",
  ]);
  const more = buildArguments(inputs({ target: "run", cacheFrom: ["mirror/shop:cache"] }), "/staged");
  assert.deepEqual(more.slice(7), [
    "--target",
    "run",
    "--build-arg",
    "RUNTIME_IMAGE=mirror/alpine:3",
    "--build-arg",
    "BUILDKIT_INLINE_CACHE=1",
    "--cache-from",
    "mirror/shop:cache",
    "/staged",
  ]);
});

describe("a build", () => {
  const { PATH, TMPDIR } = process.env;
  afterEach(() => {
    process.env.PATH = PATH;
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  });

  /** A `docker` that keeps its arguments and what it was given, and ends with `code`. */
  function fakeDocker(code: number): void {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    const script = `#!/bin/sh
echo "$@" > '${folder}/arguments'
cp -R "$DOCKER_CONFIG" '${folder}/config'
for last; do :; done
[ "$1" = build ] && cp -Rp "$last" '${folder}/sent'
i=0; while [ $i -lt 40 ]; do i=$((i + 1)); echo "line $i"; done
exit ${code}
`;
    writeFileSync(join(bin, "docker"), script);
    chmodSync(join(bin, "docker"), 0o755);
    process.env.PATH = `${bin}:${PATH}`;
    process.env.TMPDIR = join(folder, "tmp");
    mkdirSync(process.env.TMPDIR);
    mkdirSync(join(folder, "app/sql"), { recursive: true });
    writeFileSync(join(folder, "app/Dockerfile"), "FROM scratch\n");
    writeFileSync(join(folder, "app/sql/1_a.up.sql"), "SELECT 1;\n", { mode: 0o600 });
    writeFileSync(join(folder, "app/run.sh"), "#!/bin/sh\n", { mode: 0o700 });
    writeFileSync(join(folder, "app/.dockerignore"), "*.log\n");
    writeFileSync(join(folder, "app/a.log"), "");
  }

  test("sends what .dockerignore lets through, with modes that any user of the container can read", async () => {
    fakeDocker(0);
    await new Docker(LOGIN).build(inputs());
    assert.deepEqual(readdirSync(join(folder, "sent")).sort(), [
      ".dockerignore",
      "Dockerfile",
      "run.sh",
      "sql",
    ]);
    const mode = (path: string) => (statSync(join(folder, "sent", path)).mode & 0o777).toString(8);
    assert.deepEqual(["sql/1_a.up.sql", "run.sh", "sql"].map(mode), ["644", "755", "755"]);
  });

  test("logs in without a word on the command line, and leaves no folder behind", async () => {
    fakeDocker(0);
    await new Docker(LOGIN).push(inputs());
    assert.equal(readFileSync(join(folder, "arguments"), "utf8"), `push ${HOST}/stage-shop:content\n`);
    const config = JSON.parse(readFileSync(join(folder, "config/config.json"), "utf8"));
    assert.deepEqual(config.auths[HOST], { auth: LOGIN });
    assert.deepEqual(readdirSync(join(folder, "tmp")), []);
  });

  test("that fails shows the last 30 lines", async () => {
    fakeDocker(3);
    await assert.rejects(new Docker(LOGIN).build(inputs()), (error: Error) => {
      const lines = error.message.split("\n");
      assert.equal(lines[0], "docker build failed (exit code 3); its last lines:");
      assert.deepEqual([lines.length, lines[1], lines[30]], [31, "line 11", "line 40"]);
      return true;
    });
  });

  test("that is cancelled ends at once and says so", async () => {
    fakeDocker(0);
    writeFileSync(join(folder, "bin/docker"), `#!/bin/sh\ntouch '${folder}/begun'\nexec sleep 60\n`);
    const controller = new AbortController();
    const work = new Docker(LOGIN, controller.signal).push(inputs());
    const abort = async () => {
      while (!existsSync(join(folder, "begun"))) await setImmediate();
      controller.abort();
    };
    await Promise.all([
      assert.rejects(work, { name: "ImageError", message: "The image's build was cancelled." }),
      abort(),
    ]);
    assert.deepEqual(readdirSync(join(folder, "tmp")), []);
  });

  test("without Docker says what to install", async () => {
    fakeDocker(0);
    process.env.PATH = join(folder, "app");
    await assert.rejects(new Docker(LOGIN).push(inputs()), {
      name: "ImageError",
      message:
        "The image cannot be built: there is no docker command on the PATH; install Docker and start it.",
    });
  });
});

test("a login is needed for the repository's registry and for those of the region that the build reads", () => {
  const mirror = "210987654321.dkr.ecr.ap-northeast-1.amazonaws.com";
  const texts = [
    `FROM ${mirror}/docker/library/alpine:3.24\nFROM 210987654321.dkr.ecr.us-east-1.amazonaws.com/x`,
    `${HOST}/base@sha256:${"a".repeat(64)}`,
  ];
  assert.deepEqual(registriesOf(`${HOST}/stage-shop`, "ap-northeast-1", texts), [HOST, mirror]);
});

test("the logins go beside the user's own, and past the user's store for those registries only", () => {
  const users = {
    auths: { "https://index.docker.io/v1/": {} },
    credsStore: "osxkeychain",
    credHelpers: { "gcr.io": "gcloud" },
    currentContext: "colima",
  };
  assert.deepEqual(withLogins(users, [HOST], LOGIN), {
    auths: { "https://index.docker.io/v1/": {}, [HOST]: { auth: LOGIN } },
    credsStore: "osxkeychain",
    credHelpers: { "gcr.io": "gcloud", [HOST]: "" },
    currentContext: "colima",
  });
});

test("the user's contexts and plugins are seen, and the user's file stays as it is", () => {
  const users = join(folder, "users");
  mkdirSync(join(users, "contexts/meta"), { recursive: true });
  writeFileSync(join(users, "config.json"), '{"currentContext":"colima"}');
  const made = makeDockerConfig(join(folder, "made"), [HOST], LOGIN, { DOCKER_CONFIG: users });
  assert.deepEqual(readdirSync(made).sort(), ["config.json", "contexts"]);
  assert.deepEqual(readdirSync(join(made, "contexts")), ["meta"]);
  assert.equal((statSync(join(made, "config.json")).mode & 0o777).toString(8), "600");
  assert.equal(readFileSync(join(users, "config.json"), "utf8"), '{"currentContext":"colima"}');
  const none = makeDockerConfig(join(folder, "none"), [HOST], LOGIN, { DOCKER_CONFIG: join(folder, "no") });
  assert.deepEqual(JSON.parse(readFileSync(join(none, "config.json"), "utf8")), {
    auths: { [HOST]: { auth: LOGIN } },
    credHelpers: { [HOST]: "" },
  });
});
