import { absoluteAddress, type ActionAddress, type EventAddress } from './command-parts.ts'
import type { Live } from './live.ts'

/** What becomes of a call itself. */
const ofTheCall: ReadonlySet<string> = new Set([
  'call.initiated',
  'call.ringing',
  'call.answered',
  'call.failed',
  'call.ended',
])

/** The address for a call's own events, for those that are such. */
export function addressOfCall(events: EventAddress | undefined, type: string): EventAddress | undefined {
  return ofTheCall.has(type) ? events : undefined
}

/** Where an event goes: undefined is the app's own address, null is nowhere, for it is none of those that were asked for. */
export function targetOf(
  live: Pick<Live, 'app'>,
  events: EventAddress | undefined,
  type: string,
): ActionAddress | null | undefined {
  if (events === undefined) return undefined
  const name = type.slice(type.indexOf('.') + 1)
  if (events.only !== undefined && !events.only.includes(name)) return null
  return absoluteAddress(live.app.config.webhook.url, events)
}
