import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createPki } from '@voxkeep/pki'
import { gatewayApi, parseMetrics } from './gateway-api.ts'

test('parseMetrics() reads values by name and labels', () => {
  const text = '# HELP a b\n# TYPE a gauge\na 3\nb{x="1 2"} 4.5\n\n'
  assert.deepEqual(
    parseMetrics(text),
    new Map([
      ['a', 3],
      ['b{x="1 2"}', 4.5],
    ]),
  )
})

test('gatewayApi() asks with its token, sums up the calls, and rejects with what was refused', async (t) => {
  const pki = await createPki()
  const { certPem, keyPem } = await pki.issue(['127.0.0.1'])
  const story = (p50: number, p99: number) => [
    { kind: 'media.started', fields: {} },
    { kind: 'statistics', fields: { toAppP50Ms: p50, toAppP99Ms: p99 } },
  ]
  const answers: Record<string, object> = {
    '/v1/calls?limit=9': { data: [{ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' }] },
    '/v1/calls/a': { story: story(1, 5) },
    '/v1/calls/b': { story: story(2, 9) },
    '/v1/calls/c': { story: story(3, 7) },
    '/v1/calls/d': { story: [] },
  }
  const server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    const answer = answers[request.url ?? '']
    const isAllowed = request.headers.authorization === 'Bearer t'
    response.writeHead(answer && isAllowed ? 200 : 403).end(JSON.stringify(answer ?? { no: 1 }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  using api = gatewayApi({ port, ca: pki.caPem, token: 't' })
  assert.deepEqual(await api.toApp(9), { p50Ms: 2, p99Ms: 9 })
  await assert.rejects(api.place({}), { code: 'API_FAILED', status: 403, answer: '{"no":1}' })
})
