/** What an AWS call's error is good for. */

export type AwsErrorKind =
  | "throttled"
  | "server"
  | "network"
  | "credentials"
  | "denied"
  | "missing"
  | "other";

/**
 * Sorts an error of the AWS SDK. Throttling, server and network errors pass; the others stay as they are.
 * Source: "Common errors" of the Amazon ECS and CloudWatch Logs API references.
 */
export function awsErrorKind(error: unknown): AwsErrorKind {
  const { name, status } = awsErrorFacts(error);
  if (/Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|LimitExceeded/i.test(name)) return "throttled";
  if (
    /Expired|UnrecognizedClient|InvalidClientToken|CredentialsProvider|InvalidSignature|SignatureDoesNotMatch/i.test(
      name,
    )
  ) {
    return "credentials";
  }
  if (/AccessDenied|Unauthorized|NotAuthorized|Forbidden/i.test(name)) return "denied";
  if (/ResourceNotFound|ParameterNotFound/i.test(name)) return "missing";
  if (
    /^(TimeoutError|AbortError|ECONN\w+|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|NetworkingError)$/i.test(name)
  ) {
    return "network";
  }
  if ((status ?? 0) >= 500 || /ServerException|InternalFailure|InternalError|ServiceUnavailable/i.test(name))
    return "server";
  return "other";
}

/** True where the same call may work a moment later. */
export function isPassing(kind: AwsErrorKind): boolean {
  return kind === "throttled" || kind === "server" || kind === "network";
}

/** An AWS error in one line: `AccessDeniedException: User … is not authorized …`. */
export function awsErrorText(error: unknown): string {
  const { name, message } = awsErrorFacts(error);
  return message && message !== name ? `${name}: ${message}` : name;
}

export function awsErrorFacts(error: unknown): { name: string; message: string; status: number | undefined } {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), status: undefined };
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: number } };
  const name = error.name === "Error" && typeof code === "string" ? code : error.name;
  return { name, message: error.message.split("\n")[0] ?? "", status: $metadata?.httpStatusCode };
}
