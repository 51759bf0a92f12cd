/** Links into the AWS console, of the right region and partition. Pure. */
import { wellFormed } from "../text/plainText.ts";

/** The console's domain by partition. Source: "AWS service endpoints" and the consoles of AWS China and GovCloud (US). */
const CONSOLE_DOMAINS: Readonly<Record<string, string>> = {
  aws: "console.aws.amazon.com",
  "aws-cn": "console.amazonaws.cn",
  "aws-us-gov": "console.amazonaws-us-gov.com",
};

interface ConsolePlace {
  readonly partition: string;
  readonly region: string;
}

/** CloudWatch's page of a log stream. Its fragment is percent-encoded, and then its `%` are written `$25`. */
export function logStreamLink(place: ConsolePlace, logGroup: string, logStream: string): string | null {
  const twice = (name: string) => encode(name).replaceAll("%", "$25");
  const fragment = `logsV2:log-groups/log-group/${twice(logGroup)}/log-events/${twice(logStream)}`;
  return consoleLink(place, `/cloudwatch/home?region=${encode(place.region)}#${fragment}`);
}

/** @param taskArn with the cluster's name in it (the long form, which every account has had since 2021) */
export function taskLink(place: ConsolePlace, taskArn: string): string | null {
  const match = /:task\/(?<cluster>[^/]+)\/(?<id>[^/]+)$/.exec(taskArn);
  if (!match?.groups) return null;
  const { cluster = "", id = "" } = match.groups;
  const path = `/ecs/v2/clusters/${encode(cluster)}/tasks/${encode(id)}/configuration`;
  return consoleLink(place, `${path}?region=${encode(place.region)}`);
}

/** @param build CODEBUILD_BUILD_ID: `<project>:<uuid>`; another CI's id has no page in the AWS console */
export function buildLink(
  place: ConsolePlace & { readonly accountId: string },
  build: string,
): string | null {
  const match = /^(?<project>[\w-]+):[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(build);
  if (!match?.groups) return null;
  const path = `/codesuite/codebuild/${encode(place.accountId)}/projects/${encode(match.groups.project ?? "")}/build/${encode(build)}/`;
  return consoleLink(place, `${path}?region=${encode(place.region)}`);
}

/** The page of an object, on which it can be opened. */
export function objectLink(place: ConsolePlace, bucket: string, key: string): string | null {
  return consoleLink(
    place,
    `/s3/object/${encode(bucket)}?region=${encode(place.region)}&prefix=${encode(key)}`,
  );
}

/** The page on which a pending connection to GitLab or GitHub is completed. Source: Developer Tools console User Guide. */
export function connectionsLink(place: ConsolePlace): string | null {
  return consoleLink(place, `/codesuite/settings/connections?region=${encode(place.region)}`);
}

function consoleLink({ partition, region }: ConsolePlace, rest: string): string | null {
  const domain = CONSOLE_DOMAINS[partition];
  return domain === undefined || !/^[a-z0-9-]+$/.test(region) ? null : `https://${region}.${domain}${rest}`;
}

/** A URL that came from the environment, where it is one of the web. */
export function webLink(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null;
  const { protocol, username, password, href } = new URL(url);
  return /^https?:$/.test(protocol) && username === "" && password === "" ? href : null;
}

function encode(text: string): string {
  return encodeURIComponent(wellFormed(text));
}
