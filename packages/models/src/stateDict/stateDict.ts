/** The tensors of a model by name, with PyTorch's names and layouts (convolutions OIHW, linear layers [out, in]), as float32. */
export type StateDict = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
