import type { Chance } from './chance.ts'

export interface MutateOptions {
  readonly chance: Chance
  /** Words of the format, which blind changes would hardly find. */
  readonly words: readonly Uint8Array[]
  readonly maxBytes: number
  /** Where a second input to splice with comes from. */
  readonly other: () => Uint8Array
}

type Change = (input: Uint8Array, o: MutateOptions) => Uint8Array

const lf = 0x0a
const interestingNumbers = [
  '0',
  '1',
  '-1',
  '127',
  '255',
  '65535',
  '65536',
  '2147483648',
  '4294967296',
  '1e9',
  '00',
]
const interestingBytes = [0x00, 0x09, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x3a, 0x3b, 0x3c, 0x7f, 0x80, 0xc0, 0xff]

const concat = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts))

const changes: readonly Change[] = [
  function flipBit(input, { chance }) {
    return withByte(input, chance, (byte) => byte ^ (1 << chance.below(8)))
  },
  function setByte(input, { chance }) {
    return withByte(input, chance, () => chance.pick(interestingBytes) ?? 0)
  },
  function anyByte(input, { chance }) {
    return withByte(input, chance, () => chance.below(256))
  },
  function insertWord(input, { chance, words }) {
    return insert(input, chance, chance.pick(words) ?? new Uint8Array(1))
  },
  function removePart(input, { chance }) {
    const [from, to] = part(input, chance)
    return concat(input.subarray(0, from), input.subarray(to))
  },
  function repeatPart(input, { chance }) {
    const [from, to] = part(input, chance)
    const times = chance.oneIn(20) ? 200 : 1 + chance.below(4)
    return insert(input, chance, concat(...Array.from({ length: times }, () => input.subarray(from, to))))
  },
  function splice(input, { chance, other }) {
    const second = other()
    return concat(
      input.subarray(0, chance.below(input.length + 1)),
      second.subarray(chance.below(second.length + 1)),
    )
  },
  function otherNumber(input, { chance }) {
    const text = Buffer.from(input).toString('latin1')
    const numbers = [...text.matchAll(/\d+/g)]
    const match = chance.pick(numbers)
    if (match === undefined) return input
    const { index } = match
    const value = Buffer.from(chance.pick(interestingNumbers) ?? '0')
    return concat(input.subarray(0, index), value, input.subarray(index + match[0].length))
  },
  function repeatLine(input, { chance }) {
    return onLines(
      input,
      (lines) => void lines.splice(chance.below(lines.length), 0, chance.pick(lines) ?? ''),
    )
  },
  function removeLine(input, { chance }) {
    return onLines(input, (lines) => void lines.splice(chance.below(lines.length), 1))
  },
  function swapLines(input, { chance }) {
    return onLines(input, (lines) => {
      const [a, b] = [chance.below(lines.length), chance.below(lines.length)]
      const [first = '', second = ''] = [lines[a], lines[b]]
      lines[a] = second
      lines[b] = first
    })
  },
  function bigEndianNumber(input, { chance }) {
    if (input.length < 4) return input
    const out = input.slice()
    const at = chance.below(input.length - 3)
    const view = new DataView(out.buffer)
    if (chance.oneIn(2)) view.setUint16(at, chance.pick([0, 1, 0x7fff, 0x8000, 0xffff]) ?? 0)
    else view.setUint32(at, chance.pick([0, 1, 0x7fffffff, 0x80000000, 0xffffffff]) ?? 0)
    return out
  },
]

/** Gives an input with one to four changes; the one it was made from stays as it is. */
export function mutate(input: Uint8Array, options: MutateOptions): Uint8Array {
  const { chance, maxBytes } = options
  let out = input
  for (let count = 1 + chance.below(4); count > 0; count -= 1) {
    out = (chance.pick(changes) as Change)(out, options)
    if (out.length > maxBytes) out = out.subarray(0, maxBytes)
  }
  return out
}

function withByte(input: Uint8Array, chance: Chance, change: (byte: number) => number): Uint8Array {
  if (input.length === 0) return new Uint8Array([chance.below(256)])
  const out = input.slice()
  const at = chance.below(out.length)
  out[at] = change(out[at] ?? 0)
  return out
}

function insert(input: Uint8Array, chance: Chance, added: Uint8Array): Uint8Array {
  const at = chance.below(input.length + 1)
  return concat(input.subarray(0, at), added, input.subarray(at))
}

/** Mostly short parts, now and then half of it all. */
function part(input: Uint8Array, chance: Chance): [from: number, to: number] {
  const from = chance.below(input.length + 1)
  const length = 1 + chance.below(chance.oneIn(8) ? Math.max(1, input.length >> 1) : 16)
  return [from, Math.min(input.length, from + length)]
}

function onLines(input: Uint8Array, change: (lines: string[]) => void): Uint8Array {
  if (!input.includes(lf)) return input
  const lines = Buffer.from(input).toString('latin1').split('\n')
  change(lines)
  return new Uint8Array(Buffer.from(lines.join('\n'), 'latin1'))
}
