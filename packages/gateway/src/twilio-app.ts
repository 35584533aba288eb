import type { CallApp } from '#call'
import { twilioDialect, type TwilioSettings } from '#dialect'
import { ConfigError, type AppConfig } from '#kernel'
import { openDialectApp, type DialectAppDeps } from './dialect-app.ts'

/** An app that was written for Twilio. */
export function openTwilioApp(config: AppConfig, deps: DialectAppDeps): CallApp {
  const settings = twilioSettings(config)
  const { timeoutMs, strict: isStrict } = settings
  return openDialectApp(config, deps, {
    dialect: twilioDialect(settings),
    timeoutMs,
    followsRedirects: true,
    isStrict,
  })
}

/** What the app's configuration says of its dialect: also for documents that come by the REST API. */
export function twilioSettings({
  id,
  twilio,
  webhook,
}: AppConfig): TwilioSettings & { readonly timeoutMs: number } {
  if (twilio === undefined) throw new ConfigError([`apps: "${id}" speaks twilio, and has no \`twilio\``])
  const { method, fallbackMethod, statusCallback, apiUrl = defaultApiUrl, strict, timeoutMs } = twilio
  const { voices, clientDomain, paymentConnectors } = twilio
  return {
    voice: { url: webhook.url, method },
    fallbackMethod,
    statusCallback,
    apiUrl,
    strict,
    timeoutMs,
    voices,
    clientDomain,
    paymentConnectors,
  }
}

/** What SDKs ask unless they are told of another; those that are find recordings at `twilio.apiUrl`. */
const defaultApiUrl = 'https://api.twilio.com'
