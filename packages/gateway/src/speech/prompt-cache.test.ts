import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, test } from 'node:test'
import { fakeClock, type TenantId } from '#kernel'
import { promptCache, type PromptSeal } from './prompt-cache.ts'
import type { SpeakingVoice } from './voice-contract.ts'

const never = new AbortController().signal
const [acme, other, ephemeral] = ['acme', 'other', 'ephemeral'] as TenantId[]

/** Not sealed at all, but bound to tenant and place as a seal is. */
function fakeSeal(o: { closed?: boolean } = {}): PromptSeal {
  return {
    seal: (tenant, text, context) =>
      Buffer.from(JSON.stringify([tenant, context, text])).toString('base64url'),
    open(tenant, sealed, context) {
      const [of, at, text] = JSON.parse(Buffer.from(sealed, 'base64url').toString()) as string[]
      if (of !== tenant || at !== context || text === undefined) throw new Error('tampered')
      return text
    },
    hmacKey(tenant) {
      if (o.closed === true) throw new Error('closed')
      return Buffer.from(tenant.padEnd(32))
    },
  }
}

function countingVoice(): SpeakingVoice & { asked: number } {
  const voice = {
    asked: 0,
    facts: { id: 'amy', kind: 'command', region: undefined, dataClasses: [], trainingOptOut: true } as const,
    health: 'up' as const,
    async *speak({ text }: { text: string }) {
      voice.asked += 1
      yield Buffer.from(text.slice(0, 3))
      if (text.includes('fails')) throw new Error('no')
      yield Buffer.from(text.slice(3))
    },
    [Symbol.asyncDispose]: async () => {},
  }
  return voice
}

describe('promptCache()', () => {
  const folders: string[] = []
  afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })))

  function cached(o: { seal?: PromptSeal; maxBytes?: number; keepMs?: number } = {}) {
    const folder = join(mkdtempSync(join(tmpdir(), 'voxkeep-prompts-')), 'prompts')
    folders.push(join(folder, '..'))
    const clock = fakeClock()
    const { seal = fakeSeal(), maxBytes = 100_000, keepMs = 1_000_000 } = o
    const mayKeep = (tenant: TenantId) => tenant !== ephemeral
    const cache = promptCache({ clock, folder, keepMs, maxBytes, mayKeep, seal, count: () => {} })
    const inner = countingVoice()
    const speak = async (
      text: string,
      {
        settings = { id: 'amy' },
        ...more
      }: { tenant?: TenantId; cache?: boolean; language?: string; settings?: object } = {},
    ) => {
      const pieces: Uint8Array[] = []
      const request = { tenant: acme as TenantId, text, dataClasses: [], cache: true, ...more }
      for await (const piece of cache.of(inner, settings).speak(request, never)) pieces.push(piece)
      return Buffer.concat(pieces).toString()
    }
    const files = () => (existsSync(folder) ? readdirSync(folder) : [])
    return { folder, clock, cache, inner, speak, files }
  }

  test('promptCache() gives again what was said, and asks the voice once', async () => {
    const { speak, inner, files } = cached()
    assert.equal(await speak('Welcome.'), 'Welcome.')
    assert.equal(await speak('Welcome.'), 'Welcome.')
    assert.equal(inner.asked, 1)
    assert.equal(files().length, 1)
  })

  test('promptCache() gives nothing once it is stopped, whether it was kept or not', async () => {
    const { speak, cache, inner } = cached()
    await speak('Welcome.')
    for (const text of ['Welcome.', 'Goodbye.']) {
      const stop = new AbortController()
      const request = { tenant: acme as TenantId, text, dataClasses: [], cache: true }
      const next = cache.of(inner, { id: 'amy' }).speak(request, stop.signal)[Symbol.asyncIterator]().next()
      stop.abort() // while the file is read
      assert.deepEqual(await next, { done: true, value: undefined })
    }
    assert.equal(inner.asked, 1)
  })

  test('promptCache() keeps nothing that nobody said to keep, and nothing that was not said to its end', async () => {
    const { speak, inner, files } = cached()
    await speak('Dear Ms Miller', { cache: false })
    await assert.rejects(speak('it fails'))
    assert.deepEqual(files(), [])
    await speak('Dear Ms Miller', { cache: false })
    assert.equal(inner.asked, 3)
  })

  test('promptCache() tells tenants, languages and texts apart, and neither text nor tenant is in its files’ names', async () => {
    const { speak, inner, files } = cached()
    await speak('Welcome.')
    await speak('Welcome.', { tenant: other as TenantId })
    await speak('Welcome.', { language: 'de-DE' })
    await speak('Welcome!')
    assert.equal(inner.asked, 4)
    for (const name of files()) assert.match(name, /^[0-9a-f]{64}\.prompt$/)
  })

  test('promptCache() keeps nothing of a tenant of whom nothing is kept', async () => {
    const { speak, inner, files } = cached()
    for (let time = 0; time < 2; time++) await speak('Welcome.', { tenant: ephemeral as TenantId })
    assert.deepEqual([inner.asked, files()], [2, []])
  })

  test('promptCache() asks a voice anew whose settings changed', async () => {
    const { speak, inner } = cached()
    await speak('Welcome.', { settings: { id: 'amy', model: 'old' } })
    await speak('Welcome.', { settings: { id: 'amy', model: 'new' } })
    assert.equal(inner.asked, 2)
    await speak('Welcome.', { settings: { id: 'amy', model: 'old' } })
    assert.equal(inner.asked, 2)
  })

  test('promptCache() gives no file that was changed, or that lies where another belongs', async () => {
    const { speak, inner, files, folder } = cached()
    await speak('Welcome.')
    const [first = ''] = files()
    await speak('Goodbye.')
    const second = files().find((name) => name !== first) ?? ''
    writeFileSync(join(folder, second), readFileSync(join(folder, first)))
    assert.equal(await speak('Goodbye.'), 'Goodbye.')
    writeFileSync(join(folder, first), 'nonsense')
    assert.equal(await speak('Welcome.'), 'Welcome.')
    assert.equal(inner.asked, 4)
  })

  test('promptCache() forgets what is too old, and the oldest where it takes too much room', async () => {
    const { speak, clock, files, inner } = cached({ maxBytes: 600 })
    await speak('One.')
    clock.advance(10_000)
    await speak('Two.')
    const before = files().length
    assert.equal(before, 2)
    clock.advance(10_000)
    await speak('Three '.repeat(40))
    clock.advance(10_000)
    assert.ok(files().length < 3)
    assert.equal(await speak('Three '.repeat(40)), 'Three '.repeat(40))
    assert.equal(inner.asked, 3)
    clock.advance(2_000_000)
    await speak('Three '.repeat(40))
    assert.equal(inner.asked, 4)
  })

  test('promptCache() sweeps away what is too old, and what nobody finished', async () => {
    const { speak, clock, files, cache, folder } = cached()
    await speak('One.')
    writeFileSync(join(folder, 'x.tmp'), 'half')
    clock.advance(10 * 365 * 86_400_000)
    await cache.prune()
    assert.deepEqual(files(), [])
  })

  test('promptCache() speaks on where a tenant’s keys are closed, and keeps nothing', async () => {
    const { speak, files } = cached({ seal: fakeSeal({ closed: true }) })
    assert.equal(await speak('Welcome.'), 'Welcome.')
    assert.deepEqual(files(), [])
  })

  test('promptCache() keeps nothing where it is switched off', async () => {
    const { speak, files } = cached({ keepMs: 0 })
    await speak('Welcome.')
    assert.deepEqual(files(), [])
  })
})
