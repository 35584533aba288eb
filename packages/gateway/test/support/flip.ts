/** Where one bit was changed. */
export interface Flip<T> {
  readonly changed: T
  readonly at: string
}

/** Changes one bit of one byte. */
export function flipBytes(bytes: Uint8Array, chance: () => number): Flip<Uint8Array> {
  const at = Math.floor(chance() * bytes.length)
  return flipAt(bytes, at, Math.floor(chance() * 8))
}

function flipAt(bytes: Uint8Array, at: number, bit: number): Flip<Uint8Array> {
  const changed = new Uint8Array(bytes)
  changed[at] = (changed[at] ?? 0) ^ (1 << bit)
  return { changed, at: `byte ${at} of ${bytes.length}, bit ${bit}` }
}

/** Changes one of the seven bits of one character, never into one that PostgreSQL cannot keep. */
export function flipText(text: string, chance: () => number): Flip<string> {
  for (;;) {
    const { changed, at } = flipAt(
      Buffer.from(text, 'latin1'),
      Math.floor(chance() * text.length),
      Math.floor(chance() * 7),
    )
    if (!changed.includes(0)) return { changed: Buffer.from(changed).toString('latin1'), at }
  }
}
