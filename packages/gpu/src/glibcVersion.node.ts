/** The C library's version, "2.36"; undefined where it is not glibc (musl, macOS, Windows). */
export function glibcVersion(): string | undefined {
  if (process.platform !== "linux") return undefined;
  known ??= readGlibcVersion();
  return known.version;
}

let known: { readonly version: string | undefined } | undefined;

function readGlibcVersion(): { version: string | undefined } {
  const report = process.report as (NodeJS.ProcessReport & { excludeNetwork?: boolean }) | undefined; // newer than the type declarations
  if (!report) return { version: undefined };
  report.excludeNetwork = true; // else the report may wait for name servers
  const { header } = report.getReport() as { header: { glibcVersionRuntime?: string } }; // documented, typed as object
  return { version: header.glibcVersionRuntime };
}
