import { callBook, openPlatform, twilioDialect, type Dialect } from '#dialect'
import { accountSid, type AppConfig, type AppId, type Clock, type Config } from '#kernel'
import type { ReadyRequest } from '#webhook'
import { regionGuard } from './residency.ts'
import { twilioSettings } from './twilio-app.ts'

/** What became of a call that a crash ended. */
export interface CrashEvent {
  readonly id: string
  readonly type: string
  readonly call: string
  readonly data: Readonly<Record<string, unknown>>
}

/** How apps of other dialects are told of calls that nobody remembers any more: where the app's own configuration names an address that its tenant's data may go to. */
export function crashCallbacks(
  config: Config,
  clock: Clock,
): (app: AppId, event: CrashEvent) => readonly ReadyRequest[] {
  const known = new Map(config.apps.map((app) => [app.id as AppId, app]))
  return (id, event) => {
    const app = known.get(id)
    const dialect = app && dialectOf(app)
    if (app === undefined || dialect === undefined) return []
    const nowMs = clock.now()
    const facts = callBook(accountSid(app.tenant)).note(event, nowMs)
    const checkRegion = regionGuard(config, app)
    return dialect.tell(event, { facts, nowMs }).filter(({ url }) => isHere(checkRegion, url))
  }
}

function isHere(checkRegion: (url: string) => void, url: string): boolean {
  try {
    checkRegion(url)
    return true
  } catch {
    return false
  }
}

function dialectOf(app: AppConfig): Dialect | undefined {
  switch (app.dialect) {
    case 'voxkeep':
      return undefined
    case 'twilio':
      return twilioDialect(twilioSettings(app))
    case 'teler':
    case 'telnyx':
    case 'plivo':
    case 'exotel':
    case 'vonage':
    case 'jambonz':
      return openPlatform(app.dialect, app.webhook.url)
  }
}
