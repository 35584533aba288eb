/** Whether a text is one of `patterns`, in which `*` stands for anything. Without patterns every text is. */
export function globs(patterns: readonly string[] | undefined): (text: string) => boolean {
  if (patterns === undefined) return () => true
  const parts = patterns.map((pattern) => pattern.split('*'))
  return (text) => parts.some((pieces) => matches(text, pieces))
}

/** Without a regular expression: its time grows with the text only, whatever the pattern. */
function matches(text: string, pieces: readonly string[]): boolean {
  const [head = '', ...rest] = pieces
  const tail = rest.pop()
  if (tail === undefined) return text === head
  if (!text.startsWith(head) || !text.endsWith(tail)) return false
  let at = head.length
  for (const piece of rest) {
    const found = text.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return at <= text.length - tail.length
}
