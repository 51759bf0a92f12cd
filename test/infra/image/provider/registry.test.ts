import assert from "node:assert/strict";
import { test } from "node:test";
import {
  DescribeImagesCommand,
  type ECRClient,
  ImageNotFoundException,
  RepositoryNotFoundException,
} from "@aws-sdk/client-ecr";
import { ImageError } from "../../../../infra/image/provider/imageMaker.ts";
import { EcrRegistry } from "../../../../infra/image/provider/registry.ts";

const URL = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/team/stage-shop";

/** A client that gives one answer, or throws it, and writes down what it was asked. */
function registryOf(answer: unknown) {
  const asked: unknown[] = [];
  const send = async (command: unknown) => {
    asked.push(command);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const registry = new EcrRegistry("ap-northeast-1", { send } as unknown as Pick<ECRClient, "send">);
  return { registry, asked };
}

test("a tag is asked for in the repository of the URL's path", async () => {
  const { registry, asked } = registryOf({ imageDetails: [{ imageDigest: "sha256:a" }] });
  assert.equal(await registry.digestOf(URL, "content"), "sha256:a");
  const [question] = asked;
  assert.ok(question instanceof DescribeImagesCommand);
  assert.deepEqual(question.input, {
    repositoryName: "team/stage-shop",
    imageIds: [{ imageTag: "content" }],
  });
});

const MISSING = [
  // `aws ecr describe-images`, as hashicorp/terraform-provider-aws prints it for `aws_ecr_image`.
  new ImageNotFoundException({
    $metadata: {},
    message:
      "The image with imageId {imageDigest:'null', imageTag:'content'} does not exist within the repository with name 'team/stage-shop' in the registry with id '123456789012'",
  }),
  new RepositoryNotFoundException({
    $metadata: {},
    message:
      "The repository with name 'team/stage-shop' does not exist in the registry with id '123456789012'",
  }),
];
for (const error of MISSING) {
  test(`${error.name} is no image`, async () => {
    assert.equal(await registryOf(error).registry.digestOf(URL, "content"), undefined);
  });
}

test("a denied question names the repository, the tag and AWS's reason", async () => {
  const denied = new Error(
    "User: arn:aws:sts::123456789012:assumed-role/deploy/x is not authorized to perform: ecr:DescribeImages on resource: arn:aws:ecr:ap-northeast-1:123456789012:repository/team/stage-shop",
  );
  denied.name = "AccessDeniedException";
  await assert.rejects(
    registryOf(denied).registry.digestOf(URL, "content"),
    new ImageError(
      `ECR did not say whether team/stage-shop has the image content (AccessDeniedException: ${denied.message}).`,
      { cause: denied },
    ),
  );
});

test("the login is the token as Docker's configuration keeps it", async () => {
  const { registry } = registryOf({ authorizationData: [{ authorizationToken: "QVdTOnRva2Vu" }] });
  assert.equal(await registry.login(), "QVdTOnRva2Vu");
  await assert.rejects(
    registryOf({}).registry.login(),
    new ImageError("ECR gave no login for docker push (Error: the answer has no token)."),
  );
});
