/** Elements that a thread takes at once: one, or a vec4 of four. */
export type Lanes = 1 | 4;
