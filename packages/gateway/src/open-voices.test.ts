import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fakeClock, parseConfig, Secret, silentLog, type TenantId } from '#kernel'
import { openVoices } from './open-voices.ts'

const acme = 'acme' as TenantId

describe('openVoices()', () => {
  let dataDir = ''
  before(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'voxkeep-voices-'))
  })
  after(() => rmSync(dataDir, { recursive: true }))

  function opened(more: object = {}) {
    const tls = { certFile: 'c', keyFile: 'k' }
    const webhook = { url: 'https://bank.test/', secrets: ['env:S'] }
    const apps = [{ id: 'bank', tenant: 'acme', webhook }]
    const config = parseConfig(JSON.stringify({ dataDir, sip: { listen: [{ tls }] }, apps, ...more }), 'c')
    const audited: object[] = []
    const counted: string[] = []
    const voices = openVoices({
      config,
      clock: fakeClock(),
      log: silentLog,
      metrics: { count: (name) => void counted.push(name), gauges: () => {} },
      readSecret: () => new Secret('s'),
      egress: { resolve: async () => ({ address: '127.0.0.1', family: 4 }) },
      audit: { append: async (entry) => (audited.push(entry), { ...entry }) as never },
      keys: {
        fieldSeal: { seal: (_tenant, text) => text, open: (_tenant, sealed) => sealed },
        hmacKey: () => new Uint8Array(32),
      },
    })
    const [app] = config.apps
    assert.ok(app)
    return { voices, app, audited, counted }
  }
  const amy = {
    id: 'amy',
    kind: 'command',
    command: [process.execPath, '-e', 'process.stdout.write(Buffer.alloc(1600))'],
    output: 'pcm',
    sampleRate: 8_000,
  }

  test('openVoices() gives apps espeak-ng where nothing else is configured', () => {
    const { voices, app } = opened()
    assert.equal(voices.calls.voice(app)?.facts.id, 'espeak')
    assert.deepEqual(
      voices.api.voices(acme).map(({ facts, refused }) => [facts.id, refused]),
      [['espeak', undefined]],
    )
  })

  test('openVoices() gives an app its own voice, else the first, and another by its name', () => {
    const two = { voices: [amy, { ...amy, id: 'ben' }] }
    const first = opened(two)
    assert.equal(first.voices.calls.voice(first.app)?.facts.id, 'amy')
    assert.equal(first.voices.calls.voice(first.app, 'ben')?.facts.id, 'ben')
    assert.equal(first.voices.calls.voice(first.app, 'nobody'), undefined)
    assert.equal(first.voices.calls.voice({ ...first.app, voice: 'ben' })?.facts.id, 'ben')
  })

  test('openVoices() speaks, keeps what it was told to keep, and puts a refusal in the audit log', async () => {
    const { voices, app, audited, counted } = opened({ voices: [{ ...amy, dataClasses: ['public'] }] })
    const voice = voices.calls.voice(app)
    const speak = async (dataClasses: readonly ('public' | 'personal')[]) => {
      const request = { tenant: acme, text: 'Hello', dataClasses, cache: true }
      const pieces: Uint8Array[] = []
      for await (const piece of voice?.speak(request, new AbortController().signal) ?? []) pieces.push(piece)
      return Buffer.concat(pieces).length
    }
    assert.equal(await speak(['public']), 800)
    assert.equal(await speak(['public']), 800)
    assert.ok(counted.includes('prompt_cache_hits'))
    await voices[Symbol.asyncDispose]()
    const strict = opened({ voices: [{ ...amy, dataClasses: ['public'] }], promptCache: { days: 0 } })
    const refused = strict.voices.calls
      .voice(strict.app)
      ?.speak({ tenant: acme, text: 'Hello', dataClasses: ['personal'] }, new AbortController().signal)
    await assert.rejects(Array.fromAsync(refused ?? []), { code: 'SPEECH_REFUSED' })
    assert.deepEqual(strict.audited, [
      { type: 'voice.refused', tenant: 'acme', actor: 'system', fields: { voice: 'amy', why: 'data-class' } },
    ])
    assert.deepEqual(audited, [])
  })
})
