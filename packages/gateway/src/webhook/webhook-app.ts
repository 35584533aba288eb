import { readFileSync } from 'node:fs'
import {
  Secret,
  signedPlatforms,
  type AppConfig,
  type AppId,
  type SignedPlatform,
  type TlsFiles,
} from '#kernel'
import { WebhookError } from './errors.ts'
import { checkPlatformSecret, type PlatformKeys } from './sign-platform.ts'
import { decodeSecret } from './sign-standard.ts'

/** What a TLS connection to an app trusts and shows. All PEM. */
export interface ClientTls {
  /** Authorities to trust instead of the system's. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: Secret<string>
}

/** An app as webhooks see it: its configuration with every reference followed. */
export interface WebhookApp {
  readonly id: AppId
  readonly url: string
  readonly fallbackUrl: string | undefined
  readonly eventsUrl: string
  /** As they are now: read them for each use. */
  readonly secrets: readonly Secret<string>[]
  /** What signs `X-Twilio-Signature`, the primary one first; as they are now. */
  readonly twilioTokens?: readonly Secret<string>[]
  /** What signs as another platform does, as it is now; undefined where nothing does. */
  readonly platform?: PlatformKeys | undefined
  /** For one decision, by `url` or by `fallbackUrl`. */
  readonly timeoutMs: number
  readonly tls: ClientTls
}

/**
 * Reads the app's secrets and certificates. Throws what `readSecret` throws, or `WebhookError`, rather than start with one that cannot
 * sign. One that turns into something that cannot sign later is not taken: the last good one stays.
 */
export function openWebhookApp(
  config: AppConfig,
  readSecret: (reference: string) => Secret<string>,
): WebhookApp {
  const { webhook } = config
  const secrets = webhook.secrets.map((reference) => followed(() => readSecret(reference), decodeSecret))
  const platform = followPlatform(config, readSecret)
  const tokens = config.twilio?.authTokens ?? []
  tokens.map(readSecret)
  return {
    id: config.id as AppId,
    url: webhook.url,
    fallbackUrl: webhook.fallbackUrl,
    eventsUrl: webhook.eventsUrl ?? webhook.url,
    get secrets() {
      return secrets.map((secret) => secret())
    },
    get twilioTokens() {
      return tokens.map(readSecret)
    },
    get platform() {
      return platform?.()
    },
    timeoutMs: webhook.timeoutMs,
    tls: readClientTls(webhook.caFile, webhook.clientCertificate),
  }
}

/** The last one that `check` did not refuse. */
function followed(
  read: () => Secret<string>,
  check: (secret: Secret<string>) => unknown,
): () => Secret<string> {
  let good = read()
  check(good)
  let last = good
  return () => {
    const now = read()
    if (now === last) return good
    last = now
    if (passes(check, now)) good = now
    return good
  }
}

function passes(check: (secret: Secret<string>) => unknown, secret: Secret<string>): boolean {
  try {
    check(secret)
    return true
  } catch {
    return false
  }
}

function followPlatform(
  { dialect, platform: settings }: AppConfig,
  readSecret: (reference: string) => Secret<string>,
): (() => PlatformKeys) | undefined {
  if (settings === undefined || !isSigned(dialect)) return undefined
  const secrets = settings.secrets.map((reference) =>
    followed(
      () => readSecret(reference),
      (secret) => checkPlatformSecret(dialect, secret),
    ),
  )
  const { apiKey } = settings
  return () => ({ platform: dialect, secrets: secrets.map((secret) => secret()), apiKey })
}

function isSigned(dialect: AppConfig['dialect']): dialect is SignedPlatform {
  return signed.includes(dialect)
}

const signed: readonly string[] = signedPlatforms

/** Also for streams, whose configuration has the same three files. */
export function readClientTls(caFile: string | undefined, certificate: TlsFiles | undefined): ClientTls {
  return {
    ...(caFile === undefined ? {} : { ca: read(caFile) }),
    ...(certificate && { cert: read(certificate.certFile), key: new Secret(read(certificate.keyFile)) }),
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new WebhookError('WEBHOOK_FILE_UNREADABLE', `${path} cannot be read`, { cause })
  }
}
