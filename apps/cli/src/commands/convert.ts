import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { InputError } from "../exit.ts";
import { networkKeys, networkOptions } from "../networkKeys.ts";
import type { Shell } from "../shell.ts";

const keys = {
  dtype: { kind: "choice", choices: ["f32", "f16"], default: "f32", help: "how the numbers are stored; f16 rounds them" },
  branch: { kind: "integer", min: 1, help: "okdhp-hrnet: the branch to keep, counted from 1; it is a plain HRNet" },
  ...networkKeys,
} as const;

/** `kindling convert IN OUT`: weights as safetensors, or a network as ONNX or as a folder for the Hugging Face Hub. */
export function convert(shell: Shell): Command {
  return defineCommand(shell, {
    name: "convert",
    summary: "rewrites weights as .safetensors, or a network as .onnx or as a folder with config and model card",
    operands: [
      { name: "IN", help: "a .pth or .safetensors file (FILE#student or FILE#teacher of one that holds both); for networks a folder too" },
      { name: "OUT", help: "what to write: NAME.safetensors, NAME.onnx, or FOLDER/" },
    ],
    keys,
    async run({ operands: [from, to], values }) {
      const path = await import("node:path");
      const { stat } = await import("node:fs/promises");
      const { weightsToSafetensors } = await import("../convert/weightsToSafetensors.ts");
      const { networkToFolder, networkToOnnx, networkToSafetensors } = await import("../convert/convertNetwork.ts");
      const { branch } = values;
      const [source, target, options] = [from!, to!, { ...networkOptions(values), ...(branch === undefined ? {} : { branch }) }]; // the operands were checked
      const isFolder = (file: string) =>
        stat(file)
          .then((found) => found.isDirectory())
          .catch(() => false);
      if (target.endsWith("/") || (await isFolder(target))) return networkToFolder(source, target, options, values.dtype);
      if (!(await isFolder(path.dirname(target)))) throw new InputError(`${target}: there is no folder ${path.dirname(target)}`);
      if (target.endsWith(".onnx")) {
        if (values.dtype === "f16") throw new InputError("dtype=f16 is for safetensors and folders; ONNX files hold f32");
        return networkToOnnx(source, target, options);
      }
      if (!target.endsWith(".safetensors")) throw new InputError(`${target}: OUT must end in .safetensors, .onnx or / (a folder)`);
      if (branch !== undefined) return networkToSafetensors(source, target, options, values.dtype);
      const [key] = Object.keys(options);
      if (key !== undefined) throw new InputError(`${key} is for networks (.onnx, folders); a .safetensors file keeps what it says`);
      return weightsToSafetensors(source, target, values.dtype);
    },
  });
}
