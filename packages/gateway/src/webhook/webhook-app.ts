import { readFileSync } from 'node:fs'
import { Secret, type AppConfig, type AppId, type TlsFiles } from '#kernel'
import { WebhookError } from './errors.ts'
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
  const secrets = webhook.secrets.map((reference) => followed(() => readSecret(reference)))
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
    timeoutMs: webhook.timeoutMs,
    tls: readClientTls(webhook.caFile, webhook.clientCertificate),
  }
}

function followed(read: () => Secret<string>): () => Secret<string> {
  let good = read()
  decodeSecret(good)
  let last = good
  return () => {
    const now = read()
    if (now === last) return good
    last = now
    if (canSign(now)) good = now
    return good
  }
}

function canSign(secret: Secret<string>): boolean {
  try {
    decodeSecret(secret)
    return true
  } catch {
    return false
  }
}

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
