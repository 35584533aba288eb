import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import {
  commands,
  isEvent,
  isIncomingCall,
  type CallCommand,
  type VerifiedEvent,
  type WebhookEvent,
} from '@voxkeep/sdk'
import { placeCall } from '@voxkeep/softphone'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { runCli } from './support/cli.ts'
import { without } from './support/counterpart.ts'
import { databaseRows } from './support/database-rows.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { audioMarkers, filesBelow, findMarkers, textMarkers, textSource } from './support/markers.ts'
import { readSamples } from './support/spoken.ts'
import { startVerifierServer, type VerifierServer } from './support/verifier-server.ts'

const [anna, bert] = ['cust-Anna-90417', 'cust-Bert-55120']
const asked = 'My voice is my passport, what is on my account?'
const other = 'Good morning, I am calling about the new card.'
const consent = { consent: 'given', consent_source: 'branch form 2026-11' } as const
const settings = { ...consent, min_speech_ms: 1_500, attempts: 1 }

/** What each call asks for, and what comes after. */
const asks: Readonly<Record<string, readonly CallCommand[]>> = {
  enrols: [commands.enrolVoice(anna, settings)],
  impostor: [commands.verify(anna, settings)],
  'program-enrols': [commands.enrolVoice(bert, { ...settings, engine: 'local' })],
  'engine-away': [commands.verify(anna, { ...settings, engine: 'away' })],
  unasked: [commands.verify(anna, { engine: 'print' })],
}

function decide(event: WebhookEvent): readonly CallCommand[] {
  if (isIncomingCall(event)) return asks[event.data.to] ?? []
  if (!isEvent(event, 'call.verified')) return [commands.hangup()]
  const { result, engine } = event.data
  if (result === 'enrolled')
    return [commands.verify(engine === 'print' ? anna : bert, { ...settings, engine: engine ?? '' })]
  return result === 'mismatch' ? [commands.gather({ num_digits: 2, timeout_ms: 8_000 })] : [commands.hangup()]
}

describe('callers whose voices are compared', { skip: without('espeak-ng'), timeout: 120_000 }, () => {
  const stack = new AsyncDisposableStack()
  let gateway: GatewayProcess
  let engine: VerifierServer
  let said: { readonly low: readonly Int16Array[]; readonly high: readonly Int16Array[] }
  const outcome = new Map<string, readonly VerifiedEvent['data'][]>()

  before(async () => {
    said = {
      low: [speak('en-us+m3', asked), speak('en-us+m3', other)],
      high: [speak('en-us+f4', other), speak('en-us+f4', asked)],
    }
    engine = stack.use(await startVerifierServer())
    const folder = mkdtempSync(join(tmpdir(), 'voxkeep-voices-'))
    stack.defer(() => rmSync(folder, { recursive: true }))
    gateway = stack.use(await startGateway({ decide, ...configured(folder) }))
    const [low] = said.low
    const [high] = said.high
    await Promise.all([
      call('enrols', said.low),
      verified('enrols', 1).then(() => call('impostor', [high ?? new Int16Array()])),
      call('program-enrols', said.high),
      call('engine-away', [low ?? new Int16Array()]),
      call('unasked', []),
    ])
    for (const to of Object.keys(asks)) outcome.set(to, ofCall(to))
  })
  after(() => stack.disposeAsync())

  function configured(folder: string) {
    const shared = { dataClasses: ['biometric'], minScore: 0.7, spoofCheck: 'required', trainingOptOut: true }
    const program = [
      process.execPath,
      join(import.meta.dirname, 'support/verifier-program.ts'),
      join(folder, 'voices'),
    ]
    return {
      scopes: ['calls:read', 'subjects:erase', 'audit:read'] as const,
      prepare: async (dir: string) => {
        await writeFile(join(dir, 'verifier-ca.pem'), engine.caPem)
        await writeFile(join(dir, 'verifier-key'), engine.key, { mode: 0o600 })
      },
      configure: (file: { [section: string]: unknown }) => {
        const https = { ...shared, kind: 'https', caFile: 'verifier-ca.pem', apiKey: 'file:verifier-key' }
        file['verifiers'] = [
          { ...https, id: 'print', url: `https://localhost:${engine.port}` },
          { ...https, id: 'away', url: 'https://localhost:1' },
          { ...shared, id: 'local', kind: 'command', command: program },
        ]
      },
    }
  }

  function ofCall(to: string): VerifiedEvent['data'][] {
    const id = gateway.app.events.filter(isIncomingCall).find(({ data }) => data.to === to)?.data.call_id
    return gateway.app.events.flatMap((event) =>
      isEvent(event, 'call.verified') && event.data.call_id === id ? [event.data] : [],
    )
  }
  const verified = (to: string, count: number) =>
    gateway.app.event(`verification ${count} of ${to}`, () => ofCall(to).length >= count, 25_000)

  /** Calls, says one part after the other as it is asked for them, presses two keys when the voice was not enough, and stays until the app hangs up. */
  async function call(to: string, parts: readonly Int16Array[]): Promise<void> {
    const queue: Int16Array[] = []
    const silence = new Int16Array(160)
    const turn = async () => {
      await gateway.app.call(to).told('call.answered')
      for (const [index, part] of parts.entries()) {
        if (index > 0) await verified(to, index)
        queue.push(part)
      }
    }
    const phone = { host: '127.0.0.1', port: gateway.sipPort, ca: gateway.deployment.caPem }
    const [{ answered }] = await Promise.all([
      placeCall({
        ...phone,
        from: '+12025550199',
        to,
        speech: () => queue.shift() ?? silence,
        onKeypad: (press) => {
          if (to !== 'impostor') return
          const step = async () => {
            await verified(to, 1)
            for (const digit of ['4', '2'] as const) {
              await setTimeout(400)
              press(digit)
            }
          }
          step().catch(() => {}) // the test meets what did not come
        },
      }),
      turn(),
    ])
    assert.ok(answered)
    await gateway.app.call(to).told('call.ended')
  }

  test('a voice that was enrolled is found again in another sentence, over HTTPS and by a program', () => {
    for (const [to, name] of [
      ['enrols', 'print'],
      ['program-enrols', 'local'],
    ] as const) {
      const [learned, known] = outcome.get(to) ?? []
      assert.partialDeepStrictEqual(learned, {
        action: 'enrol',
        result: 'enrolled',
        engine: name,
        attempt: 1,
      })
      assert.partialDeepStrictEqual(known, { action: 'verify', result: 'match', engine: name, reasons: [] })
      assert.ok((known?.score ?? 0) > 0.7, `${known?.score}`)
    }
  })

  test('another voice is none, and its caller is asked for keys instead', async () => {
    const [found] = outcome.get('impostor') ?? []
    assert.partialDeepStrictEqual(found, { result: 'mismatch', engine: 'print' })
    assert.ok((found?.score ?? 1) < 0.5, `${found?.score}`)
    assert.equal((await gateway.app.call('impostor').told('call.gathered'))['digits'], '42')
  })

  test('an engine that is away finds nobody, and without consent nobody is heard', () => {
    assert.partialDeepStrictEqual(outcome.get('engine-away'), [
      { result: 'unavailable', reasons: ['unreachable'] },
    ])
    assert.partialDeepStrictEqual(outcome.get('unasked'), [
      { result: 'refused', reasons: ['consent'], attempt: 0 },
    ])
  })

  test('the audit log and the receipt say that it was done and with whose consent, and not whose voice it was', async () => {
    const id = await gateway.app.call('impostor').id()
    const trail = await gateway.api.calls.audit(id)
    const starting = trail.find(({ type }) => type === 'verification.starting')
    assert.match(JSON.stringify(starting), /"subject":"person:[\w-]{27}"/)
    assert.match(JSON.stringify(starting), /branch form 2026-11/)
    const receipt: { voiceVerification?: unknown } = await gateway.api.calls.receipt(id)
    assert.partialDeepStrictEqual(receipt.voiceVerification, [
      { engine: 'print', result: 'mismatch', consent: 'given', attempts: 1 },
    ])
  })

  test('an engine forgets a voice when it is told to, and neither audio nor subject is left anywhere', async () => {
    assert.deepEqual([...engine.known.keys()], [`default.${anna}`])
    const told = await runCli(gateway, 'verifiers', 'forget', anna, '--verifier', 'print')
    assert.deepEqual(told, { code: 0, output: 'print: the voice is not known any more\n' })
    assert.deepEqual([...engine.known.keys()], [])
    const [unsure, listed] = await Promise.all([
      runCli(gateway, 'verifiers', 'forget', anna),
      runCli(gateway, 'verifiers'),
    ])
    assert.match(
      listed.output,
      /^print +https +\S+ +yes +may hear +up +0\/20 +enrolled 1, match 1, mismatch 1$/m,
    )
    assert.equal(unsure.code, 1)
    assert.match(unsure.output, /away: could not be told, and may still know the voice/)
    const facts = await gateway.api.verifiers.list()
    assert.deepEqual(facts[0]?.results, { enrolled: 1, match: 1, mismatch: 1 })
    await gateway.stop()
    const { dataDir } = gateway.deployment
    const written = [
      ...filesBelow(dataDir),
      ...(await databaseRows(dataDir)),
      textSource('output', gateway.process.output()),
    ]
    const spoken = [said.low[0], said.high[0]].map((samples = new Int16Array()) =>
      encodeUlaw(samples, new Uint8Array(samples.length)),
    )
    assert.ok(spoken.every(({ length }) => length > 16_000))
    const markers = [
      ...[anna, bert].flatMap((subject) => textMarkers('a subject', subject)),
      ...textMarkers('a key', engine.key),
      ...spoken.flatMap((ulaw, index) => audioMarkers(`speech ${index}`, ulaw, 3)),
    ]
    assert.ok(written.length > 10)
    assert.deepEqual(findMarkers(written, markers), [])
  })
})

/** 8 kHz, of espeak-ng. */
function speak(voice: string, text: string): Int16Array {
  const folder = mkdtempSync(join(tmpdir(), 'voxkeep-says-'))
  const file = join(folder, 'said.wav')
  try {
    execFileSync('espeak-ng', ['-v', voice, '-w', file, text])
    return readSamples(file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
