import type { Checkpoint } from './checkpoint.ts'

const encoder = new TextEncoder()
const subtreeLabel = encoder.encode('subtree/v1\n\0')

/** What a plain note signature covers: the text itself. */
export function noteMessage(text: string): Uint8Array {
  return encoder.encode(text)
}

/** What an Ed25519 cosignature covers (C2SP tlog-cosignature, “Ed25519 signed message”). */
export function cosignatureMessage(text: string, timeS: number): Uint8Array {
  return encoder.encode(`cosignature/v1\ntime ${timeS}\n${text}`)
}

/** What an ML-DSA-44 cosignature covers, here always a whole tree (C2SP tlog-cosignature, “ML-DSA-44 signed message”). */
export function subtreeMessage(name: string, { origin, size, root }: Checkpoint, timeS: number): Uint8Array {
  return Buffer.concat([
    subtreeLabel,
    opaque(name),
    uint64(timeS),
    opaque(origin),
    uint64(0),
    uint64(size),
    root,
  ])
}

function opaque(text: string): Uint8Array {
  const bytes = encoder.encode(text)
  return Buffer.concat([new Uint8Array([bytes.length]), bytes])
}

function uint64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}
