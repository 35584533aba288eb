import type { CallApp } from '#call'
import type { AppConfig } from '#kernel'
import { openCallApp } from './call-app.ts'
import type { DialectAppDeps } from './dialect-app.ts'
import { openPlatformApp } from './platform-app.ts'
import { openTwilioApp } from './twilio-app.ts'

/** One configured app, in the dialect that it speaks. */
export function openApp(config: AppConfig, deps: DialectAppDeps): CallApp {
  switch (config.dialect) {
    case 'twilio':
      return openTwilioApp(config, deps)
    case 'voxkeep':
      return openCallApp(config, deps)
    case 'teler':
    case 'telnyx':
    case 'plivo':
    case 'exotel':
    case 'vonage':
    case 'jambonz':
      return openPlatformApp(config, config.dialect, deps)
  }
}
