/** `text` as a netstring: its length, a colon, itself, a comma. */
export function toNetstring(text: string): string {
  return `${Buffer.byteLength(text)}:${text},`
}

/** A splitter of a stream of netstrings: give it what came, it returns what is complete. Trusts its peer, a program of the test. */
export function netstrings(): (chunk: Buffer) => string[] {
  let waiting = Buffer.alloc(0)
  return (chunk) => {
    waiting = Buffer.concat([waiting, chunk])
    const texts: string[] = []
    for (;;) {
      const colon = waiting.indexOf(':')
      const end = colon + 1 + Number(waiting.subarray(0, Math.max(colon, 0)).toString())
      if (colon < 0 || waiting.length <= end) return texts
      texts.push(waiting.subarray(colon + 1, end).toString())
      waiting = waiting.subarray(end + 1)
    }
  }
}
