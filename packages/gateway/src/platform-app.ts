import type { CallApp } from '#call'
import { openPlatform, type PlatformName } from '#dialect'
import type { AppConfig } from '#kernel'
import { openDialectApp, type DialectAppDeps } from './dialect-app.ts'

/** An app that was written for another platform than Twilio. */
export function openPlatformApp(config: AppConfig, name: PlatformName, deps: DialectAppDeps): CallApp {
  const { url, timeoutMs } = config.webhook
  const dialect = openPlatform(name, url)
  // A redirect is a failure, as with apps of our own: what was signed for one address is not told to another.
  return openDialectApp(config, deps, { dialect, timeoutMs, followsRedirects: false, isStrict: false })
}
