import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type Builder,
  ImageError,
  type ImageInputs,
  ImageMaker,
  type Registry,
} from "../../../../infra/image/provider/imageMaker.ts";

const URL = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/stage-shop";
const DIGEST = `sha256:${"a".repeat(64)}`;
const OTHER = `sha256:${"b".repeat(64)}`;
const INPUTS: ImageInputs = {
  repositoryUrl: URL,
  tag: "content",
  region: "ap-northeast-1",
  context: "/codebuild/output/src1/app",
  dockerfile: "/codebuild/output/src1/app/Dockerfile",
  platform: "linux/amd64",
  buildArgs: {},
};
const STATE = { repositoryUrl: URL, tag: "content", digest: DIGEST, uri: `${URL}@${DIGEST}` };

/** A repository that takes no tag twice, and a builder that pushes `digest` to it. */
function world(kept: Record<string, string> = {}, digest = DIGEST) {
  const images = new Map(Object.entries(kept));
  const calls: string[] = [];
  const registry: Registry = {
    digestOf: async (repositoryUrl, tag) => {
      calls.push("ask");
      return images.get(`${repositoryUrl}:${tag}`);
    },
    login: async () => "QVdTOnRva2Vu",
  };
  const builder: Builder = {
    build: async () => void calls.push("build"),
    push: async ({ repositoryUrl, tag }) => {
      calls.push("push");
      const name = `${repositoryUrl}:${tag}`;
      if (images.has(name)) throw new ImageError("tag invalid");
      images.set(name, digest);
    },
  };
  const logins: string[] = [];
  const maker = new ImageMaker(
    () => registry,
    (login) => {
      logins.push(login);
      return builder;
    },
  );
  return { maker, registry, builder, images, calls, logins };
}

describe("an image", () => {
  test("of new content is built and pushed, and has the digest that ECR then has", async () => {
    const { maker, calls, logins } = world();
    assert.deepEqual(await maker.ensure(INPUTS), STATE);
    assert.deepEqual(calls, ["ask", "build", "push", "ask"]);
    assert.deepEqual(logins, ["QVdTOnRva2Vu"]);
  });

  test("whose content ECR has is taken as it is: no login, no build, no push", async () => {
    const { maker, calls, logins } = world({ [`${URL}:content`]: OTHER });
    assert.deepEqual(await maker.ensure(INPUTS), { ...STATE, digest: OTHER, uri: `${URL}@${OTHER}` });
    assert.deepEqual(calls, ["ask"]);
    assert.deepEqual(logins, []);
  });

  test("that another deploy pushed meanwhile is that deploy's", async () => {
    const { maker, builder, images } = world();
    builder.build = async () => void images.set(`${URL}:content`, OTHER);
    assert.equal((await maker.ensure(INPUTS)).digest, OTHER);
  });

  test("that cannot be pushed fails with the registry's words", async () => {
    const { maker, builder } = world();
    const refused = new ImageError("docker push failed (exit code 1); its last lines:\ndenied: no");
    builder.push = () => Promise.reject(refused);
    await assert.rejects(maker.ensure(INPUTS), refused);
  });

  test("that was pushed to another place than ECR looks in is an error", async () => {
    const { maker, builder } = world();
    builder.push = async () => undefined;
    await assert.rejects(
      maker.ensure(INPUTS),
      new ImageError(`${URL}:content was pushed, but ECR does not have it.`),
    );
  });
});

describe("a change", () => {
  const asked = async (inputs: Partial<ImageInputs>, kept: Record<string, string>) =>
    await world(kept).maker.isNew(STATE, { ...INPUTS, ...inputs });
  const there = { [`${URL}:content`]: DIGEST };

  test("is another tag or another repository", async () => {
    assert.equal(await asked({ tag: "other" }, there), true);
    assert.equal(await asked({ repositoryUrl: `${URL}-2` }, there), true);
  });

  test("is none where only the checkout has another place", async () => {
    const place = {
      context: "/codebuild/output/src2/app",
      dockerfile: "/codebuild/output/src2/app/Dockerfile",
    };
    assert.equal(await asked({ ...place, buildArgs: { MIGRATOR_IMAGE: "rebuilt" } }, there), false);
  });

  test("is an image that ECR does not have any more, or has under another digest", async () => {
    assert.equal(await asked({}, {}), true);
    assert.equal(await asked({}, { [`${URL}:content`]: OTHER }), true);
  });
});
