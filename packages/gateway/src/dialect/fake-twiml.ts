import assert from 'node:assert/strict'
import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js'
import type { TwimlSettings } from './twilio-context.ts'
import { readTwiml } from './twilio-document.ts'

/** Documents for tests, made by Twilio's own builder. */
export type Build = (response: InstanceType<typeof VoiceResponse>) => void

export const twimlSettings: TwimlSettings = { voices: {}, paymentConnectors: {}, strict: false }
export const documentUrl = 'https://app.test/voice/start?x=1'

export function document(build: Build): string {
  const response = new VoiceResponse()
  build(response)
  return response.toString()
}

export function read(build: Build, more: Partial<TwimlSettings> = {}) {
  return readTwiml(document(build), documentUrl, { ...twimlSettings, ...more })
}

/** The commands of a document but the hang-up at its end. */
export function actions(build: Build, more: Partial<TwimlSettings> = {}): object[] {
  const { actions: all, warnings } = read(build, more)
  assert.deepEqual(warnings, [])
  assert.deepEqual(all.at(-1), { type: 'hangup' })
  return all.slice(0, -1)
}
