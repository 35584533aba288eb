import type { SipRequest } from '@voxkeep/wire/sip'
import type { DialogLeg } from './dialog-leg.ts'
import type { LegTable } from './leg-table.ts'
import { parseReplaces, replacedKey } from './replaces.ts'
import type { Trunk } from './trunk.ts'

/**
 * The leg that an INVITE is to take the place of (RFC 3891 §3), or the status to refuse with; undefined when it asks for
 * nothing of the kind. A trunk that may not do this, another trunk's leg, a dialog that is over and one that never was are
 * all refused alike: nobody can find out by this which calls are up.
 */
export function replacedLeg(
  invite: SipRequest,
  trunk: Trunk,
  legs: LegTable,
): { leg: DialogLeg } | number | undefined {
  const [value, another] = invite.headers.getAll('Replaces')
  if (value === undefined) return undefined
  const replaces = another === undefined ? parseReplaces(value) : undefined
  if (replaces === undefined) return 400
  const leg = legs.get(replacedKey(replaces))
  if (!trunk.refer.accept || leg === undefined || leg.trunk !== trunk) return 481
  if (leg.state === 'confirmed') return replaces.earlyOnly ? 486 : { leg }
  // Of early dialogs only those that we began can be taken over: the others' answer is ours to give.
  return leg.state === 'early' && leg.ownsCallId ? { leg } : 481
}
