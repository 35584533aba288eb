import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { validateRequest, validateRequestWithBody, webhook } from 'twilio/lib/webhooks/webhooks.js'
import { Secret } from '#kernel'
import { postSigned, signRequest } from '#webhook'
import {
  fakeEvent,
  fakeWebhookApp,
  loopbackDeps,
  startFakeApp,
  testPki,
} from '#src/webhook/fake-app-server.ts'
import { got, hangUp, hungUp, xml } from './support/twilio-got.ts'
import { callId, incoming, twilioToken, twilioWorld } from './support/twilio-world.ts'

const pki = await testPki

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
