import type { ByteSource } from '#kernel'
import type { ObjectRef, ObjectStore } from './contract.ts'
import { ObjectError } from './error.ts'

const firstBlockBytes = 64 * 1024
const maxBlockBytes = 1024 * 1024
const maxBlocks = 3

interface Block {
  readonly start: number
  readonly bytes: Promise<Uint8Array>
  readonly length: number
}

/**
 * Reads an object through ranges of its store. Reading on and on asks for ever larger blocks, up to 1 MiB; three are kept, so that the start,
 * the end and the place where a reader is cost no second request.
 */
export function storeSource(
  store: Pick<ObjectStore, 'get'>,
  ref: ObjectRef & { readonly bytes: number },
): ByteSource {
  const blocks: Block[] = []
  const forget = (block: Block) => {
    const at = blocks.indexOf(block)
    if (at >= 0) blocks.splice(at, 1)
  }
  const blockAt = (position: number): Block => {
    const known = blocks.find(({ start, length }) => position >= start && position < start + length)
    if (known !== undefined) return known
    const before = blocks.find(({ start, length }) => start + length === position)
    const size = before === undefined ? firstBlockBytes : Math.min(2 * before.length, maxBlockBytes)
    const length = Math.min(size, ref.bytes - position)
    const bytes = fetchRange(store, ref, position, length)
    const block = { start: position, length, bytes }
    bytes.catch(() => forget(block)) // the next read tries again
    blocks.push(block)
    if (blocks.length > maxBlocks) blocks.shift()
    return block
  }
  return {
    bytes: ref.bytes,
    async read(position, length) {
      const end = Math.min(position + length, ref.bytes)
      const result = new Uint8Array(Math.max(0, end - position))
      for (let at = position; at < end;) {
        const block = blockAt(at)
        const part = (await block.bytes).subarray(at - block.start, end - block.start)
        result.set(part, at - position)
        at += part.length
      }
      return result
    },
    async [Symbol.asyncDispose]() {
      blocks.length = 0
    },
  }
}

async function fetchRange(
  store: Pick<ObjectStore, 'get'>,
  ref: ObjectRef,
  start: number,
  length: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let filled = 0
  const stream = await store.get(ref, { start, end: start + length })
  for await (const part of stream as AsyncIterable<Uint8Array>) {
    if (filled + part.length > length) throw unlike()
    bytes.set(part, filled)
    filled += part.length
  }
  if (filled < length) throw unlike()
  return bytes
}

function unlike(): ObjectError {
  return new ObjectError('OBJECT_CORRUPT', 'the object has not the length that is listed')
}
