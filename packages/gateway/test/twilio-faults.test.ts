import assert from 'node:assert/strict'
import { test } from 'node:test'
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js'
import { createPki } from '@voxkeep/pki'
import { fakeClock } from '#kernel'
import { testPki } from '#src/webhook/fake-app-server.ts'
import { codes, got, hangUp, hungUp } from './support/twilio-got.ts'
import { callId, twilioToken, twilioWorld } from './support/twilio-world.ts'

const pki = await testPki

test('G10: an app that refuses the signature has its fallback asked, with the error and where it was', async () => {
  await using second = await twilioWorld(pki, hangUp)
  await using world = await twilioWorld(
    pki,
    (response) => void ((response.statusCode = 403), response.end()),
    {
      webhook: { fallbackUrl: second.url },
    },
  )
  const decided = await world.ask()
  assert.deepEqual(decided.ok && decided.answer, hungUp)
  const { params, signature, url } = got(second)
  assert.deepEqual([params['ErrorCode'], params['ErrorUrl']], ['11200', world.url])
  assert.equal(params['CallSid'], `CA${callId.slice(5)}`)
  assert.equal(validateRequest(twilioToken, signature, url, params), true)
  assert.deepEqual(codes(world), [11_200])
})

test('G11: an app that is silent for 15 seconds, redirects included, has its fallback asked', async () => {
  const clock = fakeClock()
  await using second = await twilioWorld(pki, hangUp)
  const waits = Promise.withResolvers<void>()
  await using world = await twilioWorld(pki, () => waits.resolve(), {
    clock,
    webhook: { fallbackUrl: second.url },
  })
  const decided = world.ask()
  await waits.promise
  clock.advance(14_999)
  assert.equal(second.server.requests.length, 0)
  clock.advance(1)
  assert.equal((await decided).ok, true)
  assert.equal(got(second).params['ErrorCode'], '11205')
})

test('G12: a document that is none asks the fallback, and says which error it was', async () => {
  const answers: [string, string, number][] = [
    ['text/xml', '<Response><Say>', 12_100],
    ['application/json', '{}', 12_300],
    ['text/xml', '<Other/>', 12_102],
  ]
  for (const [type, body, code] of answers) {
    await using second = await twilioWorld(pki, hangUp)
    await using world = await twilioWorld(
      pki,
      (response) => void (response.setHeader('content-type', type), response.end(body)),
      { webhook: { fallbackUrl: second.url, eventsUrl: 'https://events.test/' } },
    )
    assert.equal((await world.ask()).ok, true)
    assert.equal(got(second).params['ErrorCode'], String(code))
    assert.deepEqual(codes(world), [code])
    assert.deepEqual(
      world.told.map(({ type: name, data }) => [name, (data as { code: number }).code]),
      [['app.fault', code]],
    )
  }
})

test('G13: redirects are followed, each signed for where it leads, and not for ever', async () => {
  await using world = await twilioWorld(pki, (response, request) => {
    const places: Record<string, [number, string]> = {
      '/voice': [307, '/second?x=1'],
      '/second?x=1': [302, '/third'],
    }
    const [status, location] = places[request.url ?? ''] ?? [0, '']
    if (status === 0) return hangUp(response)
    response.writeHead(status, { location }).end()
  })
  assert.equal((await world.ask()).ok, true)
  const [first, second, third] = [got(world, 0), got(world, 1), got(world, 2)]
  for (const one of [first, second])
    assert.equal(validateRequest(twilioToken, one.signature, one.url, one.params), true, one.url)
  assert.equal(second.params['CallSid'], first.params['CallSid'])
  assert.equal(third.body, '')
  assert.equal(validateRequest(twilioToken, third.signature, third.url, {}), true)
  await using circle = await twilioWorld(
    pki,
    (response) => void response.writeHead(302, { location: '/voice' }).end(),
  )
  assert.equal((await circle.ask()).ok, false)
  assert.deepEqual([circle.server.requests.length, codes(circle)], [11, [11_215]])
  await using away = await twilioWorld(
    pki,
    (response) => void response.writeHead(302, { location: 'http://localhost/' }).end(),
  )
  assert.equal((await away.ask()).ok, false)
  assert.deepEqual(codes(away), [11_216])
})

test('G14: a certificate that does not verify ends it before anything is sent', async () => {
  const other = await createPki()
  await using world = await twilioWorld(pki, hangUp, { ca: other.caPem })
  assert.equal((await world.ask()).ok, false)
  assert.deepEqual([world.server.requests.length, codes(world)], [0, [11_220]])
})

test('G15: a private address is not reached unless it is allowed, by a redirect neither', async () => {
  await using world = await twilioWorld(pki, hangUp, { allowPrivate: [] })
  assert.equal((await world.ask()).ok, false)
  assert.deepEqual([world.server.requests.length, codes(world)], [0, [11_100]])
  await using redirecting = await twilioWorld(
    pki,
    (response) => void response.writeHead(307, { location: 'https://10.0.0.1/latest' }).end(),
  )
  assert.equal((await redirecting.ask()).ok, false)
  assert.deepEqual(codes(redirecting), [11_100])
})
