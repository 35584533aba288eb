import canonicalize from 'canonicalize'

/** Magic, version, length of the JSON. */
export const headerPrefixBytes = 8
/** A header is about 250 bytes. */
export const maxHeaderJsonBytes = 1_024

/** What stands in clear before a sealed body: four letters, version and length of the JSON as big-endian 16-bit numbers, the JSON in its canonical form (RFC 8785). */
export interface JsonHeader {
  /** Throws `RangeError` when it is too long. */
  serialize(info: object): Uint8Array
  /** Whole length of the header that starts with `prefix`; undefined when it is none of this kind. */
  bytes(prefix: Uint8Array): number | undefined
  /** The JSON of the header that `bytes` starts with, unchecked, and the header; undefined when there is none. Never throws. */
  parse(bytes: Uint8Array): { readonly json: unknown; readonly header: Uint8Array } | undefined
}

export function jsonHeader(magic: string, version: number): JsonHeader {
  const bytes = (prefix: Uint8Array): number | undefined => {
    if (prefix.length < headerPrefixBytes) return undefined
    const view = new DataView(prefix.buffer, prefix.byteOffset, headerPrefixBytes)
    const ours =
      new TextDecoder('latin1').decode(prefix.subarray(0, 4)) === magic && view.getUint16(4) === version
    const jsonBytes = view.getUint16(6)
    return ours && jsonBytes <= maxHeaderJsonBytes ? headerPrefixBytes + jsonBytes : undefined
  }
  return {
    serialize(info) {
      const json = new TextEncoder().encode(canonicalize({ ...info }))
      if (json.length > maxHeaderJsonBytes) throw new RangeError('the header is too long')
      const header = new Uint8Array(headerPrefixBytes + json.length)
      header.set(new TextEncoder().encode(magic))
      const view = new DataView(header.buffer)
      view.setUint16(4, version)
      view.setUint16(6, json.length)
      header.set(json, headerPrefixBytes)
      return header
    },
    bytes,
    parse(all) {
      const length = bytes(all)
      if (length === undefined || all.length < length) return undefined
      const header = all.subarray(0, length)
      try {
        const text = new TextDecoder('utf-8', { fatal: true }).decode(header.subarray(headerPrefixBytes))
        return { json: JSON.parse(text) as unknown, header }
      } catch {
        return undefined
      }
    },
  }
}
