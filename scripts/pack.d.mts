/** What unpack() of bindings/unpack.ts takes. */
export function pack(data: Uint8Array): Uint8Array;
