import { readFile } from "node:fs/promises";
import { hasSafetensorsHeader, parseWeightsReference, readSafetensors, readWeights, writeSafetensors } from "@kindling/models";
import { writeFileAtomically } from "@kindling/trainer";
import type { Report } from "../command.ts";
import { InputError } from "../exit.ts";

/** Rewrites the tensors of a weights file, of whatever network. @throws InputError when the file cannot be read, WeightsFileError when it holds no weights. */
export async function weightsToSafetensors(from: string, to: string, dtype: string): Promise<Report> {
  const reference = parseWeightsReference(from);
  const bytes = await readFile(reference.file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EISDIR") throw new InputError(`${reference.file} is a folder: name a file in it`);
    throw new InputError(`${reference.file}: ${error.code === "ENOENT" ? "there is no such file" : error.message}`);
  });
  const tensors = readWeights(bytes, reference);
  const metadata = hasSafetensorsHeader(bytes) ? readSafetensors(bytes).metadata : { format: "pt" };
  const written = writeSafetensors(tensors, metadata, dtype === "f16" ? "F16" : "F32");
  await writeFileAtomically(to, written);
  const parameters = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  return {
    json: { tensors: tensors.size, parameters, bytes: written.byteLength },
    text: `${to}: ${tensors.size} tensors, ${parameters} numbers, ${written.byteLength} bytes`,
  };
}
