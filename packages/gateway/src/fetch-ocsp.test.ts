import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { test, type TestContext } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { createPki } from '@voxkeep/pki'
import { fakeClock, systemClock, type Clock } from '#kernel'
import { egressGuard, httpsClient } from '#webhook'
import { fetchOcsp } from './fetch-ocsp.ts'

const question = Uint8Array.of(1, 2, 3)
const never = new AbortController().signal

async function listening(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}

function fetcher(t: TestContext, o: { allowPrivate?: string[]; clock?: Clock } = {}) {
  const { allowPrivate = ['127.0.0.1/32'], clock = systemClock } = o
  const guard = egressGuard({ allowPrivate })
  const client = httpsClient({ guard, clock })
  t.after(() => client[Symbol.dispose]())
  return fetchOcsp({ clock, guard, client })
}

/** Says what was asked, backwards. */
const reverse: RequestListener = (request, response) => {
  void request.toArray().then((chunks) => {
    assert.deepEqual(
      [request.method, request.url, request.headers['content-type'], request.headers['content-length']],
      ['POST', '/a?b', 'application/ocsp-request', '3'],
    )
    response.end(new Uint8Array(Buffer.concat(chunks as Uint8Array[])).toReversed())
  })
}

test('fetchOcsp() posts the request, by HTTP and by HTTPS, and gives back the answer', async (t) => {
  const web = await createPki()
  const trusted = getCACertificates('default')
  setDefaultCACertificates([...trusted, web.caPem])
  t.after(() => setDefaultCACertificates(trusted))
  const { certPem: cert, keyPem: key } = await web.issue(['127.0.0.1'])
  const secure = createSecureServer({ cert, key }, reverse)
  const ports = { http: await listening(t, createServer(reverse)), https: await listening(t, secure) }
  for (const [scheme, port] of Object.entries(ports)) {
    const answer = await fetcher(t)(`${scheme}://127.0.0.1:${port}/a?b`, question, never)
    assert.deepEqual([...answer], [3, 2, 1], scheme)
  }
  secure.closeAllConnections()
})

test('fetchOcsp() asks at no address that the egress guard refuses, whatever the scheme', async (t) => {
  const server = createServer(() => assert.fail('it was asked'))
  const port = await listening(t, server)
  const fetch = fetcher(t, { allowPrivate: [] })
  for (const url of [
    `http://127.0.0.1:${port}/`,
    `https://127.0.0.1:${port}/`,
    `http://u:p@127.0.0.1:${port}/`,
  ])
    await assert.rejects(fetch(url, question, never))
})

test('fetchOcsp() takes neither a redirect nor an error, nor an answer that is too long', async (t) => {
  const answers: RequestListener[] = [
    (_, response) => response.writeHead(302, { location: '/elsewhere' }).end(),
    (_, response) => response.writeHead(404).end('x'),
    (_, response) => response.end(new Uint8Array(16 * 1024 + 1)),
    (_, response) => response.destroy(),
  ]
  for (const answer of answers) {
    const port = await listening(t, createServer(answer))
    await assert.rejects(fetcher(t)(`http://127.0.0.1:${port}/`, question, never))
  }
})

test('fetchOcsp() gives up on a responder that says nothing after ten seconds, and when it is no longer needed', async (t) => {
  const server = createServer(() => {})
  const port = await listening(t, server)
  t.after(() => server.closeAllConnections())
  const clock = fakeClock()
  const closing = new AbortController()
  for (const giveUp of [() => clock.advance(10_000), () => closing.abort()]) {
    const asked = once(server, 'request') as Promise<[IncomingMessage]>
    const answer = fetcher(t, { clock })(`http://127.0.0.1:${port}/`, question, closing.signal)
    await asked
    giveUp()
    await assert.rejects(answer, { name: 'AbortError' })
  }
  assert.equal(clock.timers, 0)
})
