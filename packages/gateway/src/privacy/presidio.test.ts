import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createPki } from '@voxkeep/pki'
import { egressGuard, httpsClient } from '#webhook'
import { Secret, systemClock } from '#kernel'
import * as fc from 'fast-check'
import { presidioAnalyzer, type PresidioOptions } from './presidio.ts'

const pki = createPki()

interface Entity {
  readonly word: string
  readonly entity: string
  readonly score: number
}

/**
 * Answers as presidio-analyzer's `app.py` does: sorted keys, `analysis_explanation` null, places in code points, 500 with `error` for a
 * language that it has no model of or a text that is empty.
 */
function analyzerServer(known: readonly Entity[]) {
  return (question: { text: string; language: string; score_threshold?: number; entities?: string[] }) => {
    if (question.text === '') return { status: 500, body: { error: 'No text provided' } }
    if (question.language !== 'en')
      return { status: 500, body: { error: 'No matching recognizers were found to serve the request.' } }
    const points = Array.from(question.text)
    const body = known.flatMap(({ word, entity, score }) => {
      const at = points.findIndex(
        (_, from) => points.slice(from, from + Array.from(word).length).join('') === word,
      )
      const isWanted = question.entities?.includes(entity) ?? true
      if (at < 0 || !isWanted || score < (question.score_threshold ?? 0)) return []
      return [
        {
          analysis_explanation: null,
          end: at + Array.from(word).length,
          entity_type: entity,
          score,
          start: at,
        },
      ]
    })
    return { status: 200, body }
  }
}

type Answer = (response: ServerResponse, body: string, request: IncomingMessage) => void

async function started(answer: Answer) {
  const { certPem, keyPem } = await (await pki).issue(['localhost'])
  const server = createServer({ cert: certPem, key: keyPem })
  server.on('request', async (request, response) =>
    answer(response, (await request.toArray()).join(''), request),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const guard = egressGuard({
    allowPrivate: ['127.0.0.0/8'],
    lookup: async () => [{ address: '127.0.0.1', family: 4 }],
  })
  const http = httpsClient({ guard, clock: systemClock })
  const { port } = server.address() as AddressInfo
  const analyzer = async (more: Partial<PresidioOptions> = {}) =>
    presidioAnalyzer({
      http,
      url: `https://localhost:${port}/presidio/`,
      tls: { ca: (await pki).caPem },
      threshold: 0.4,
      timeoutMs: 5_000,
      ...more,
    })
  return {
    analyzer,
    async [Symbol.asyncDispose]() {
      http[Symbol.dispose]()
      server.closeAllConnections()
      server.close()
    },
  }
}

const faithful =
  (known: readonly Entity[]): Answer =>
  (response, body) => {
    const answer = analyzerServer(known)(JSON.parse(body) as Parameters<ReturnType<typeof analyzerServer>>[0])
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
  }

const raw =
  (status: number, body: string): Answer =>
  (response) =>
    response.writeHead(status).end(body)

test('presidioAnalyzer() tells what the analyzer finds, in our types', async () => {
  await using server = await started(
    faithful([
      { word: 'Ada Byron', entity: 'PERSON', score: 0.85 },
      { word: 'Ockham', entity: 'LOCATION', score: 0.85 },
      { word: 'badger', entity: 'STAFF_NICKNAME', score: 0.6 },
      { word: 'maybe', entity: 'PERSON', score: 0.1 },
    ]),
  )
  const analyzer = await server.analyzer()
  const by = 'presidio'
  assert.deepEqual(await analyzer.analyze('I am Ada Byron of Ockham, badger maybe', 'en'), {
    ok: true,
    findings: [
      { type: 'person', start: 5, end: 14, confidence: 0.85, by },
      { type: 'location', start: 18, end: 24, confidence: 0.85, by },
      { type: 'custom', detail: 'staff-nickname', start: 26, end: 32, confidence: 0.6, by },
    ],
  })
})

test('presidioAnalyzer() counts in UTF-16 code units where the analyzer counts code points', async () => {
  await using server = await started(faithful([{ word: 'Ada', entity: 'PERSON', score: 0.85 }]))
  const analyzer = await server.analyzer()
  const text = '👋🏽 𝒽ello Ada'
  const answer = await analyzer.analyze(text, 'en')
  assert.ok(answer.ok)
  assert.deepEqual(
    answer.findings.map(({ start, end }) => text.slice(start, end)),
    ['Ada'],
  )
})

test('presidioAnalyzer() asks at the service’s path, with what it is set up with, and says nothing of an empty text', async () => {
  const asked: [url: string | undefined, authorization: string | undefined, body: unknown][] = []
  await using server = await started((response, body, { url, headers }) => {
    asked.push([url, headers.authorization, JSON.parse(body)])
    response.end('[]')
  })
  const analyzer = await server.analyzer({
    entities: ['PERSON'],
    authorization: new Secret('Bearer letmein'),
  })
  assert.deepEqual(await analyzer.analyze('  ', 'en'), { ok: true, findings: [] })
  assert.deepEqual(await analyzer.analyze('hello', 'en'), { ok: true, findings: [] })
  assert.deepEqual(asked, [
    [
      '/presidio/analyze',
      'Bearer letmein',
      { text: 'hello', language: 'en', score_threshold: 0.4, entities: ['PERSON'] },
    ],
  ])
})

for (const [what, status, body] of [
  ['no JSON', 200, '<html>'],
  ['an object', 200, '{"error":"x"}'],
  ['a place past the end', 200, '[{"entity_type":"PERSON","start":3,"end":99,"score":1}]'],
  ['a place that ends before it begins', 200, '[{"entity_type":"PERSON","start":3,"end":2,"score":1}]'],
  ['a negative place', 200, '[{"entity_type":"PERSON","start":-1,"end":2,"score":1}]'],
  ['a score that is none', 200, '[{"entity_type":"PERSON","start":1,"end":2,"score":7}]'],
] as const)
  test(`presidioAnalyzer() believes nothing of an answer with ${what}`, async () => {
    await using server = await started(raw(status, body))
    const analyzer = await server.analyzer()
    assert.deepEqual(await analyzer.analyze('hello', 'en'), { ok: false, why: 'answer' })
  })

test('presidioAnalyzer() says when it is refused, cannot be reached, or is not who it should be', async () => {
  await using server = await started(faithful([]))
  const analyzer = await server.analyzer()
  assert.deepEqual(await analyzer.analyze('hallo', 'de'), { ok: false, why: 'refused' })
  const elsewhere = await server.analyzer({ tls: { ca: (await createPki()).caPem } })
  assert.deepEqual(await elsewhere.analyze('hello', 'en'), { ok: false, why: 'unreachable' })
  const plain = await server.analyzer({ url: 'http://localhost:1' })
  assert.deepEqual(await plain.analyze('hello', 'en'), { ok: false, why: 'unreachable' })
})

test('presidioAnalyzer() asks about no text that is too long, and not about too many at once', async () => {
  const open = Promise.withResolvers<{ ok: false; why: string }>()
  let asked = 0
  const http = {
    exchange: () => {
      asked += 1
      return open.promise
    },
  }
  const analyzer = presidioAnalyzer({ http, url: 'https://x.test', tls: {}, threshold: 0.5, timeoutMs: 100 })
  assert.deepEqual(await analyzer.analyze('x'.repeat(20_001), 'en'), { ok: false, why: 'too-long' })
  const waiting = Array.from({ length: 32 }, () => analyzer.analyze('x', 'en'))
  assert.deepEqual(await analyzer.analyze('x', 'en'), { ok: false, why: 'busy' })
  assert.equal(asked, 32)
  open.resolve({ ok: false, why: 'timeout' })
  for (const answer of await Promise.all(waiting)) assert.deepEqual(answer, { ok: false, why: 'unreachable' })
})

/** Any UTF-16, halves of pairs included; fast-check's own takes a second to set up. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constant(0xd83d), fc.constant(0xde00)), {
    minLength: 1,
    maxLength: 60,
  })
  .map((units) => String.fromCharCode(...units))

test('presidioAnalyzer() takes any answer without throwing, and tells only places within the text', async () => {
  const property = fc.asyncProperty(
    anyText,
    fc.json({ maxDepth: 2 }),
    fc.uint8Array(),
    async (text, json, bytes) => {
      for (const body of [new TextEncoder().encode(json), bytes]) {
        const http = { exchange: async () => ({ ok: true as const, status: 200, body }) }
        const analyzer = presidioAnalyzer({
          http,
          url: 'https://x.test',
          tls: {},
          threshold: 0,
          timeoutMs: 1,
        })
        const answer = await analyzer.analyze(text, 'en')
        if (answer.ok)
          for (const { start, end } of answer.findings) assert.ok(start < end && end <= text.length)
      }
    },
  )
  await fc.assert(property, { numRuns: 50 })
})

test('presidioAnalyzer() undoes the counting of code points for every text', async () => {
  const property = fc.asyncProperty(anyText, fc.nat(), async (text, seed) => {
    const points = Array.from(text)
    const start = seed % points.length
    const end = start + 1
    const body = new TextEncoder().encode(JSON.stringify([{ entity_type: 'PERSON', start, end, score: 1 }]))
    const http = { exchange: async () => ({ ok: true as const, status: 200, body }) }
    const analyzer = presidioAnalyzer({ http, url: 'https://x.test', tls: {}, threshold: 0, timeoutMs: 1 })
    const answer = await analyzer.analyze(text, 'en')
    if (text.trim() === '') return
    assert.ok(answer.ok)
    const [found] = answer.findings
    assert.equal(text.slice(found?.start, found?.end), points[start])
  })
  await fc.assert(property, { numRuns: 200 })
})
