import { isIP } from 'node:net'
import type { Clock } from '#kernel'
import { EdgeError } from './edge-error.ts'
import type { Resolver, SrvRecord } from './resolver.ts'

/** Somewhere to connect to. */
export interface Target {
  readonly address: string
  readonly port: number
}

/** Gives a peer's addresses in the order in which they are to be tried; never none. Rejects with `EdgeError`, reason `name`. */
export type Locate = (host: string, port: number | undefined) => Promise<readonly Target[]>

export const sipsPort = 5061
/** What DNS says is kept this long at least, for calls come in bursts, and this long at most, for peers move. */
const [minKeptS, maxKeptS] = [5, 300]
const maxNames = 1_000 // trunks have few, but Contact and Record-Route of their peers name others
const maxTargets = 16

interface Found {
  readonly srv: readonly SrvRecord[]
  readonly addresses: ReadonlyMap<string, readonly string[]>
  readonly untilMs: number
}

/**
 * RFC 3263 §4 for TLS: an address is taken as it is; with a port, A and AAAA of the name; without one, SRV of
 * `_sips._tcp`, its targets ordered by priority and at random by weight (RFC 2782), else A and AAAA at 5061. NAPTR is not
 * asked, for the transport is settled. IPv4 comes before IPv6, because it is by IPv4 addresses that most peers know us.
 *
 * @param chance - In [0, 1).
 */
export function locator(deps: {
  resolver: Resolver
  clock: Pick<Clock, 'monotonicMs'>
  chance: () => number
}): Locate {
  const { resolver, clock, chance } = deps
  const kept = new Map<string, Promise<Found>>()

  async function ask(host: string, withSrv: boolean): Promise<Found> {
    const srv = withSrv ? await resolver.srv(`_sips._tcp.${host}`) : []
    // RFC 2782: one record with the target `.` says that there is no such service.
    const names = srv.length === 0 ? [host] : srv.map(({ name }) => name).filter((name) => name !== '')
    const asked = [...new Set(names)].slice(0, maxTargets)
    const answers = await Promise.all(asked.map((name) => addressesOf(name, resolver)))
    const addresses = new Map(asked.map((name, i) => [name, answers[i]?.map(({ address }) => address) ?? []]))
    const ttlS = Math.min(...srv.map((record) => record.ttlS), ...answers.flat().map((record) => record.ttlS))
    const keptS = Math.max(minKeptS, Math.min(maxKeptS, ttlS))
    return { srv, addresses, untilMs: clock.monotonicMs() + keptS * 1_000 }
  }

  async function find(host: string, withSrv: boolean): Promise<Found> {
    const key = `${withSrv ? 'srv' : 'host'} ${host}`
    const pending = kept.get(key)
    const known = pending && (await pending)
    if (known && known.untilMs > clock.monotonicMs()) return known
    const asked = ask(host, withSrv)
    kept.delete(key)
    kept.set(key, asked)
    for (const oldest of kept.keys()) if (kept.size > maxNames) kept.delete(oldest)
    return await asked
  }

  return async (host, port) => {
    if (isIP(host) !== 0) return [{ address: host, port: port ?? sipsPort }]
    const found = await find(host, port === undefined)
    const at = (name: string, atPort: number) =>
      (found.addresses.get(name) ?? []).map((address) => ({ address, port: atPort }))
    const targets =
      found.srv.length === 0
        ? at(host, port ?? sipsPort)
        : inOrder(found.srv, chance).flatMap((record) => at(record.name, record.port))
    if (targets.length === 0)
      throw new EdgeError('EDGE_PEER_UNREACHABLE', 'the peer’s name does not resolve', { reason: 'name' })
    return targets.slice(0, maxTargets)
  }
}

async function addressesOf(name: string, resolver: Resolver) {
  if (isIP(name) !== 0) return [{ address: name, ttlS: maxKeptS }]
  const found = await resolver.addresses(name)
  const v4 = found.filter(({ address }) => isIP(address) === 4)
  return [...v4, ...found.filter(({ address }) => isIP(address) === 6)]
}

/** RFC 2782: lowest priority first; within one, drawn by weight. */
function inOrder(records: readonly SrvRecord[], chance: () => number): SrvRecord[] {
  const left = records.toSorted((a, b) => a.priority - b.priority || a.weight - b.weight)
  const ordered: SrvRecord[] = []
  while (left.length > 0) {
    const same = left.filter(({ priority }) => priority === left[0]?.priority)
    const total = same.reduce((sum, { weight }) => sum + weight, 0)
    let drawn = chance() * (total + 1) - 1 // the weight of 0 gets a small chance: RFC 2782
    const at = same.findIndex(({ weight }) => (drawn -= weight) < 0)
    ordered.push(...left.splice(Math.max(0, at), 1))
  }
  return ordered
}
