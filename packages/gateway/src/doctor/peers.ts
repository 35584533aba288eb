import type { Config } from '#kernel'
import { readClientTls, type ClientTls, type HttpsClient, type HttpsFailure } from '#webhook'
import { fault, fine, warning, type Examination, type Finding } from './contract.ts'

/** A webhook's tolerance is five minutes; logs and certificates want it better. */
const clockWarnsMs = 5_000
const clockFailsMs = 60_000
const timeoutMs = 8_000
const maxAnswerBytes = 65_536

interface Peer {
  readonly what: string
  readonly url: string
  readonly tls: ClientTls
}

/**
 * The apps that are asked: are their names known, may they be reached, do they answer over TLS, and what time have they? Each is sent one OPTIONS request, which changes
 * nothing, by the client that webhooks go by.
 */
export const peers = (o: {
  readonly client: Pick<HttpsClient, 'exchange'>
  readonly now: () => number
}): Examination => ({
  about: 'apps',
  async examine(config, signal) {
    const found = await Promise.all(peersOf(config).map((peer) => examinePeer(peer, o, signal)))
    return found.flat()
  },
})

function peersOf({ apps }: Config): Peer[] {
  return apps.flatMap(({ id, webhook }) => {
    const tls = readClientTls(webhook.caFile, webhook.clientCertificate)
    const urls = new Set([webhook.url, webhook.fallbackUrl, webhook.eventsUrl])
    return [...urls].flatMap((url) =>
      url === undefined ? [] : [{ what: `apps ${id}: ${new URL(url).host}`, url: bare(url), tls }],
    )
  })
}

/** Names and passwords in an address are for requests that are signed. */
function bare(url: string): string {
  const parsed = new URL(url)
  parsed.username = ''
  parsed.password = ''
  return parsed.href
}

async function examinePeer(
  { what, url, tls }: Peer,
  { client, now }: { client: Pick<HttpsClient, 'exchange'>; now: () => number },
  signal: AbortSignal,
): Promise<Finding[]> {
  const request = { method: 'OPTIONS', url, headers: {}, tls, timeoutMs, maxAnswerBytes } as const
  const answer = await client.exchange(request, signal)
  if (!answer.ok) return [failed(what, answer.why)]
  const theirsMs = Date.parse(answer.headers.date ?? '')
  return [
    fine('apps', `${what}: answers over TLS`),
    ...judgeClock(what, Number.isNaN(theirsMs) ? undefined : theirsMs, now()),
  ]
}

function failed(what: string, why: HttpsFailure): Finding {
  switch (why) {
    case 'blocked':
      return fault(
        'apps',
        `${what}: has no address that may be reached`,
        'A private address must be in egress.allowPrivate.',
      )
    case 'connect':
      return fault(
        'apps',
        `${what}: there is no name, or no connection`,
        'Is the app running, and the name in DNS? Calls that come in meanwhile get the fallback.',
      )
    case 'tls':
      return fault(
        'apps',
        `${what}: its certificate does not verify`,
        'It must carry that name and come from an authority that is trusted: webhook.caFile names another than the system’s.',
      )
    case 'timeout':
    case 'aborted':
      return fault('apps', `${what}: does not answer in time`, 'Calls wait for it and then get the fallback.')
    case 'body':
    case 'too-long':
      return warning(
        'apps',
        `${what}: what it answers is not HTTP, or too long`,
        'Is this the app’s address?',
      )
  }
}

/** HTTP tells whole seconds. */
export function judgeClock(what: string, theirsMs: number | undefined, oursMs: number): Finding[] {
  if (theirsMs === undefined) return []
  const apartMs = Math.max(0, Math.abs(oursMs - theirsMs) - 1_000)
  const told = `this machine’s clock and that of ${what} are ${(apartMs / 1_000).toFixed(0)} s apart`
  const todo =
    'Keep time on both ("timedatectl set-ntp true"): signed webhooks and STIR are refused when clocks differ.'
  if (apartMs >= clockFailsMs) return [fault('clock', told, todo)]
  return [apartMs >= clockWarnsMs ? warning('clock', told, todo) : fine('clock', told)]
}
