/** "1.9 × 10⁻⁷": two digits of a small number; "0" for zero. */
export function scientific(value: number): string {
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return String(value);
  const [mantissa = "", exponent = "0"] = value.toExponential(1).split("e");
  return `${mantissa} × 10${Number(exponent)
    .toString()
    .replace(/./g, (sign) => superscripts[sign] ?? sign)}`;
}

const superscripts: Readonly<Record<string, string>> = Object.fromEntries(
  [..."-0123456789"].map((sign, i) => [sign, [..."⁻⁰¹²³⁴⁵⁶⁷⁸⁹"][i]!]),
);

/** Three significant digits, without an exponent: "12.3", "0.0456", "1,230". */
export function threeDigits(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}

/** Milliseconds with the unit that suits them: "12.3 ms", "45.6 µs". */
export function duration(milliseconds: number): string {
  return milliseconds < 0.1 ? `${threeDigits(milliseconds * 1000)} µs` : `${threeDigits(milliseconds)} ms`;
}

/** Bytes with the largest binary unit that leaves at least 1: "128 MiB". */
export function byteText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10));
  return `${threeDigits(bytes / 1024 ** power)} ${["bytes", "KiB", "MiB", "GiB", "TiB"][power]}`;
}
