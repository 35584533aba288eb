import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { createPki } from '@voxkeep/pki'
import { parseWav } from '@voxkeep/wire/wav'
import { fakeClock, Secret, systemClock, verifierSchema, type Clock, type TenantId } from '#kernel'
import { leftBehind } from './fake-left-behind.ts'
import { makeVerifier } from './make-verifier.ts'
import type { SpeechRules } from './refusal.ts'

const acme = 'acme' as TenantId
const never = new AbortController().signal
const ulaw = Uint8Array.from({ length: 1_600 }, (_, at) => (at % 2 === 0 ? 0x90 : 0x10))
const sample = { tenant: acme, subject: 'Anna-7', ulaw }
const anywhere: SpeechRules = { regions: undefined, trainingOptOut: 'any' }

function verifierOf(config: object, o: { rules?: SpeechRules; clock?: Clock } = {}) {
  const [refused, counted]: [string[], string[]] = [[], []]
  const verifier = makeVerifier(
    verifierSchema.parse({ id: 'print', dataClasses: ['biometric'], minScore: 0.7, ...config }),
    {
      clock: o.clock ?? systemClock,
      random: { bytes: (count) => new Uint8Array(count).fill(7) },
      guard: { resolve: async () => ({ address: '127.0.0.1', family: 4 }) },
      readSecret: () => new Secret('key-1'),
      region: 'here',
      env: { PATH: process.env['PATH'] ?? '' },
      rulesOf: () => o.rules ?? anywhere,
      onRefused: ({ why }) => void refused.push(why),
      count: (name, labels) => void counted.push(`${name} ${Object.values(labels).join(' ')}`),
    },
  )
  return { verifier, refused, counted }
}

interface Asked {
  readonly what: string
  readonly authorization: string | undefined
  readonly body: Buffer
}

describe('a verifier over HTTPS', () => {
  let server: Server
  let folder: string
  let config: { kind: 'https'; url: string; caFile: string; clientCertificate: object; apiKey: string }
  const asked: Asked[] = []
  let answer: (request: Asked) => { status?: number; body: string } | undefined

  before(async () => {
    const pki = await createPki()
    folder = mkdtempSync(join(tmpdir(), 'voxkeep-verifier-'))
    const [own, ours] = [await pki.issue(['voices.test']), await pki.issue(['gateway'], { client: true })]
    const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') }
    writeFileSync(files.certFile, ours.certPem)
    writeFileSync(files.keyFile, ours.keyPem)
    writeFileSync(join(folder, 'ca.pem'), pki.caPem)
    const mutual = { ca: pki.caPem, requestCert: true, rejectUnauthorized: true }
    server = createServer({ cert: own.certPem, key: own.keyPem, ...mutual }, (request, response) => {
      void read(request).then((it) => {
        asked.push(it)
        const said = answer(it)
        if (said !== undefined) response.writeHead(said.status ?? 200).end(said.body)
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const caFile = join(folder, 'ca.pem')
    config = {
      kind: 'https',
      url: `https://voices.test:${port}/print/`,
      caFile,
      clientCertificate: files,
      apiKey: 'env:K',
    }
  })
  after(() => {
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true })
  })
  beforeEach(() => {
    asked.length = 0
    answer = () => ({ body: '{"decision":"accepted","score":0.8}' })
  })

  async function read(request: IncomingMessage): Promise<Asked> {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>))
    const { method, url, headers } = request
    return { what: `${method} ${url}`, authorization: headers.authorization, body }
  }

  test('makeVerifier() sends a WAV under the tenant’s own subject, with key and certificate, and judges the answer', async () => {
    const { verifier } = verifierOf(config)
    assert.partialDeepStrictEqual(await verifier.verify({ ...sample, phrase: 'my voice' }, never), {
      result: 'match',
      score: 0.8,
    })
    const [first] = asked
    assert.equal(first?.what, 'POST /print/v1/subjects/acme.Anna-7/verifications')
    assert.equal(first.authorization, 'Bearer key-1')
    assert.ok(first.body.includes('name="phrase"\r\n\r\nmy voice\r\n'))
    assert.ok(!first.body.includes('opt-out'))
    const optedOut = verifierOf({ ...config, trainingOptOut: true })
    await optedOut.verifier.verify(sample, never)
    assert.ok(asked[1]?.body.includes('name="training"\r\n\r\nopt-out\r\n'))
    const at = first.body.indexOf('RIFF')
    const wav = parseWav(new Uint8Array(first.body.subarray(at, at + 44 + 3_200)))
    assert.ok(!('error' in wav))
    assert.deepEqual([wav.format, wav.sampleRateHz, wav.channels], ['pcm16', 8_000, 1])
    assert.equal(verifier.health, 'up')
    assert.deepEqual(verifier.resultsOf(acme), { match: 1 })
    const other = 'other' as TenantId
    assert.deepEqual(verifier.resultsOf(other), {})
    await verifier.verify({ ...sample, tenant: other, minScore: 1 }, never)
    assert.deepEqual([verifier.resultsOf(acme), verifier.resultsOf(other)], [{ match: 1 }, { mismatch: 1 }])
  })

  test('makeVerifier() lets a command ask for more than the configuration, and not for less', async () => {
    const { verifier } = verifierOf(config)
    assert.equal((await verifier.verify({ ...sample, minScore: 0.9 }, never)).result, 'mismatch')
    answer = () => ({ body: '{"decision":"accepted","score":0.6}' })
    assert.equal((await verifier.verify({ ...sample, minScore: 0.1 }, never)).result, 'mismatch')
  })

  test('makeVerifier() has the engine learn a voice, and forget it', async () => {
    const { verifier } = verifierOf(config)
    answer = ({ what }) => ({
      body: JSON.stringify({ state: what.startsWith('POST') ? 'enrolled' : 'forgotten' }),
    })
    assert.equal((await verifier.enrol(sample, never)).result, 'enrolled')
    assert.equal(await verifier.forget(sample, never), 'forgotten')
    assert.deepEqual(
      asked.map(({ what }) => what),
      ['POST /print/v1/subjects/acme.Anna-7/enrolments', 'DELETE /print/v1/subjects/acme.Anna-7'],
    )
  })

  test('makeVerifier() has an engine forget a voice that it took and that is refused', async () => {
    const suspected = { state: 'enrolled', spoof: { suspected: true } }
    let status = 200
    answer = ({ what }) =>
      what.startsWith('POST')
        ? { body: JSON.stringify(suspected) }
        : { status, body: '{"state":"forgotten"}' }
    const deleted = 'DELETE /print/v1/subjects/acme.Anna-7'
    const { verifier } = verifierOf(config)
    assert.partialDeepStrictEqual(await verifier.enrol(sample, never), {
      result: 'refused',
      reasons: ['synthetic-suspected'],
    })
    assert.equal(asked[1]?.what, deleted)
    status = 500
    assert.partialDeepStrictEqual(await verifier.enrol(sample, never), {
      result: 'unavailable',
      reasons: ['may-be-known', 'synthetic-suspected'],
    })
    status = 200
    answer = ({ what }) => ({ body: `{"state":"${what.startsWith('POST') ? 'enrolled' : 'forgotten'}"}` })
    const strict = verifierOf({ ...config, spoofCheck: 'required' })
    assert.equal((await strict.verifier.enrol(sample, never)).result, 'refused')
    assert.equal(asked.at(-1)?.what, deleted)
  })

  test('makeVerifier() has a refused voice forgotten although whoever asked is gone', async () => {
    const asker = new AbortController()
    answer = ({ what }) => {
      if (what.startsWith('POST')) return { body: '{"state":"enrolled","spoof":{"suspected":true}}' }
      asker.abort()
      return { body: '{"state":"forgotten"}' }
    }
    const { verifier } = verifierOf(config)
    assert.equal((await verifier.enrol(sample, asker.signal)).result, 'refused')
  })

  test('makeVerifier() has no more forgotten at a time than it may, and compares meanwhile', async () => {
    const { verifier, refused } = verifierOf({ ...config, maxSessions: 1 })
    answer = ({ what }) => ({
      body: what.startsWith('POST') ? '{"decision":"accepted","score":0.8}' : '{"state":"forgotten"}',
    })
    const first = verifier.forget(sample, never)
    await assert.rejects(verifier.forget(sample, never), { code: 'SPEECH_BUSY' })
    assert.deepEqual(refused, ['busy'])
    assert.equal((await verifier.verify(sample, never)).result, 'match')
    assert.equal(await first, 'forgotten')
    assert.equal(await verifier.forget(sample, never), 'forgotten')
  })

  test('makeVerifier() has no verdict of an answer that is none, is too long, or is refused', async () => {
    for (const [said, code] of [
      [{ body: 'yes' }, 'VERIFIER_PROTOCOL'],
      [{ body: '{"decision":"match","score":1}' }, 'VERIFIER_PROTOCOL'],
      [{ body: `{"decision":"accepted","score":0.8,"x":"${'x'.repeat(70_000)}"}` }, 'VERIFIER_PROTOCOL'],
      [{ status: 401, body: '{}' }, 'VERIFIER_UNAUTHORISED'],
      [{ status: 500, body: '{}' }, 'VERIFIER_FAILED'],
      [{ status: 302, body: '{}' }, 'VERIFIER_PROTOCOL'],
    ] as const) {
      const { verifier, counted } = verifierOf(config)
      answer = () => said
      await assert.rejects(verifier.verify(sample, never), { code })
      assert.deepEqual([verifier.health, counted], ['failing', [`verifier_failures print ${code}`]])
    }
  })

  test('makeVerifier() waits no longer than it may, and lets go of what is under way when it is disposed', async () => {
    const clock = fakeClock()
    const { verifier } = verifierOf(config, { clock })
    let came = Promise.withResolvers<void>()
    answer = () => {
      came.resolve()
      return undefined
    }
    const slow = verifier.verify(sample, never)
    await came.promise
    clock.advance(10_000)
    await assert.rejects(slow, { code: 'VERIFIER_STALLED' })
    came = Promise.withResolvers<void>()
    const open = verifier.verify(sample, never)
    await came.promise
    await verifier[Symbol.asyncDispose]()
    await assert.rejects(open, { code: 'VERIFIER_FAILED' })
  })

  test('makeVerifier() sends nothing to whom another authority vouches for', async () => {
    const { verifier } = verifierOf({ ...config, caFile: undefined })
    await assert.rejects(verifier.verify(sample, never), { code: 'VERIFIER_UNTRUSTED' })
    assert.deepEqual(asked, [])
  })

  test('makeVerifier() sends nothing where region, opt-out or number stand against it', async () => {
    for (const [more, rules, why] of [
      [{}, { regions: ['eu'], trainingOptOut: 'any' }, 'region'],
      [{}, { regions: undefined, trainingOptOut: 'required' }, 'training'],
    ] as const) {
      const { verifier, refused } = verifierOf({ ...config, ...more }, { rules })
      assert.equal(verifier.refusal(acme), why)
      await assert.rejects(verifier.enrol(sample, never), { code: 'SPEECH_REFUSED', why })
      assert.deepEqual(refused, [why])
    }
    const { verifier, refused } = verifierOf({ ...config, maxSessions: 1 })
    const first = verifier.verify(sample, never)
    await assert.rejects(verifier.verify(sample, never), { code: 'SPEECH_BUSY' })
    assert.deepEqual(refused, ['busy'])
    assert.equal((await first).result, 'match')
    assert.equal(asked.length, 1)
  })
})

describe('a verifier that is a program', () => {
  test('makeVerifier() ends with a program that is too slow what it left behind, although it ended itself', async () => {
    using left = leftBehind()
    const clock = fakeClock()
    const { verifier } = verifierOf({ kind: 'command', command: left.command }, { clock })
    const stalled = assert.rejects(verifier.verify(sample, never), { code: 'VERIFIER_STALLED' })
    const gone = left.gone()
    await left.ended()
    clock.advance(10_000)
    await stalled
    await gone
  })

  const node = (script: string) => ({ kind: 'command', command: [process.execPath, '-e', script] })
  const reads = `let bytes = 0; process.stdin.on('data', (all) => (bytes += all.length)); process.stdin.on('end', () => {
    const { VOXKEEP_ACTION: action, VOXKEEP_SUBJECT: subject, VOXKEEP_PHRASE: phrase } = process.env
    const good = bytes === 44 + 3200 && subject === 'acme.Anna-7' && phrase === 'my voice'
    const said = { verify: { decision: good ? 'accepted' : 'rejected', score: 0.9 }, enrol: { state: 'enrolled' }, forget: { state: 'not-enrolled' } }
    console.log(JSON.stringify(said[action]))
  })`

  test('makeVerifier() gives a program the WAV, and in its environment what is asked', async () => {
    const { verifier } = verifierOf(node(reads))
    assert.equal(verifier.facts.region, 'here')
    assert.equal((await verifier.verify({ ...sample, phrase: 'my voice' }, never)).result, 'match')
    assert.equal((await verifier.enrol(sample, never)).result, 'enrolled')
    assert.equal(await verifier.forget(sample, never), 'not-enrolled')
  })

  test('makeVerifier() has no verdict of a program that fails, is not there, or is too slow, and ends it', async () => {
    const failing = verifierOf(node('console.log(`{"decision":"accepted","score":1}`); process.exitCode = 3'))
    await assert.rejects(failing.verifier.verify(sample, never), { code: 'VERIFIER_REJECTED' })
    const missing = verifierOf({ kind: 'command', command: ['/nowhere/verify'] })
    await assert.rejects(missing.verifier.verify(sample, never), { code: 'VERIFIER_MISSING' })
    const clock = fakeClock()
    const { verifier } = verifierOf(node('setInterval(() => {}, 60000)'), { clock })
    const slow = verifier.verify(sample, never)
    clock.advance(10_000)
    await assert.rejects(slow, { code: 'VERIFIER_STALLED' })
  })
})
