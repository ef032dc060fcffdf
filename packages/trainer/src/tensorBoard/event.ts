/** The first event of a file, which says what the file is. */
export function encodeVersionEvent(wallSeconds: number): Uint8Array {
  return message([...doubleField(1, wallSeconds), ...bytesField(3, text("brain.Event:2"))]);
}

/** Scalars of one step: Event { 1 wall_time, 2 step, 5 Summary { 1 Value { 1 tag, 2 simple_value } } } (TensorFlow, core/util/event.proto). */
export function encodeScalarEvent(wallSeconds: number, step: number, scalars: Readonly<Record<string, number>>): Uint8Array {
  const values = Object.entries(scalars).flatMap(([tag, value]) => bytesField(1, [...bytesField(1, text(tag)), ...floatField(2, value)]));
  return message([...doubleField(1, wallSeconds), ...varintField(2, step), ...bytesField(5, values)]);
}

/** The step of an event that these functions encoded; 0 where none is written. */
export function stepOfEvent(event: Uint8Array): number {
  // wall_time comes first and is 9 bytes long.
  if (event[9] !== fieldKey(2, varint)) return 0;
  let step = 0;
  for (let at = 10, scale = 1; at < event.length; at++, scale *= 128) {
    step += (event[at]! & 0x7f) * scale;
    if (event[at]! < 0x80) break;
  }
  return step;
}

const varint = 0;
const bits64 = 1;
const lengthDelimited = 2;
const bits32 = 5;

function fieldKey(field: number, wireType: number): number {
  return (field << 3) | wireType;
}

function message(bytes: readonly number[]): Uint8Array {
  return Uint8Array.from(bytes);
}

function text(value: string): readonly number[] {
  return [...new TextEncoder().encode(value)];
}

function varintBytes(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return [...bytes, rest];
}

function varintField(field: number, value: number): readonly number[] {
  return [fieldKey(field, varint), ...varintBytes(value)];
}

function bytesField(field: number, bytes: readonly number[]): readonly number[] {
  return [fieldKey(field, lengthDelimited), ...varintBytes(bytes.length), ...bytes];
}

function doubleField(field: number, value: number): readonly number[] {
  return [fieldKey(field, bits64), ...new Uint8Array(Float64Array.of(value).buffer)];
}

function floatField(field: number, value: number): readonly number[] {
  return [fieldKey(field, bits32), ...new Uint8Array(Float32Array.of(value).buffer)];
}
