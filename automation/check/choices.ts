/** How `check` prints its findings. By itself, since the command line names the formats and loads no more of `check`. */

export const FORMATS = ["human", "json", "sarif", "codequality"] as const;
export type Format = (typeof FORMATS)[number];
