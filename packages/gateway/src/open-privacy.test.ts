import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig, Secret, silentLog } from '#kernel'
import { openPrivacy, type PrivacyParts } from './open-privacy.ts'

function opened(presidio: object | undefined, answer: { ok: false; why: 'timeout' } | object[]) {
  const config = parseConfig(
    JSON.stringify({
      dataDir: '/var/lib/voxkeep',
      sip: { listen: [{ tls: { certFile: 'c', keyFile: 'k' } }] },
      speech: {
        engines: [
          {
            id: 'ears',
            kind: 'vosk',
            url: 'wss://v.example',
            dataClasses: ['personal', 'payment', 'health'],
            trainingOptOut: true,
          },
        ],
      },
      privacy: { policies: [{ id: 'care', engine: 'ears', ...(presidio && { presidio }) }] },
      tenants: [{ id: 'acme', privacy: 'care' }],
      apps: [{ id: 'app', tenant: 'acme', webhook: { url: 'https://a.example', secrets: ['env:S'] } }],
    }),
    'c',
  )
  const asked: { url: string; headers: Readonly<Record<string, string>>; body: string }[] = []
  const counted: unknown[] = []
  const client: PrivacyParts['client'] = {
    exchange: async ({ url, headers, body }) => {
      asked.push({ url, headers, body: new TextDecoder().decode(body) })
      if (!Array.isArray(answer)) return { ok: false, why: 'timeout' }
      return { ok: true, status: 200, headers: {}, body: new TextEncoder().encode(JSON.stringify(answer)) }
    },
    [Symbol.dispose]: () => {},
  }
  const words = openPrivacy(config, {
    engines: { engine: () => undefined },
    transcripts: { begin: async () => undefined },
    redactor: { foresee: async () => {}, later: async () => {} },
    client,
    readSecret: (reference) => new Secret(`secret of ${reference}`),
    log: silentLog,
    metrics: { count: (name, labels) => counted.push([name, labels]) },
  })
  const [app] = config.apps
  assert.ok(app)
  return { policy: words.policyOf(app), asked, counted }
}

function said(text: string) {
  const words = text.split(' ').map((word, at) => ({ text: word, startMs: 100 * at, endMs: 100 * at + 80 }))
  const toMs = words.at(-1)?.endMs ?? 0
  return {
    released: [{ party: 'caller', segment: 0, final: true, text, words, findings: [], fromMs: 0, toMs }],
    spans: [],
    judgedMs: {},
  }
}

test('openPrivacy() asks nobody outside where the policy names nobody', () => {
  const { policy } = opened(undefined, [])
  assert.ok(policy)
  assert.equal(policy.engine.review, undefined)
  const session = policy.engine.session('en')
  const words = ['my', 'name', 'is', 'ada', 'lovelace'].map((text, at) => ({
    text,
    startMs: 100 * at,
    endMs: 100 * at + 80,
  }))
  const judged = [session.push({ party: 'caller', segment: 0, final: true, words }), session.end()]
  assert.equal(judged.flatMap(({ released }) => released).at(-1)?.text, 'my name is [PERSON]')
})

test('openPrivacy() has the policy’s presidio-analyzer review lines, with its authorization', async () => {
  const presidio = { url: 'https://presidio.example/', authorization: 'env:PRESIDIO', entities: ['PERSON'] }
  const { policy, asked } = opened(presidio, [{ entity_type: 'PERSON', start: 5, end: 12, score: 0.9 }])
  const judged = await policy?.engine.review?.review(said('call zebedee back'), 'en')
  assert.equal(judged?.released[0]?.text, 'call [PERSON] back')
  assert.partialDeepStrictEqual(asked, [
    {
      url: 'https://presidio.example/analyze',
      headers: { authorization: 'secret of env:PRESIDIO' },
      body: JSON.stringify({
        text: 'call zebedee back',
        language: 'en',
        score_threshold: 0.4,
        entities: ['PERSON'],
      }),
    },
  ])
})

test('openPrivacy() withholds and counts what the presidio-analyzer could not review', async () => {
  const { policy, counted } = opened({ url: 'https://presidio.example' }, { ok: false, why: 'timeout' })
  const judged = await policy?.engine.review?.review(said('call zebedee back'), 'en')
  assert.equal(judged?.released[0]?.text, '[UNREVIEWED]')
  assert.deepEqual(counted, [['pii_reviews_failed', { why: 'unreachable' }]])
})
