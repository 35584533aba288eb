import { createHmac } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, TenantId } from '#kernel'
import type { SpeakingVoice, SpeakRequest } from './voice-contract.ts'

/** How what is kept is sealed; the tenant's keys have this shape. */
export interface PromptSeal {
  seal(tenant: TenantId, text: string, context: string): string
  /** Throws when it was changed, or its key is gone. */
  open(tenant: TenantId, sealed: string, context: string): string
  /** 32 bytes, the same for the same tenant and purpose. Throws when its keys are closed. */
  hmacKey(tenant: TenantId, purpose: string): Uint8Array
}

export interface PromptCacheDeps {
  readonly clock: Clock
  readonly folder: string
  readonly keepMs: number
  readonly maxBytes: number
  /** Whether anything of this tenant may be kept. */
  readonly mayKeep: (tenant: TenantId) => boolean
  readonly seal: PromptSeal
  readonly count: (name: string) => void
}

/** Speech that was made once, sealed under its tenant's key, in files whose names tell nothing. */
export interface PromptCache {
  /**
   * The voice, giving again what was kept of a request that says `cache`, and keeping it. A cache that fails costs time and no words.
   *
   * @param settings - All that decides how it sounds: under others nothing that was kept is given.
   */
  of(voice: SpeakingVoice, settings: object): SpeakingVoice
  /** Deletes what is too old, then the oldest until the rest fits. Never rejects. */
  prune(): Promise<void>
}

/** A prompt that is longer, two minutes, is not kept. */
const maxPromptBytes = 1_024 * 1_024
/** Base64, and what a seal adds. */
const sealedBytesPerByte = 1.4
const ending = '.prompt'

export function promptCache(deps: PromptCacheDeps): PromptCache {
  const { clock, folder, keepMs, maxBytes, seal } = deps
  let sinceMs = Number.NEGATIVE_INFINITY
  let keptBytes = 0
  let pruning: Promise<void> = Promise.resolve()

  /** Nobody without the tenant's key can tell what was said, not even by trying. */
  function nameOf(settings: object, { tenant, text, language }: SpeakRequest): string {
    const key = seal.hmacKey(tenant, 'spoken prompts')
    const mac = createHmac('sha256', key).update(JSON.stringify([tenant, settings, language ?? null, text]))
    return mac.digest('hex')
  }
  async function read(name: string, tenant: TenantId): Promise<Uint8Array | undefined> {
    const file = join(folder, name + ending)
    try {
      const { mtimeMs, size } = await stat(file)
      if (clock.now() - mtimeMs > keepMs || size > maxPromptBytes * sealedBytesPerByte + 1_024)
        return undefined
      return Buffer.from(seal.open(tenant, await readFile(file, 'utf8'), contextOf(name)), 'base64')
    } catch {
      return undefined // none, changed, or of a key that is gone: it is made again
    }
  }
  async function write(name: string, tenant: TenantId, pieces: readonly Uint8Array[]): Promise<void> {
    try {
      const sealed = seal.seal(tenant, Buffer.concat(pieces).toString('base64'), contextOf(name))
      if (sealed.length > maxBytes) return
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const file = join(folder, name)
      await writeFile(`${file}.tmp`, sealed, { mode: 0o600 })
      const seconds = clock.now() / 1_000
      await utimes(`${file}.tmp`, seconds, seconds)
      await rename(`${file}.tmp`, file + ending)
      keptBytes += sealed.length
      if (keptBytes > maxBytes || clock.now() - sinceMs > pruneMs) await prune()
    } catch {
      deps.count('prompt_cache_failed')
    }
  }
  function prune(): Promise<void> {
    pruning = pruning.then(sweep).catch(() => deps.count('prompt_cache_failed'))
    return pruning
  }
  async function sweep(): Promise<void> {
    sinceMs = clock.now()
    const names = await readdir(folder).catch(() => [])
    const files = await Promise.all(
      names.map(async (name) => {
        const file = join(folder, name)
        const { mtimeMs, size } = await stat(file).catch(() => ({ mtimeMs: 0, size: 0 }))
        return { file, mtimeMs, size, isOurs: name.endsWith(ending) }
      }),
    )
    keptBytes = 0
    for (const { file, mtimeMs, size, isOurs } of files.toSorted((a, b) => b.mtimeMs - a.mtimeMs)) {
      const isOld = clock.now() - mtimeMs > (isOurs ? keepMs : tmpMs)
      if (isOld || keptBytes + size > maxBytes) await rm(file, { force: true })
      else keptBytes += size
    }
  }
  async function* sayKept(
    voice: SpeakingVoice,
    settings: object,
    request: SpeakRequest,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, void> {
    const { tenant } = request
    const name = nameOrNone(() => nameOf(settings, request))
    const kept = name === undefined ? undefined : await read(name, tenant)
    if (signal.aborted) return
    if (kept !== undefined) {
      deps.count('prompt_cache_hits')
      return yield new Uint8Array(kept)
    }
    const pieces: Uint8Array[] = []
    let bytes = 0
    for await (const piece of voice.speak(request, signal)) {
      bytes += piece.length
      if (bytes <= maxPromptBytes) pieces.push(new Uint8Array(piece))
      yield piece
    }
    if (name !== undefined && bytes > 0 && bytes <= maxPromptBytes && !signal.aborted)
      await write(name, tenant, pieces)
  }
  return {
    of: (voice, settings) => ({
      facts: voice.facts,
      get health() {
        return voice.health
      },
      speak: (request, signal) =>
        request.cache === true && keepMs > 0 && deps.mayKeep(request.tenant)
          ? sayKept(voice, settings, request, signal)
          : voice.speak(request, signal),
      [Symbol.asyncDispose]: () => voice[Symbol.asyncDispose](),
    }),
    prune,
  }
}

const pruneMs = 3_600_000
/** A file that nobody finished. */
const tmpMs = 60_000

function contextOf(name: string): string {
  return `prompt ${name}`
}

function nameOrNone(name: () => string): string | undefined {
  try {
    return name()
  } catch {
    return undefined // the tenant's keys are closed: nothing of it is read, or kept
  }
}
