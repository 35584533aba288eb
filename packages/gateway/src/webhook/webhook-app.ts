import { readFileSync } from 'node:fs'
import { readSecret, Secret, type AppConfig, type AppId, type TlsFiles } from '#kernel'
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
  readonly secrets: readonly Secret<string>[]
  /** For one decision, by `url` or by `fallbackUrl`. */
  readonly timeoutMs: number
  readonly tls: ClientTls
}

/** Reads the app's secrets and certificates. Throws `ConfigError` or `WebhookError` rather than start with one that cannot sign. */
export function openWebhookApp(config: AppConfig, env: NodeJS.ProcessEnv = process.env): WebhookApp {
  const { webhook } = config
  const secrets = webhook.secrets.map((reference) => readSecret(reference, env))
  secrets.forEach(decodeSecret)
  return {
    id: config.id as AppId,
    url: webhook.url,
    fallbackUrl: webhook.fallbackUrl,
    eventsUrl: webhook.eventsUrl ?? webhook.url,
    secrets,
    timeoutMs: webhook.timeoutMs,
    tls: readClientTls(webhook.caFile, webhook.clientCertificate),
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
