import assert from "node:assert/strict";
import { test } from "node:test";
import { linkWhilePending, webhookFilterGroups } from "../../../infra/pipeline/source.ts";

const TOKYO = { partition: "aws", region: "ap-northeast-1", accountId: "111122223333" };

test("a pending connection is completed in the console of its region", () => {
  assert.equal(
    linkWhilePending("PENDING", TOKYO),
    "https://ap-northeast-1.console.aws.amazon.com/codesuite/settings/connections?region=ap-northeast-1",
  );
  assert.equal(
    linkWhilePending("PENDING", { ...TOKYO, partition: "aws-cn", region: "cn-north-1" }),
    "https://cn-north-1.console.amazonaws.cn/codesuite/settings/connections?region=cn-north-1",
  );
});

test("a completed one has no link, nor has one whose console is not known", () => {
  assert.equal(linkWhilePending("AVAILABLE", TOKYO), null);
  assert.equal(linkWhilePending("PENDING", { ...TOKYO, partition: "aws-iso" }), null);
});

test("what is special in a pattern stands for itself in a folder's name", () => {
  const [group] = webhookFilterGroups({ branchPrefix: "prod/", triggerPaths: ["apps/shop.v2", "c++"] });
  assert.equal(group?.filters[2]?.pattern, "^(apps/shop\\.v2|c\\+\\+)/");
});
