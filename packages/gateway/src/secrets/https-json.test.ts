import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerOptions } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { before, describe, test } from 'node:test'
import { createPki, type PemPair, type Pki } from '@voxkeep/pki'
import { fakeClock, systemClock, type Clock } from '#kernel'
import { httpsJson, type JsonRequest, type ServiceTls } from './https-json.ts'

describe('httpsJson()', () => {
  let pki: Pki
  let pair: PemPair
  before(async () => {
    pki = await createPki()
    pair = await pki.issue(['127.0.0.1'])
  })

  /** A server that answers so, and a client that trusts it. */
  async function bench(
    answer: (request: IncomingMessage, response: ServerResponse) => void,
    o: { clock?: Clock; tls?: ServiceTls; server?: ServerOptions } = {},
  ) {
    const server = createServer({ cert: pair.certPem, key: pair.keyPem, ...o.server }, answer)
    server.on('tlsClientError', () => {})
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/base/`
    const tls = o.tls ?? { ca: pki.caPem }
    const client = httpsJson({ url, clock: o.clock ?? systemClock, tls: () => tls })
    const request: JsonRequest = { method: 'GET', path: '/v1/x', headers: {}, timeoutMs: 5_000 }
    return {
      ask: (more: Partial<JsonRequest> = {}, signal?: AbortSignal) =>
        client.exchange({ ...request, ...more }, signal),
      async [Symbol.asyncDispose]() {
        client[Symbol.dispose]()
        server.close()
        server.closeAllConnections()
        await once(server, 'close')
      },
    }
  }

  test('sends and takes JSON below the service’s path', async () => {
    const seen: string[] = []
    await using at = await bench((request, response) => {
      seen.push(
        `${request.method} ${request.url} ${request.headers['content-type']} ${String(request.headers['x-own'])}`,
      )
      request.pipe(response)
    })
    const answer = await at.ask({ method: 'POST', body: { a: 'ü' }, headers: { 'x-own': '1' } })
    assert.deepEqual(answer, { ok: true, status: 200, body: { a: 'ü' } })
    assert.deepEqual(seen, ['POST /base/v1/x application/json 1'])
  })

  test('follows no redirect', async () => {
    let asked = 0
    await using at = await bench((_, response) => {
      asked += 1
      response.writeHead(307, { location: '/elsewhere' }).end()
    })
    assert.deepEqual(await at.ask(), { ok: true, status: 307, body: undefined })
    assert.equal(asked, 1)
  })

  test('takes what is no JSON for nothing', async () => {
    await using at = await bench((_, response) => void response.end('<html>'))
    assert.deepEqual(await at.ask(), { ok: true, status: 200, body: undefined })
  })

  test('reads no endless answer', async () => {
    await using at = await bench((_, response) => {
      for (let part = 0; part < 100; part++) response.write(Buffer.alloc(65_536)) // and never an end
    })
    assert.partialDeepStrictEqual(await at.ask(), { ok: false, why: 'too-long' })
  })

  test('tells an answer that is cut off from one', async () => {
    await using at = await bench((_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{}', () => response.destroy())
    })
    assert.partialDeepStrictEqual(await at.ask(), { ok: false, why: 'failed', sent: true })
  })

  test('waits no longer than its time limit', async () => {
    const clock = fakeClock()
    await using at = await bench(() => clock.advance(5_001), { clock })
    assert.deepEqual(await at.ask(), { ok: false, why: 'timeout', sent: true })
    assert.equal(clock.timers, 0)
  })

  test('stops when it is told to', async () => {
    const over = new AbortController()
    await using at = await bench(() => over.abort())
    assert.partialDeepStrictEqual(await at.ask({}, over.signal), { ok: false, why: 'aborted' })
    assert.deepEqual(await at.ask({}, over.signal), { ok: false, why: 'aborted', sent: false })
  })

  test('speaks to nobody whom its authorities do not vouch for', async () => {
    const other = await createPki()
    let asked = 0
    await using at = await bench(() => (asked += 1), { tls: { ca: other.caPem } })
    assert.deepEqual(await at.ask(), { ok: false, why: 'failed', sent: false })
    assert.equal(asked, 0)
  })

  test('speaks no old TLS', async () => {
    const server: ServerOptions = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL@SECLEVEL=0' }
    await using at = await bench((_, response) => void response.end('{}'), { server })
    assert.partialDeepStrictEqual(await at.ask(), { ok: false, why: 'failed' })
  })

  test('fails, and throws nothing, with material that is none', async () => {
    await using at = await bench((_, response) => void response.end('{}'), {
      tls: { ca: pki.caPem, cert: 'no certificate', key: 'no key' },
    })
    assert.deepEqual(await at.ask(), { ok: false, why: 'failed', sent: false })
  })
})
