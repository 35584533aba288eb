import { fromBase64, toBase64 } from './base64.ts'

/** A C2SP signed note: text, and signatures that need not be of keys one knows. */
export interface Note {
  /** Ends in a newline. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

export interface NoteSignature {
  readonly name: string
  /** First four bytes of the key’s hash, as a number. */
  readonly keyId: number
  /** What follows the key id: its meaning is the key’s. */
  readonly signature: Uint8Array
}

/** Sixteen post-quantum signatures take 55 KiB. */
const maxNoteChars = 256 * 1024
const maxSignatures = 64

/** A note’s parts, or undefined when the text is no signed note. Never throws. */
export function parseNote(note: string): Note | undefined {
  if (note.length > maxNoteChars || !note.isWellFormed() || hasControl(note)) return undefined
  const blank = note.lastIndexOf('\n\n')
  if (blank < 0 || !note.endsWith('\n')) return undefined
  const signatures = parseSignatures(note.slice(blank + 2))
  return signatures && { text: note.slice(0, blank + 1), signatures }
}

/** Signature lines (as a witness answers with them), each ended by a newline; undefined when one is none. Never throws. */
export function parseSignatures(text: string): NoteSignature[] | undefined {
  if (text === '' || !text.endsWith('\n')) return undefined
  const lines = text.slice(0, -1).split('\n')
  if (lines.length > maxSignatures) return undefined
  const signatures = lines.map(parseSignature).filter((signature) => signature !== undefined)
  return signatures.length === lines.length ? signatures : undefined
}

/** Whether a key may have this name: not empty, no space, no plus. */
export function isKeyName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !hasControl(name) && !/[\p{White_Space}+]/u.test(name)
}

export function serializeNote({ text, signatures }: Note): string {
  return `${text}\n${signatures.map(serializeSignature).join('')}`
}

export function serializeSignature({ name, keyId, signature }: NoteSignature): string {
  const bytes = new Uint8Array(4 + signature.length)
  new DataView(bytes.buffer).setUint32(0, keyId)
  bytes.set(signature, 4)
  return `— ${name} ${toBase64(bytes)}\n`
}

function parseSignature(line: string): NoteSignature | undefined {
  const [dash, name, base64, ...more] = line.split(' ')
  if (dash !== '—' || name === undefined || base64 === undefined || more.length > 0) return undefined
  const bytes = fromBase64(base64)
  if (bytes === undefined || bytes.length < 5 || !isKeyName(name)) return undefined
  const keyId = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  return { name, keyId, signature: bytes.subarray(4) }
}

function hasControl(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  return /[\u0000-\u0009\u000b-\u001f]/.test(text)
}
