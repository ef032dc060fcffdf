/** A name out of a file, quoted for a message: damaged files have names of thousands of unprintable characters. */
export function quote(name: string): string {
  return JSON.stringify(name.length > longest ? `${name.slice(0, longest)}…` : name);
}

const longest = 100;
