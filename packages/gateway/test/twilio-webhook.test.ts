import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { validateRequest, validateRequestWithBody, webhook } from 'twilio/lib/webhooks/webhooks.js'
import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js'
import { createPki } from '@voxkeep/pki'
import { callCommand } from '#call'
import { fakeClock } from '#kernel'
import { postSigned } from '#webhook'
import {
  fakeEvent,
  fakeWebhookApp,
  loopbackDeps,
  startFakeApp,
  testPki,
} from '#src/webhook/fake-app-server.ts'
import { Secret } from '#kernel'
import { callId, incoming, twilioToken, twilioWorld, type TwilioWorld } from './support/twilio-world.ts'

const pki = await testPki
const xml = (response: ServerResponse, text: string) => {
  response.setHeader('content-type', 'text/xml')
  response.end(text)
}
const hangUp = (response: ServerResponse) => xml(response, '<Response><Hangup/></Response>')
const hungUp = { actions: [{ type: 'hangup' }] }

/** What the server got at `index`, as the app's framework would give it. */
function got(world: TwilioWorld, index = 0) {
  const request = world.server.requests[index]
  assert.ok(request)
  const host = String(request.headers.host)
  const signature = String(request.headers['x-twilio-signature'])
  const params = Object.fromEntries(new URLSearchParams(request.body))
  return { ...request, url: `https://${host}${request.path}`, signature, params }
}

function codes(world: TwilioWorld): unknown[] {
  return world.faults.map(({ code }) => code)
}

test('G1 G3: the first request has what is known of the call, blanks included, and its signature covers them', async () => {
  await using world = await twilioWorld(pki, hangUp)
  const data = {
    ...incoming,
    identity: { status: 'passed', attestation: 'A' },
    sip: { call_id: 'a@b', source: '192.0.2.7' },
  }
  const decided = await world.ask({ data })
  assert.deepEqual(decided.ok && decided.answer, hungUp)
  const { params, signature, url, headers } = got(world)
  assert.equal(headers['content-type'], 'application/x-www-form-urlencoded; charset=UTF-8')
  const { CallSid, AccountSid, From, To, CallStatus, ApiVersion, Direction, FromCity, CallerName } = params
  assert.match(String(AccountSid), /^AC[0-9a-f]{32}$/)
  assert.equal(AccountSid, world.app.accountSid)
  assert.deepEqual(
    { CallSid, From, To, CallStatus, ApiVersion, Direction, FromCity, CallerName },
    {
      CallSid: `CA${callId.slice(5)}`,
      From: '+12125550100',
      To: '+12125550199',
      CallStatus: 'ringing',
      ApiVersion: '2010-04-01',
      Direction: 'inbound',
      FromCity: '',
      CallerName: '',
    },
  )
  assert.deepEqual(
    [params['StirVerstat'], params['SipCallId'], params['SipSourceIp'], params['Caller'], params['Called']],
    ['TN-Validation-Passed-A', 'a@b', '192.0.2.7', '+12125550100', '+12125550199'],
  )
  assert.equal(validateRequest(twilioToken, signature, url, params), true)
  const { FromCity: _, ...withoutBlank } = params
  assert.equal(validateRequest(twilioToken, signature, url, withoutBlank), false, 'a blank counts')
  assert.equal(validateRequest(twilioToken, signature, url, { ...params, From: '+1' }), false)
})

test('G2: the twilio.webhook() middleware lets a request in, and nothing that was changed', async () => {
  let params: Record<string, string> = {}
  await using world = await twilioWorld(pki, (response, request) => {
    const body = new URLSearchParams(world.server.requests.at(-1)?.body)
    params = Object.fromEntries(body)
    const express = Object.assign(request, {
      protocol: 'https',
      originalUrl: request.url,
      body: request.headers['x-change'] === undefined ? params : {},
      header: (name: string) => request.headers[name.toLowerCase()],
      get: (name: string) => request.headers[name.toLowerCase()],
    })
    const answer = Object.assign(response, {
      type: () => answer,
      status: (code: number) => ((response.statusCode = code), answer),
      send: (text: string) => void response.end(text),
    })
    const middleware = webhook({}, twilioToken) as (
      request: IncomingMessage,
      response: ServerResponse,
      next: () => void,
    ) => void
    middleware(express, answer, () => hangUp(response))
  })
  const decided = await world.ask()
  assert.equal(decided.ok, true)
  assert.equal(world.server.requests.length, 1)
})

test('G4 G5: with GET everything stands in the query, and the whole address is signed, whatever characters it has', async () => {
  const path = "/voice/o'neil?a=1%2B1&b=%20c+d&é=ü"
  await using world = await twilioWorld(pki, hangUp, { twilio: { method: 'GET' }, path })
  const data = { ...incoming, from: "sip:o'neil+x@pbx.test", to: 'Zoë & Söhne' }
  assert.equal((await world.ask({ data })).ok, true)
  const { url, signature, body, path: requested } = got(world)
  assert.equal(body, '')
  assert.equal(validateRequest(twilioToken, signature, url, {}), true)
  const query = new URL(url).searchParams
  assert.deepEqual(
    [query.get('a'), query.get('b'), query.get('From'), query.get('To')],
    ['1+1', ' c d', "sip:o'neil+x@pbx.test", 'Zoë & Söhne'],
  )
  assert.ok(requested.startsWith("/voice/o'neil?a=1%2B1&b=%20c+d&"), requested)
})

test('G4: a document that was had by GET has the address without its form: what leads back to it carries no number', async () => {
  const twiml = '<Response><Gather/><Redirect method="GET"/></Response>'
  await using world = await twilioWorld(pki, (response) => xml(response, twiml), {
    twilio: { method: 'GET' },
    path: '/voice?a=1',
  })
  const decided = await world.ask()
  assert.ok(decided.ok)
  const { actions } = decided.answer as { actions: { action_url?: string; url?: string }[] }
  assert.deepEqual(
    actions.map((action) => action.action_url ?? action.url),
    [world.url, world.url],
  )
})

test('G5 G6: a POST validates with odd characters in its address and its form, and with a port of its own', async () => {
  await using world = await twilioWorld(pki, hangUp, { path: "/v'x?q=%2B&r=a+b" })
  await world.ask({ data: { ...incoming, from: "o'neil + söhne %2B" } })
  const { url, signature, params } = got(world)
  assert.match(url, /^https:\/\/localhost:\d+\//)
  assert.equal(params['From'], "o'neil + söhne %2B")
  assert.equal(validateRequest(twilioToken, signature, url, params), true)
})

test('G7: a name and password in an address go out as Basic, and are no part of what is signed', async () => {
  await using world = await twilioWorld(pki, hangUp)
  const to = { url: world.url.replace('https://', 'https://user:p%40ss@'), method: 'POST' } as const
  assert.equal((await world.ask({ to })).ok, true)
  const { url, signature, params, headers } = got(world)
  assert.equal(headers.authorization, `Basic ${Buffer.from('user:p@ss').toString('base64')}`)
  assert.equal(validateRequest(twilioToken, signature, url, params), true)
  assert.equal(world.deliveries[0]?.url.includes('p%40ss'), false)
})

test('G8: an event of ours in JSON has its hash in the address, as validateRequestWithBody wants it', async () => {
  await using server = await startFakeApp(pki, (response) => response.end('{}'))
  using deps = loopbackDeps()
  const twilioTokens = [new Secret(twilioToken)]
  const app = fakeWebhookApp(pki, server.url, { twilioTokens })
  await postSigned(deps, {
    app,
    url: `${server.url}?a=1`,
    id: fakeEvent.id,
    body: '{"a":"ü"}',
    timeoutMs: 5_000,
  })
  const [request] = server.requests
  const signature = String(request?.headers['x-twilio-signature'])
  const url = `https://${request?.headers.host}${request?.path}`
  assert.equal(validateRequestWithBody(twilioToken, signature, url, request?.body ?? ''), true)
  assert.equal(validateRequestWithBody(twilioToken, signature, url, '{"a":"u"}'), false)
})

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

test('G16: the primary token signs, and the secondary as soon as it is the primary', async () => {
  await using world = await twilioWorld(pki, hangUp, { twilio: { authTokens: ['token', 'next'] } })
  await world.ask()
  world.secrets['token'] = 'f'.repeat(32)
  await world.ask()
  const [before, after] = [got(world, 0), got(world, 1)]
  assert.equal(validateRequest(twilioToken, before.signature, before.url, before.params), true)
  assert.equal(validateRequest('f'.repeat(32), after.signature, after.url, after.params), true)
  assert.equal(validateRequest(twilioToken, after.signature, after.url, after.params), false)
})

test('G9: a name that is sent twice is signed with each of its values, sorted and once', async () => {
  const { signRequest } = await import('#webhook')
  const url = 'https://app.test/'
  const request = {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'b=2&a=x&b=1&b=2',
  } as const
  const app = { secrets: [], twilioTokens: [new Secret(twilioToken)] }
  const { headers } = signRequest(app, request, fakeEvent.id, 0)
  const signature = headers['x-twilio-signature'] ?? ''
  assert.equal(validateRequest(twilioToken, signature, url, { a: 'x', b: ['2', '1', '2'] }), true)
})

test('H9: documents that redirect in a circle are stopped', async () => {
  const clock = fakeClock()
  await using world = await twilioWorld(
    pki,
    (response) => xml(response, '<Response><Redirect/></Response>'),
    { clock },
  )
  const hop = () => world.ask({ type: 'call.redirected', to: { url: world.url, method: 'POST' } })
  for (let round = 0; round < 20; round++) assert.equal((await hop()).ok, true)
  const stopped = await hop()
  assert.deepEqual([stopped.ok, !stopped.ok && stopped.why], [false, 'redirects'])
  clock.advance(10_001)
  assert.equal((await hop()).ok, true)
})

test('H15: what VoiceResponse makes of every verb is commands that calls take', async () => {
  const response = new VoiceResponse()
  response.say('hello')
  response.play({ digits: '1w2' })
  response.play('/a.wav')
  response.pause({ length: 1 })
  response
    .gather({ numDigits: 1, input: ['dtmf', 'speech'], hints: 'a, b', partialResultCallback: '/p' })
    .say('press')
  response.start().stream({ url: 'wss://app.test/fork', track: 'outbound_track', name: 'n' })
  response.stop().stream({ name: 'n' })
  response.record({ action: '/r', recordingStatusCallback: '/rs' })
  const dial = response.dial({
    action: '/d',
    callerId: '+12125550100',
    record: 'record-from-answer',
    timeLimit: 60,
  })
  dial.number({ statusCallback: '/leg', sendDigits: '1', url: '/whisper', method: 'GET' }, '+12125550101')
  dial.sip(
    { statusCallback: '/leg', sendDigits: '1', url: '/whisper', method: 'GET' } as object,
    'sip:a@b.test',
  )
  const pay = response.pay({
    chargeAmount: '10.00',
    paymentConnector: 'stripe',
    action: '/paid',
    statusCallback: '/ps',
  })
  pay.prompt({ for: 'payment-card-number' }).say('Card please')
  response.refer({ action: '/referred' }).sip('sip:b@pbx.test')
  response.connect({ action: '/c' }).conversationRelay({ url: 'wss://app.test/relay', welcomeGreeting: 'Hi' })
  const stream = response
    .connect({ action: '/c' })
    .stream({ url: 'wss://app.test/media', statusCallback: '/ss' })
  stream.parameter({ name: 'k', value: 'v' })
  response.redirect('/next')
  await using world = await twilioWorld(pki, (answer) => xml(answer, response.toString()))
  const decided = await world.ask()
  assert.ok(decided.ok)
  const { actions } = decided.answer as { actions: { type: string }[] }
  assert.deepEqual(world.faults, [])
  for (const action of actions) callCommand.parse(action)
  assert.deepEqual(
    actions.map(({ type }) => type),
    [
      'say',
      'send_digits',
      'play',
      'wait',
      'gather',
      'stream',
      'stream',
      'message',
      'dial',
      'pay',
      'transfer',
      'relay',
      'stream',
      'redirect',
    ],
  )
})

test('H2: a command that calls do not take is left out with a warning, or fails where documents are taken strictly', async () => {
  const text = '<Response><Dial><Number>nobody</Number></Dial><Say>after</Say></Response>'
  await using world = await twilioWorld(pki, (response) => xml(response, text))
  const decided = await world.ask()
  assert.deepEqual(
    decided.ok && (decided.answer as { actions: { type: string }[] }).actions.map(({ type }) => type),
    ['say', 'hangup'],
  )
  assert.deepEqual(codes(world), [12_200])
  await using strict = await twilioWorld(pki, (response) => xml(response, text), { twilio: { strict: true } })
  assert.equal((await strict.ask()).ok, false)
})

test('openTwilioApp() goes on without asking where a document named no address', async () => {
  await using world = await twilioWorld(pki, hangUp)
  const decided = await world.ask({ type: 'call.dialed', data: { outcome: 'busy' } })
  assert.deepEqual(decided.ok && decided.answer, { actions: [] })
  assert.equal(world.server.requests.length, 0)
})

test('openTwilioApp() has a plain answer said', async () => {
  await using world = await twilioWorld(pki, (response) => {
    response.setHeader('content-type', 'text/plain')
    response.end('Good morning')
  })
  const decided = await world.ask()
  assert.deepEqual(decided.ok && decided.answer, {
    actions: [{ type: 'say', text: 'Good morning' }, { type: 'hangup' }],
  })
})
