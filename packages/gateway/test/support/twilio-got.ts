import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import type { TwilioWorld } from './twilio-world.ts'

/** Answers with a document. */
export function xml(response: ServerResponse, text: string): void {
  response.setHeader('content-type', 'text/xml')
  response.end(text)
}

/** Answers with a document that ends the call. */
export function hangUp(response: ServerResponse): void {
  xml(response, '<Response><Hangup/></Response>')
}

/** That document, in our words. */
export const hungUp = { actions: [{ type: 'hangup' }] }

/** What the server got at `index`, as the app's framework would give it. */
export function got(world: TwilioWorld, index = 0) {
  const request = world.server.requests[index]
  assert.ok(request)
  const host = String(request.headers.host)
  const signature = String(request.headers['x-twilio-signature'])
  const params = Object.fromEntries(new URLSearchParams(request.body))
  return { ...request, url: `https://${host}${request.path}`, signature, params }
}

/** The errors and warnings that the world's app was told of, by Twilio's numbers. */
export function codes(world: TwilioWorld): unknown[] {
  return world.faults.map(({ code }) => code)
}
