/** Images and revisions of task definitions, as a line shows them. Pure. */

/** `web:41`, of a revision's ARN. */
export function revisionName(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

/** `web`, of a revision's ARN. */
export function familyOf(arn: string): string {
  return revisionName(arn).replace(/:\d+$/, "");
}

/** `shop@sha256:0123456789ab` */
export function shortImage(image: string): string {
  return image.slice(image.lastIndexOf("/") + 1).replace(/(@sha256:[0-9a-f]{12})[0-9a-f]{52}$/, "$1");
}

/** `shop@sha256:0123456789ab, commit 1234567` */
export function codeText(image: string, commit: string | null): string {
  return `${shortImage(image)}, ${commit === null ? "commit not known" : `commit ${commit.slice(0, 7)}`}`;
}

/** `registry/path` of an image's name, without tag and digest; a port is no tag. */
export function repositoryOf(image: string): string {
  const [name = ""] = image.split("@");
  return name.replace(/:[^:/]+$/, "");
}

/** True for one digest of one repository. A tag beside the digest decides nothing (`shop:1.2@sha256:…`); one alone may move. */
export function isSameImage(one: string, other: string): boolean {
  const [digest, wanted] = [one, other].map((image) => image.split("@")[1]);
  if (digest === undefined || wanted === undefined) return one === other;
  return digest === wanted && repositoryOf(one) === repositoryOf(other);
}
