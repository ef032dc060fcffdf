/** A tensor in PyTorch's layout. */
export interface PeerTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What a peer is asked to do, whole: sent once to its process. */
export interface PeerTask {
  /** The peer's module, a file URL: exports `createPeer(task)`, which gives its version and a function to run it once. */
  readonly module: string;
  readonly backend: string;
  /** A forward pass gives the heatmaps [n,k,h/4,w/4], a step of Adam on the mean squared error its loss. */
  readonly task: "forward" | "step";
  /** Of the student, by PyTorch's names and in its layouts. */
  readonly weights: ReadonlyMap<string, PeerTensor>;
  /** Normalised image, [n,3,h,w]. */
  readonly x: PeerTensor;
  /** Heatmaps to learn, [n,k,h/4,w/4]. */
  readonly target: PeerTensor;
  readonly learningRate: number;
  /** Interpreter for peers that are written in Python. */
  readonly python: string;
  /** Whether Dawn validates and shaders check bounds, as in Kindling beside it. */
  readonly validate: boolean;
}

/** What is sent to a peer's process: the task first, then a request a run. */
export type PeerRequest = { readonly kind: "create"; readonly task: PeerTask } | { readonly kind: "run" };

/** What comes back, one for each request. */
export type PeerReply =
  | { readonly kind: "created"; readonly version: string; readonly adapter: string; readonly reduced: boolean }
  | { readonly kind: "ran"; readonly milliseconds: number; readonly result: Float32Array | number }
  | { readonly kind: "failed"; readonly message: string };

/** What a run gives: a peer may measure itself, where what brings the result to its module would count. */
export type PeerResult = Float32Array | number | { readonly milliseconds: number; readonly result: Float32Array | number };

/** What a peer's module exports. */
export interface PeerModule {
  createPeer(task: PeerTask): Promise<{
    readonly version: string;
    /** Whether it rounds to less than f32, so that its results may differ more. */
    readonly reduced?: boolean;
    run(): Promise<PeerResult>;
  }>;
}
