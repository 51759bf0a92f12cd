/** Where a build of CodeBuild's keeps the report of its deploy; buildspec.yml uses the same names. */

/** Folder of the reports in the bucket of the builds; each build has a folder in it. */
export const REPORT_FOLDER = "builds";

/** The page, as buildspec.yml names it. */
const REPORT_PAGE = "run.html";

/**
 * @param build CODEBUILD_BUILD_ID: `<project>:<uuid>`
 * @returns the page's key in the bucket; undefined if the build is not one of `project`
 */
export function reportPageKey(project: string, build: string): string | undefined {
  const [ofProject, id] = build.split(":");
  return ofProject === project && id ? `${REPORT_FOLDER}/${id}/${REPORT_PAGE}` : undefined;
}
