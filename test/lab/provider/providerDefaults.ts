/** What the lab sets on the aws provider where the program does not. */
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { Message } from "./awsMessages.ts";

/**
 * With an endpoint of our own (`AWS_ENDPOINT_URL`) a bucket's name cannot be part of the host's name, as 127.0.0.1 has
 * no subdomains. Set at the check, as the engine hands the checked inputs on to all that follows.
 */
export function withProviderDefaults(
  method: string,
  request: Message,
  env: Readonly<Record<string, string | undefined>>,
): void {
  if (method !== "checkConfig" || !env.AWS_ENDPOINT_URL) return;
  const inputs: struct.Struct | undefined = request.getNews();
  const values = inputs?.toJavaScript() ?? {};
  if (values.s3UsePathStyle !== undefined) return;
  request.setNews(struct.Struct.fromJavaScript({ ...values, s3UsePathStyle: "true" }));
}
