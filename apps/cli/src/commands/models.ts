import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import { bytesText } from "../profile/bytesText.ts";
import type { Shell } from "../shell.ts";
import { textTable } from "../textTable.ts";

/** `kindling models`: the networks that have a name, with what they cost. */
export function models(shell: Shell): Command {
  return defineCommand(shell, {
    name: "models",
    summary: "lists the networks: input, parameters, MACs, memory; their cards and published figures are in docs/models.md",
    operands: [],
    keys: { page: { kind: "path", help: "also write docs/models.md, or whatever file this names" } },
    async run({ values: { page } }) {
      const { listedModels, trainingBatch } = await import("../models/listedModels.ts");
      if (page !== undefined) {
        const { writeFileAtomically } = await import("@kindling/trainer");
        const { modelsPage } = await import("../models/modelsPage.ts");
        await writeFileAtomically(page, modelsPage());
      }
      const listed = listedModels();
      const rows = listed.map(({ card, parameters, macs, forwardBytes, trainingBytes }) => [
        card.name,
        String(card.joints),
        card.inputSize.join("x"),
        String(parameters),
        String(macs),
        bytesText(forwardBytes),
        bytesText(trainingBytes),
      ]);
      return {
        json: {
          models: listed.map(({ card: { name, joints, inputSize, source }, ...costs }) => ({
            name,
            joints,
            input: inputSize,
            ...costs,
            source,
          })),
        },
        text: textTable([
          ["network", "key points", "input", "parameters", "MACs", "forward pass, batch 1", `training step, batch ${trainingBatch}`],
          ...rows,
        ]),
      };
    },
  });
}
