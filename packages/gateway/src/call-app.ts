import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { parseWav, toMono8k } from '@voxkeep/wire/wav'
import type { CallApp } from '#call'
import { accountSid, ConfigError, type AppConfig, type Clock, type Secret } from '#kernel'
import {
  decide,
  openWebhookApp,
  readClientTls,
  signPlatformUpgrade,
  signStandard,
  signTwilio,
  type Delivery,
  type EgressGuard,
  type HttpsClient,
  type Outbox,
  type PlatformKeys,
} from '#webhook'

export interface CallAppDeps {
  readonly clock: Clock
  readonly client: HttpsClient
  readonly guard: EgressGuard
  readonly outbox: Outbox
  readonly readSecret: (reference: string) => Secret<string>
  /** Takes each attempt at a decision webhook for the delivery log. */
  readonly onDelivery: (delivery: Delivery) => void
  /** Throws, with the code `REGION_REFUSED`, for a URL that lies outside the regions the app's tenant is tied to. */
  readonly checkRegion: (url: string) => void
}

const maxAudioBytes = 8 * 1024 * 1024
const audioTimeoutMs = 10_000
const builtInFallback = join(import.meta.dirname, '../assets/unavailable.wav')

/** One configured app, as calls use it: asked, told, streamed to. Throws `ConfigError` rather than start with one that cannot sign. */
export function openCallApp(config: AppConfig, deps: CallAppDeps): CallApp {
  const webhook = openWebhookApp(config, deps.readSecret)
  const streamSecret = config.stream.secret ?? config.twilio?.authTokens[0]
  const readStreamSecret = () => (streamSecret === undefined ? undefined : deps.readSecret(streamSecret))
  readStreamSecret()
  const streamTls = readClientTls(config.stream.caFile, config.stream.clientCertificate)
  return {
    config,
    accountSid: accountSid(config.tenant),
    get signers() {
      return webhook.secrets.map((secret) => `secret ${fingerprint(secret.reveal(), 8)}`)
    },
    fallbackAudio: readAudio(config.fallback.playFile ?? builtInFallback, 'fallback.playFile'),
    holdMusic:
      config.holdMusicFile === undefined ? undefined : readAudio(config.holdMusicFile, 'holdMusicFile'),
    async decide(event, signal) {
      if (event.to !== undefined && isAway(deps, event.to.url)) return { ok: false, why: 'region' }
      return decide(deps, { app: webhook, event, onDelivery: deps.onDelivery }, signal)
    },
    async tell(event) {
      if (event.to !== undefined) deps.checkRegion(event.to.url)
      await deps.outbox.enqueue(event, webhook.id)
    },
    async prepareStream(url, id) {
      if (new URL(url).search !== '') throw new TypeError('a stream address has no query; use parameters')
      deps.checkRegion(url)
      const { address, family, port } = await deps.guard.resolve(url)
      const host = family === 6 ? `[${address}]` : address
      return {
        url,
        address: port === undefined ? address : `${host}:${port}`,
        headers: signUpgrade(
          { secrets: webhook.secrets, platform: webhook.platform, token: readStreamSecret() },
          id,
          deps.clock.now(),
          url,
        ),
        tls: {
          ...(streamTls.ca !== undefined && { ca: streamTls.ca }),
          ...(streamTls.cert !== undefined &&
            streamTls.key !== undefined && { cert: streamTls.cert, key: streamTls.key.reveal() }),
          spkiPins: config.stream.spkiPins,
        },
      }
    },
    async fetchAudio(url, signal) {
      deps.checkRegion(url)
      const request = {
        method: 'GET',
        url,
        headers: { accept: 'audio/wav' },
        tls: webhook.tls,
        timeoutMs: audioTimeoutMs,
        maxAnswerBytes: maxAudioBytes,
      } as const
      const answer = await deps.client.exchange(request, signal)
      if (!answer.ok) throw new TypeError(`no audio: ${answer.why}`)
      if (answer.status !== 200) throw new TypeError(`no audio: status ${answer.status}`)
      return ulawOf(answer.body)
    },
  }
}

/** Whether the address lies outside the regions of the app's tenant. What is no address at all is the guard's to refuse. */
function isAway(deps: Pick<CallAppDeps, 'checkRegion'>, url: string): boolean {
  if (!URL.canParse(url)) return false
  try {
    deps.checkRegion(url)
    return false
  } catch {
    return true
  }
}

/** The upgrade's headers: Standard Webhooks over the whole URL, and Twilio's or another platform's where a secret is set for it. */
function signUpgrade(
  app: {
    readonly secrets: readonly Secret<string>[]
    readonly platform?: PlatformKeys | undefined
    readonly token: Secret<string> | undefined
  },
  id: string,
  nowMs: number,
  url: string,
): Record<string, string> {
  const { secrets, platform, token } = app
  return {
    ...signStandard(secrets, id, nowMs / 1_000, url),
    ...(token !== undefined && { 'x-twilio-signature': signTwilio(token, url) }),
    ...(platform !== undefined && signPlatformUpgrade(platform, url, id, nowMs)),
  }
}

/** Tells one secret from another on a receipt, and gives nothing away: secrets have 24 random bytes or more. */
function fingerprint(text: string, hexDigits: number): string {
  return createHash('sha256').update(`voxkeep fingerprint ${text}`).digest('hex').slice(0, hexDigits)
}

function readAudio(path: string, setting: string): Uint8Array {
  try {
    return ulawOf(readFileSync(path))
  } catch (cause) {
    throw new ConfigError([`${path}: cannot be read as a WAV file (${setting})`], { cause })
  }
}

function ulawOf(bytes: Uint8Array): Uint8Array {
  const wav = parseWav(bytes)
  if ('error' in wav) throw new TypeError(`not a WAV file that can be played: ${wav.error}`)
  const samples = toMono8k(wav)
  return encodeUlaw(samples, new Uint8Array(samples.length))
}
