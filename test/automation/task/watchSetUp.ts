import { SAMPLE_RESULT } from "../../support/sampleResult.ts";

export const ARN = "arn:aws:ecs:eu-west-1:123456789012:task/shop-stage/1";

export const resultLine = JSON.stringify(SAMPLE_RESULT);

export const running = { lastStatus: "RUNNING", desiredStatus: "RUNNING" };
export const stopped = { lastStatus: "STOPPED", desiredStatus: "STOPPED" };
