/** One thing to find out on a GPU server: commands that run one after the other until one fails. */
export interface Step {
  readonly name: string;
  /** Steps that belong together fit one call of ten minutes. */
  readonly group: Group;
  /** The longest that all its commands together may take. */
  readonly seconds: number;
  readonly commands: readonly StepCommand[];
}

export type Group = (typeof groups)[number];

/** In this order. */
export const groups = ["check", "speed", "training"] as const;

/** A process: its words, and the file of the step's folder that gets its standard output (standard error goes to `log.txt`). */
export interface StepCommand {
  /** `kindling` and `pytorch` are the packed ones, started by the packed Node and by the machine's `python3`; others are the machine's. */
  readonly program: "kindling" | "pytorch" | "nvidia-smi";
  readonly words: readonly string[];
  readonly output: string;
}

/** Where steps write, and how much they do. */
export interface StepOptions {
  /** Holds a folder a step, which is made before it begins; what they write there is brought back. */
  readonly results: string;
  /** For data and runs that nobody brings back. */
  readonly scratch: string;
  /** A small part of everything, for a software adapter: to try out a pack where there is no GPU. */
  readonly quick: boolean;
}

/** Everything that is run on a GPU server, in order. */
export function gpuServerSteps({ results, scratch, quick }: StepOptions): readonly Step[] {
  const kindling = (output: string, ...words: string[]): StepCommand => ({ program: "kindling", words, output });
  // A command a part, because a benchmark writes its report at its end: what one that is stopped had measured is lost.
  const bench = (name: string, what: string, parts: readonly string[], ...words: string[]): readonly StepCommand[] =>
    parts.map((only) => {
      const folder = only.replaceAll(" ", "-");
      return kindling(`${folder}.txt`, "bench", what, `out=${results}/${name}/${folder}`, `only=${only}`, ...words);
    });
  const kernels = (precision: string): readonly StepCommand[] =>
    bench(
      `kernels-${precision}`,
      "kernels",
      quick ? ["squeezenet fire9"] : ["hrnet", "squeezenet"],
      `precision=${precision}`,
      ...(quick ? ["batch=1", "rounds=1", "seconds=1"] : ["batch=32", "rounds=5", "seconds=2"]),
    );
  const teacher = quick ? "hrnet-w8" : "hrnet-w48";
  const steps = (precision: string): readonly StepCommand[] =>
    bench(
      `steps-${precision}`,
      "step",
      [`${teacher} forward`, "student forward", "student step"],
      `precision=${precision}`,
      `teacher=${teacher}`,
      ...(quick ? ["sizes=96x72x2", "rounds=1", "seconds=1"] : ["sizes=384x288x128", "rounds=5", "seconds=10"]),
    );
  const people = `${scratch}/people`;
  const train = (precision: string): StepCommand =>
    kindling(
      `${precision}.jsonl`,
      "train",
      "bench/gpu-server/student.yaml",
      "--json",
      `runs=${scratch}/runs`,
      `precision=${precision}`,
      ...["train", "validation"].flatMap((role) => [
        `data.${role}.data=${people}/annotations.json`,
        `data.${role}.images=${people}/images`,
      ]),
      ...(quick ? ["data.input=[96,72]", "data.sigma=1", "batchSize=4", "student.width=0.25", "epochs=2", "validateEvery=2"] : []),
    );
  const tune = (precision: string): StepCommand =>
    kindling(
      `${precision}.json`,
      "tune",
      "bench/gpu-server/student.yaml",
      "--json",
      `precision=${precision}`,
      ...(quick ? ["conv2d", "data.input=[96,72]", "data.sigma=1", "batchSize=2", "student.width=0.25", "budget=0"] : ["budget=0.5"]),
    );
  return [
    { name: "system", group: "check", seconds: 15, commands: [{ program: "nvidia-smi", words: ["-q"], output: "nvidia-smi.txt" }] },
    {
      name: "doctor",
      group: "check",
      seconds: 30,
      commands: [kindling("doctor.txt", "doctor"), kindling("doctor.json", "doctor", "--json")],
    },
    {
      name: "verify",
      group: "check",
      seconds: 150,
      commands: [kindling("verify.json", "verify", "--json", ...(quick ? ["only=ops/conv2d"] : []))],
    },
    {
      name: "gradcheck",
      group: "check",
      seconds: 320,
      commands: [kindling("gradcheck.json", "gradcheck", "--json", ...(quick ? ["maxPool2d", "relu"] : []))],
    },
    // First, so that the others compute with what it finds: the choices lie in the pack's cache.
    { name: "tune", group: "speed", seconds: 90, commands: [tune("f32"), tune("f16")] },
    { name: "steps-f32", group: "speed", seconds: 150, commands: steps("f32") },
    { name: "steps-f16", group: "speed", seconds: 120, commands: steps("f16") },
    {
      name: "roofline",
      group: "speed",
      seconds: 75,
      commands: [
        kindling(
          "roofline.txt",
          "bench",
          "roofline",
          `out=${results}/roofline`,
          "precision=both",
          `teacher=${teacher}`,
          quick ? "sizes=96x72x2" : "sizes=384x288x128",
          "rounds=3",
          "seconds=3",
        ),
      ],
    },
    { name: "kernels-f32", group: "speed", seconds: 65, commands: kernels("f32") },
    { name: "kernels-f16", group: "speed", seconds: 65, commands: kernels("f16") },
    { name: "demo", group: "training", seconds: 90, commands: [kindling("demo.json", "demo", `${scratch}/demo`, "--json")] },
    {
      name: "train",
      group: "training",
      seconds: 180,
      commands: [
        kindling("people.txt", "data", "synthesize", people, `count=${quick ? 6 : 1024}`, quick ? "size=96x72" : "size=384x384"),
        train("f32"),
        train("f16"),
      ],
    },
    {
      name: "pytorch",
      group: "training",
      seconds: 150,
      commands: [{ program: "pytorch", words: quick ? ["--batch=2", "--height=96", "--width=96"] : [], output: "pytorch.jsonl" }],
    },
  ];
}
