import type { CreateModelOptions } from "./createModel.ts";
import type { HeightWidth } from "./modelCard.ts";

/** A number that somebody published of a network, as it was written. */
export interface PublishedFigure {
  readonly model: string;
  readonly options: Omit<CreateModelOptions, "input">;
  /** [height, width]; what does not depend on it has none. */
  readonly input?: HeightWidth;
  /** Which part is counted, in words, and the variables and layers that it is made of; the whole network without. */
  readonly part?: { readonly name: string; readonly of: RegExp };
  /** "statistics" are batch norm's running means and variances. */
  readonly quantity: "parameters" | "MACs" | "statistics";
  /** A whole number, or a rounded one with its unit: "7,645,003,776", "354.6 M", "7.1 · 2^30". */
  readonly published: string;
  readonly source: PublishedSource;
  /** Why it is not what we count, where it is not. */
  readonly differs?: string;
}

/** Where published figures come from, in words. */
export const publishedSources = {
  squeezeNet: "counted on torchvision's `squeezenet1_1` and on the student's class in PyTorch",
  hrnet: "counted on the class `PoseHighResolutionNet` in PyTorch",
  hrnetReadme: "README of HRNet, github.com/leoxiaobin/deep-high-resolution-net.pytorch; its GFLOPs are MACs / 2^30",
  exits:
    "counted on the class of the fork with exits: MACs with the transition to the next stage and without the exits' own convolutions, parameters without what later exits need alone",
  rtmpose: "counted on mmpose's classes in PyTorch",
  dwposeReadme: "README of DWPose, github.com/IDEA-Research/DWPose; the GFLOPs of 133 key points",
  openPose: "counted on the class of github.com/Daniil-Osokin/lightweight-human-pose-estimation.pytorch",
  compactOpenPose: "counted on the classes of the students' training scripts",
} as const;

/** One of {@link publishedSources}. */
export type PublishedSource = keyof typeof publishedSources;

/** Every published number of parameters and multiply–accumulates that we know of the networks that we have. */
export const publishedFigures: readonly PublishedFigure[] = [
  ...squeezeNetFigures(),
  ...hrnetFigures(),
  ...exitFigures(),
  ...rtmposeFigures(),
  ...openPoseFigures(),
  ...compactOpenPoseFigures(),
];

function squeezeNetFigures(): readonly PublishedFigure[] {
  const student = { model: "squeezenet-hpe", options: { joints: 17 }, source: "squeezeNet" } as const;
  const classifier = { model: "squeezenet1_1", options: {}, source: "squeezeNet" } as const;
  const part = (name: string, of: RegExp) => ({ part: { name, of } });
  const layers = [
    [0, "1,792"],
    [3, "11,408"],
    [4, "12,432"],
    [6, "45,344"],
    [7, "49,440"],
    [9, "104,880"],
    [10, "111,024"],
    [11, "188,992"],
    [12, "197,184"],
  ] as const;
  const [features, head] = [part("features", /^backbone\./), part("head", /^conv_heatmap\b/)];
  return [
    { ...classifier, quantity: "parameters", published: "1,235,496" },
    ...layers.map(
      ([layer, published]) =>
        ({
          ...classifier,
          ...part(`features.${layer}`, new RegExp(`^features\\.${layer}\\.`)),
          quantity: "parameters",
          published,
        }) as const,
    ),
    { ...classifier, ...part("features", /^features\./), quantity: "parameters", published: "722,496" },
    { ...classifier, ...part("classifier", /^classifier\./), quantity: "parameters", published: "513,000" },
    { ...classifier, input: [224, 224], quantity: "MACs", published: "349,151,936" },
    { ...student, quantity: "parameters", published: "800,849" },
    { ...student, ...features, quantity: "parameters", published: "722,496" },
    { ...student, ...head, quantity: "parameters", published: "78,353" },
    { ...student, input: [384, 288], quantity: "MACs", published: "1,137,110,720" },
    { ...student, ...features, input: [384, 288], quantity: "MACs", published: "595,652,288" },
    { ...student, ...head, input: [384, 288], quantity: "MACs", published: "541,458,432" },
    {
      ...student,
      options: { joints: 17, head: "beforeUpsampling" },
      ...head,
      input: [384, 288],
      quantity: "MACs",
      published: "30,629,376",
    },
  ];
}

function hrnetFigures(): readonly PublishedFigure[] {
  const parts = [
    ["conv1", "1,728", "1,728"],
    ["bn1", "128", "128"],
    ["conv2", "36,864", "36,864"],
    ["bn2", "128", "128"],
    ["layer1", "286,208", "286,208"],
    ["transition1", "221,376", "332,064"],
    ["stage2", "390,848", "878,112"],
    ["transition2", "73,984", "166,272"],
    ["stage3", "6,821,632", "15,335,040"],
    ["transition3", "295,424", "664,320"],
    ["stage4", "20,407,232", "45,894,048"],
    ["final_layer", "561", "833"],
  ] as const;
  const networks = [
    {
      column: 1,
      model: "hrnet-w32",
      parameters: ["28,536,113", "28.5 M"],
      statistics: "54,336",
      macs: [
        [[256, 192], "7,645,003,776", "7.1 · 2^30"],
        [[384, 288], "17,201,258,496", "16.0 · 2^30"],
      ],
    },
    {
      column: 2,
      model: "hrnet-w48",
      parameters: ["63,595,745", "63.6 M"],
      statistics: "79,584",
      macs: [
        [[256, 192], "15,691,825,152", "14.6 · 2^30"],
        [[384, 288], "35,306,606,592", "32.9 · 2^30"],
      ],
    },
  ] as const;
  return networks.flatMap(({ column, model, parameters, statistics, macs }): readonly PublishedFigure[] => {
    const [counted, readme] = [
      { model, options: { joints: 17 }, source: "hrnet" },
      { model, options: { joints: 17 }, source: "hrnetReadme" },
    ] as const;
    return [
      { ...counted, quantity: "parameters", published: parameters[0] },
      { ...readme, quantity: "parameters", published: parameters[1] },
      ...parts.map((row): PublishedFigure => {
        const part = { name: row[0], of: new RegExp(`^${row[0]}\\.`) };
        return { ...counted, part, quantity: "parameters", published: row[column] };
      }),
      { ...counted, quantity: "statistics", published: statistics },
      ...macs.flatMap(([input, exact, rounded]): readonly PublishedFigure[] => [
        { ...counted, input, quantity: "MACs", published: exact },
        { ...readme, input, quantity: "MACs", published: rounded },
      ]),
    ];
  });
}

function exitFigures(): readonly PublishedFigure[] {
  const network = { model: "multi-hrnet-w32", source: "exits" } as const;
  const exits = [
    ["399,409", "1,342,439,424", /^intermediate_layers\.0\./, /^(?:conv\d|bn\d|layer1|transition1)\b/],
    ["937,841", "1,825,308,672", /^intermediate_layers\.1\./, /^(?:conv\d|bn\d|layer1|transition[12]|stage2)\b/],
    ["7,833,457", "4,742,971,392", /^intermediate_layers\.2\./, /^(?:conv\d|bn\d|layer1|transition\d|stage[23])\b/],
    ["28,536,113", "7,645,003,776", /^final_layer\./, /^(?!intermediate_layers)/],
  ] as const;
  return [
    { ...network, options: { joints: 17 }, quantity: "parameters", published: "28,538,357" },
    ...exits.flatMap(([parameters, macs, head, body], i): readonly PublishedFigure[] => [
      {
        ...network,
        options: { joints: 17, stages: i + 1 },
        part: { name: `exit ${i + 1} alone`, of: new RegExp(`^(?!intermediate_layers)|${head.source}`) },
        quantity: "parameters",
        published: parameters,
      },
      {
        ...network,
        options: { joints: 17 },
        part: { name: `up to exit ${i + 1}`, of: body },
        input: [256, 192],
        quantity: "MACs",
        published: macs,
      },
    ]),
  ];
}

function rtmposeFigures(): readonly PublishedFigure[] {
  const parameters = [
    ["t", 17, [256, 192], "3,337,007"],
    ["s", 17, [256, 192], "5,473,251"],
    ["m", 17, [256, 192], "13,587,611"],
    ["m", 17, [384, 288], "13,717,659"],
    ["l", 17, [256, 192], "27,660,339"],
    ["l", 17, [384, 288], "27,790,387"],
    ["x", 17, [384, 288], "49,434,283"],
    ["x", 26, [384, 288], "49,998,772"],
    ["m", 133, [256, 192], "17,953,039"],
    ["l", 133, [384, 288], "33,610,919"],
    ["x", 133, [384, 288], "56,709,919"],
  ] as const;
  const macs = [
    ["t", [256, 192], "354.6 M"],
    ["s", [256, 192], "676.2 M"],
    ["m", [256, 192], "1.917 G"],
    ["l", [256, 192], "4.142 G"],
    ["x", [384, 288], "17.16 G"],
  ] as const;
  const wholeBody = [
    ["t", [256, 192], "0.5 G"],
    ["s", [256, 192], "0.9 G"],
    ["m", [256, 192], "2.2 G"],
    ["l", [256, 192], "4.5 G"],
  ] as const;
  const differs = "the README does not say which operations it counts beside convolutions and linear layers";
  const figure = (size: string, joints: number, input: HeightWidth, published: string) =>
    ({ model: `rtmpose-${size}`, options: { joints }, input, published, source: "rtmpose" }) as const;
  return [
    ...parameters.map(
      ([size, joints, input, published]) => ({ ...figure(size, joints, input, published), quantity: "parameters" }) as const,
    ),
    ...macs.map(([size, input, published]) => ({ ...figure(size, 17, input, published), quantity: "MACs" }) as const),
    ...wholeBody.map(
      ([size, input, published]) => ({ ...figure(size, 133, input, published), quantity: "MACs", source: "dwposeReadme" }) as const,
    ),
    { ...figure("l", 133, [384, 288], "10.1 G"), quantity: "MACs", source: "dwposeReadme", differs },
  ];
}

function openPoseFigures(): readonly PublishedFigure[] {
  const network = { model: "openpose-lite", source: "openPose" } as const;
  const one = { ...network, options: { refinements: 1 } };
  const parts = [
    ["model", "1,613,120"],
    ["cpm", "265,856"],
    ["initial_stage", "604,089"],
    ["refinement_stages", "1,608,633"],
  ] as const;
  return [
    { ...network, options: { refinements: 0 }, quantity: "parameters", published: "2,483,065" },
    { ...one, quantity: "parameters", published: "4,091,698" },
    ...parts.map(
      ([name, published]): PublishedFigure => ({
        ...one,
        part: { name, of: new RegExp(`^${name}\\.`) },
        quantity: "parameters",
        published,
      }),
    ),
    { ...network, options: { refinements: 3 }, quantity: "parameters", published: "7,308,964" },
    { ...one, input: [368, 368], quantity: "MACs", published: "8,881,647,616" },
    { ...one, input: [256, 456], quantity: "MACs", published: "7,656,013,824" },
  ];
}

function compactOpenPoseFigures(): readonly PublishedFigure[] {
  const of = (model: string): Pick<PublishedFigure, "model" | "options" | "source"> => ({ model, options: {}, source: "compactOpenPose" });
  const convolutions = { part: { name: "convolutions", of: /^(?!.*\.bn\.)/ } };
  const norms = { part: { name: "batch norms", of: /\.bn\./ } };
  const [tiny, medium, document] = [of("openpose-tiny"), of("openpose-medium"), of("openpose-tiny-378k")];
  return [
    { ...tiny, quantity: "parameters", published: "112,257" },
    { ...tiny, ...convolutions, quantity: "parameters", published: "111,409" },
    { ...tiny, ...norms, quantity: "parameters", published: "848" },
    { ...tiny, input: [128, 128], quantity: "MACs", published: "87.6 M" },
    { ...medium, ...convolutions, quantity: "parameters", published: "656,889" },
    { ...medium, ...norms, quantity: "parameters", published: "2,112" },
    { ...medium, input: [128, 128], quantity: "MACs", published: "348.1 M" },
    { ...document, quantity: "parameters", published: "378,009" },
    { ...document, quantity: "parameters", published: "378 K" },
  ];
}
