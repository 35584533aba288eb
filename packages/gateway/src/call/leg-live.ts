import type { CallLeg } from './call-leg.ts'
import type { Live } from './live.ts'

/** The call as one of its other legs sees it: what is played, said, pressed and heard is that leg's. It ends with `signal`. */
export function liveOfLeg(live: Live, leg: CallLeg, signal: AbortSignal): Live {
  const { id, tenant, legs, token, deps, app, log, receipt, ears, consent, words } = live
  return {
    id,
    tenant,
    legs,
    token,
    deps,
    app,
    log,
    receipt,
    ears,
    consent,
    words,
    signal,
    get first() {
      return leg
    },
    get leg() {
      return leg.id
    },
    ensureAnswered: async () => {},
    prepare: async () => {},
    early: () => {},
    reject: (status, reason) => live.reject(status, reason),
    end: (reason) => live.end(reason),
    describe: () => live.describe(),
    asking: () => live.asking(),
    story: (kind, fields) => live.story(kind, fields),
    audit: (type, fields) => live.audit(type, fields),
    tell: (type, data, events) => live.tell(type, data, events),
    set: (variables) => live.set(variables),
    command: (commands) => live.command(commands),
    onLeg: (other, handler) => live.onLeg(other, handler),
    onMedia: (handler) => live.onLeg(leg, handler),
  }
}
