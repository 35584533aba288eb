/** What a certificate's holder may speak for (RFC 8226 §9). */
export type TnAuthority =
  | { readonly kind: 'spc'; readonly code: string }
  | { readonly kind: 'range'; readonly start: string; readonly count: number }
  | { readonly kind: 'one'; readonly number: string }

const sequenceTag = 0x30
const ia5StringTag = 0x16
const integerTag = 0x02
const contextTag = 0xa0 // constructed, for explicit tagging

export const tnAuthListId = '1.3.6.1.5.5.7.1.26'

/** DER of a TNAuthList extension's value. */
export function serializeTnAuthList(entries: readonly TnAuthority[]): Uint8Array {
  return tlv(sequenceTag, ...entries.map(entryOf))
}

function entryOf(entry: TnAuthority): Uint8Array {
  switch (entry.kind) {
    case 'spc':
      return tlv(contextTag, ia5(entry.code))
    case 'range':
      return tlv(contextTag + 1, tlv(sequenceTag, ia5(entry.start), integer(entry.count)))
    case 'one':
      return tlv(contextTag + 2, ia5(entry.number))
  }
}

function ia5(text: string): Uint8Array {
  return tlv(ia5StringTag, new TextEncoder().encode(text))
}

function integer(value: number): Uint8Array {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
  return (bytes[0] ?? 0) > 0x7f ? tlv(integerTag, Uint8Array.of(0), bytes) : tlv(integerTag, bytes)
}

function tlv(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Uint8Array.of(tag, ...size), content])
}
