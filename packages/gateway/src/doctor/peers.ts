import { connect } from 'node:tls'
import type { Config } from '#kernel'
import { fault, fine, warning, type Examination, type Finding } from './contract.ts'
import { messageOf } from './examine.ts'

/** Finds the one address of a URL's host that may be connected to; rejects when there is none. */
export type ApprovedAddress = (url: string) => Promise<{ readonly address: string }>

export interface PeerAnswer {
  readonly tls: string
  /** `Date` of the answer, in milliseconds; undefined when it sent none. */
  readonly dateMs: number | undefined
}

/** Sends `HEAD /`-like nothing but a TLS handshake and one harmless request; rejects with what went wrong. */
export type Knock = (
  url: string,
  o: { readonly address: string; readonly ca: string | undefined; readonly signal: AbortSignal },
) => Promise<PeerAnswer>

/** A webhook's tolerance is five minutes; logs and certificates want it better. */
const clockWarnsMs = 5_000
const clockFailsMs = 60_000

interface Peer {
  readonly what: string
  readonly url: string
  readonly ca: string | undefined
}

/** The apps that are asked: are their names known, may they be reached, do they answer over TLS, and what time have they? */
export const peers = (o: {
  readonly approve: ApprovedAddress
  readonly knock: Knock
  readonly readFile: (path: string) => string
  readonly now: () => number
}): Examination => ({
  about: 'apps',
  async examine(config, signal) {
    const found = await Promise.all(peersOf(config, o.readFile).map((peer) => examinePeer(peer, o, signal)))
    return found.flat()
  },
})

function peersOf({ apps }: Config, read: (path: string) => string): Peer[] {
  return apps.flatMap(({ id, webhook }) => {
    const ca = webhook.caFile === undefined ? undefined : read(webhook.caFile)
    const urls = new Set([webhook.url, webhook.fallbackUrl, webhook.eventsUrl])
    return [...urls].flatMap((url) =>
      url === undefined ? [] : [{ what: `apps ${id}: ${new URL(url).host}`, url, ca }],
    )
  })
}

async function examinePeer(
  { what, url, ca }: Peer,
  { approve, knock, now }: { approve: ApprovedAddress; knock: Knock; now: () => number },
  signal: AbortSignal,
): Promise<Finding[]> {
  let address: string
  try {
    address = (await approve(url)).address
  } catch (error) {
    return [
      fault(
        'apps',
        `${what}: ${messageOf(error)}`,
        'Look the name up ("getent hosts"); a private address must be in egress.allowPrivate.',
      ),
    ]
  }
  try {
    const { tls, dateMs } = await knock(url, { address, ca, signal })
    return [fine('apps', `${what}: answers at ${address} (${tls})`), ...judgeClock(what, dateMs, now())]
  } catch (error) {
    return [
      fault(
        'apps',
        `${what}: ${messageOf(error)}`,
        'Is the app running, and does its certificate come from an authority that is trusted (webhook.caFile)? Calls that come in meanwhile get the fallback.',
      ),
    ]
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

/** A TLS handshake with the address, verified by the URL's name, and an OPTIONS request, which changes nothing. */
export const knockTls: Knock = (url, { address, ca, signal }) =>
  new Promise((resolve, reject) => {
    const { hostname, port, pathname, host } = new URL(url)
    const name = hostname.replace(/^\[(.*)\]$/, '$1')
    const isAddress = /^[\d.]+$|:/.test(name)
    const socket = connect({
      host: address,
      port: port === '' ? 443 : Number(port),
      ...(!isAddress && { servername: name }),
      ...(ca !== undefined && { ca }),
      ALPNProtocols: ['http/1.1'],
      minVersion: 'TLSv1.2',
    })
    const give = () => socket.destroy(new Error('it took too long'))
    signal.addEventListener('abort', give, { once: true })
    let head = ''
    const done = () => {
      signal.removeEventListener('abort', give)
      const dateMs = Date.parse(/^date:\s*(.+)$/im.exec(head)?.[1] ?? '')
      resolve({
        tls: `${socket.getProtocol() ?? 'TLS'}, ${socket.getCipher()?.standardName ?? 'closed'}`,
        dateMs: Number.isNaN(dateMs) ? undefined : dateMs,
      })
      socket.destroy()
    }
    socket.setEncoding('latin1')
    socket.once('secureConnect', () => {
      socket.write(`OPTIONS ${pathname} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    })
    socket.on('data', (text) => {
      head += String(text)
      if (head.includes('\r\n\r\n') || head.length > 16_384) done()
    })
    socket.on('end', done)
    socket.on('error', (error) => {
      signal.removeEventListener('abort', give)
      reject(error)
    })
  })
