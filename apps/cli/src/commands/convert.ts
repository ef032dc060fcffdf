import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { InputError } from "../exit.ts";
import type { Shell } from "../shell.ts";

/** `kindling convert IN OUT`: weights from PyTorch or safetensors files to safetensors. */
export function convert(shell: Shell): Command {
  return defineCommand(shell, {
    name: "convert",
    summary: "rewrites weights (.pth of both formats, .safetensors) as a .safetensors file",
    operands: [
      { name: "IN", help: "a .pth or .safetensors file; FILE#student or FILE#teacher of one that holds both" },
      { name: "OUT", help: "the .safetensors file to write" },
    ],
    keys: { dtype: { kind: "choice", choices: ["f32", "f16"], default: "f32", help: "how the numbers are stored; f16 rounds them" } },
    async run({ operands: [from, to], values: { dtype } }) {
      const { readFile } = await import("node:fs/promises");
      const { hasSafetensorsHeader, parseWeightsReference, readSafetensors, readWeights, writeSafetensors } = await import(
        "@kindling/models"
      );
      const { writeFileAtomically } = await import("@kindling/trainer");
      if (!to!.endsWith(".safetensors")) throw new InputError(`${to}: only .safetensors files can be written`);
      const reference = parseWeightsReference(from!); // the operands were checked
      const bytes = await readFile(reference.file).catch((error: NodeJS.ErrnoException) => {
        throw new InputError(`${reference.file}: ${error.code === "ENOENT" ? "there is no such file" : error.message}`);
      });
      const tensors = readWeights(bytes, reference);
      const metadata = hasSafetensorsHeader(bytes) ? readSafetensors(bytes).metadata : { format: "pt" };
      const written = writeSafetensors(tensors, metadata, dtype === "f16" ? "F16" : "F32");
      await writeFileAtomically(to!, written);
      const parameters = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
      return {
        json: { tensors: tensors.size, parameters, bytes: written.byteLength },
        text: `${to}: ${tensors.size} tensors, ${parameters} numbers, ${written.byteLength} bytes`,
      };
    },
  });
}
