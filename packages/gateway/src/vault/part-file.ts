import { createHash } from 'node:crypto'
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { VaultError } from './error.ts'

/** The few things a recorder asks of a disk. */
export interface RecordingFs {
  /** Creates `path` (mode 0600); fails when it is there already. */
  create(path: string): Promise<RecordingFile>
  rename(from: string, to: string): Promise<void>
  /** Makes names in the directory durable. */
  syncDirectory(path: string): Promise<void>
}
export interface RecordingFile {
  write(bytes: Uint8Array, position: number): Promise<void>
  sync(): Promise<void>
  close(): Promise<void>
}

export const nodeRecordingFs: RecordingFs = {
  async create(path) {
    const file = await open(path, 'wx', 0o600)
    return {
      async write(bytes, position) {
        for (let done = 0; done < bytes.length;)
          done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten
      },
      sync: () => file.datasync(),
      close: () => file.close(),
    }
  },
  rename,
  async syncDirectory(path) {
    const directory = await open(path, 'r')
    await directory.sync().finally(() => directory.close())
  },
}

/** A file that grows in order under `<path>.part` and takes its name when it is whole. */
export interface PartFile {
  /** Resolves when the file exists durably under its `.part` name; rejects (`VaultError`) when it cannot be made. */
  readonly created: Promise<void>
  /** Bytes that reached the file. */
  readonly written: number
  /** SHA-256 of them, lower-case hex. */
  sha256(): string
  /** Queues bytes, which are ours from now on. False when the queue is full: nothing was taken. */
  push(bytes: Uint8Array): boolean
  /** Asks for an fsync after what is queued. */
  sync(): void
  /** Writes what is queued, syncs, renames, syncs the directory. Rejects (`VaultError`) when any of it failed. */
  publish(): Promise<void>
  /** Closes after a failure; what was written stays under its `.part` name. Never rejects. */
  abandon(): Promise<void>
}

/** @param onFailure - Told once, when the disk refused; nothing is written after that. */
export function partFile(
  path: string,
  fs: RecordingFs,
  maxQueuedBytes: number,
  onFailure: (cause: unknown) => void,
): PartFile {
  const queue: (Uint8Array | 'sync')[] = []
  const hash = createHash('sha256')
  let written = 0
  let queuedBytes = 0
  let file: RecordingFile | undefined
  let failed: { readonly cause: unknown } | undefined
  let pumping: Promise<void> | undefined

  const guard = async (work: () => Promise<void>): Promise<void> => {
    if (failed) return
    try {
      await work()
    } catch (cause) {
      failed = { cause }
      queue.length = 0
      onFailure(cause)
    }
  }
  const refuse = () => {
    if (failed)
      throw new VaultError('VAULT_WRITE_FAILED', 'the recording cannot be written', { cause: failed.cause })
  }
  const creating = guard(async () => {
    file = await fs.create(`${path}.part`)
    await fs.syncDirectory(dirname(path))
  })
  const put = async (item: Uint8Array | 'sync') => {
    if (item === 'sync') return file?.sync()
    await file?.write(item, written)
    queuedBytes -= item.length
    written += item.length
    hash.update(item)
  }
  const drain = async () => {
    await creating
    await guard(async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await put(item)
    })
  }
  const pump = () => {
    pumping ??= drain().finally(() => {
      pumping = undefined
      if (queue.length > 0 && !failed) pump()
    })
  }
  const settled = async (): Promise<void> => {
    await pumping
    if (pumping) await settled()
  }
  const created = creating.then(refuse)
  created.catch(() => {}) // told by onFailure too; whoever needs it awaits it
  return {
    created,
    get written() {
      return written
    },
    sha256: () => hash.copy().digest('hex'),
    push(bytes) {
      if (failed || queuedBytes + bytes.length > maxQueuedBytes) return false
      queue.push(bytes)
      queuedBytes += bytes.length
      pump()
      return true
    },
    sync() {
      if (failed || queue.at(-1) === 'sync') return
      queue.push('sync')
      pump()
    },
    async publish() {
      await creating
      await settled()
      await guard(async () => {
        await file?.sync()
        await file?.close()
        file = undefined
        await fs.rename(`${path}.part`, path)
        await fs.syncDirectory(dirname(path))
      })
      refuse()
    },
    async abandon() {
      await creating
      await settled()
      await file?.sync().catch(() => {})
      await file?.close().catch(() => {})
      file = undefined
    },
  }
}
