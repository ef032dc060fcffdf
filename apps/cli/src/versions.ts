import { version } from "./version.ts";

/** What computed: recorded with every run. The adapter's fingerprint says the version of Dawn. */
export function versions(): Readonly<Record<string, string>> {
  return { kindling: version, node: process.versions.node };
}
