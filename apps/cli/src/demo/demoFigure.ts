import type { ArmResult, Score } from "./trainArm.ts";

/** The demo's results.png as SVG: PCK and loss of both arms over the epochs, the teacher as a level line. */
export async function demoFigure(teacher: Score, arms: readonly ArmResult[], epochs: number): Promise<string> {
  const { lineChart, strokeText } = await import("@kindling/trainer");
  const series = (measure: (score: Score) => number) => [
    {
      name: "teacher",
      points: [
        [0, measure(teacher)],
        [epochs, measure(teacher)],
      ] as const,
    },
    ...arms.map(({ name, curve }) => ({ name, points: curve.map(({ epoch, score }) => [epoch, measure(score)] as const) })),
  ];
  const charts = [
    { title: "PCK@0.1 on held-out people", series: series(({ pck }) => pck), fromZero: true },
    { title: "loss on held-out people", series: series(({ loss }) => loss) },
  ];
  const panel = { width: 520, height: 340 };
  const [margin, top, gap] = [36, 74, 40];
  const [width, height] = [2 * margin + 2 * panel.width + gap, top + panel.height + margin / 2];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    strokeText("the same student without and with distillation", { x: margin, y: 40, size: 24, color: "#24292f", bold: true }),
    ...charts.map((chart, i) =>
      lineChart({ ...chart, xLabel: "epoch", xEnd: epochs }, { x: margin + i * (panel.width + gap), y: top, ...panel }),
    ),
    "</svg>",
  ].join("\n");
}
