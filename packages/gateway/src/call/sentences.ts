/** Cuts text that comes word by word into pieces that can be spoken; joined again they are the text, to the letter. */
export interface Sentences {
  push(token: string): readonly string[]
  /** Nothing more comes of it. */
  flush(): string | undefined
}

/** Shorter ones sound chopped, and `Mr.` is no sentence. */
const minLength = 12
/** What is longer is cut at a blank. */
const maxLength = 300
const endOfSentence = /[.!?…。！？](?:["'”’)\]]*)\s+|[。！？]|\n+/g

export function sentences(): Sentences {
  let held = ''
  return {
    push(token) {
      held += token
      const out: string[] = []
      for (let end = nextEnd(held); end !== undefined; end = nextEnd(held)) {
        out.push(held.slice(0, end))
        held = held.slice(end)
      }
      return out
    },
    flush() {
      const last = held
      held = ''
      return last === '' ? undefined : last
    },
  }
}

function nextEnd(text: string): number | undefined {
  endOfSentence.lastIndex = 0
  for (let found = endOfSentence.exec(text); found !== null; found = endOfSentence.exec(text)) {
    const end = found.index + found[0].length
    if (end >= minLength) return end <= maxLength ? end : blankBefore(text)
  }
  return text.length > maxLength ? blankBefore(text) : undefined
}

function blankBefore(text: string): number {
  const head = text.slice(0, maxLength)
  const comma = Math.max(head.lastIndexOf(', '), head.lastIndexOf('; ')) + 1
  const blank = Math.max(comma > maxLength / 2 ? comma : 0, head.lastIndexOf(' '))
  return blank > 0 ? blank + 1 : isHighSurrogate(head) ? maxLength - 1 : maxLength
}

/** Half a character is never cut off. */
function isHighSurrogate(head: string): boolean {
  const code = head.charCodeAt(head.length - 1)
  return code >= 0xd800 && code <= 0xdbff
}
