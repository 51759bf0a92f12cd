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
