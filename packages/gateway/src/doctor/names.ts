import { lookup, resolveSrv } from 'node:dns/promises'
import { isIP } from 'node:net'
import { fault, fine, warning, type Examination, type Finding } from './contract.ts'
import { messageOf } from './examine.ts'

/** Names that signalling needs: those of trunks that we call, and the one that we say is ours. */
export const names: Examination = {
  about: 'names',
  async examine({ sip, trunks }) {
    const called = trunks.flatMap(({ id, outbound }) =>
      outbound === undefined ? [] : [{ id, host: outbound.host }],
    )
    const found = await Promise.all(called.map(({ id, host }) => examineHost(`trunks ${id}`, host)))
    const own = sip.advertisedHost
    return own === undefined || isIP(own) !== 0 ? found : [...found, await examineOwn(own)]
  },
}

async function examineHost(what: string, host: string): Promise<Finding> {
  if (isIP(host) !== 0) return fine('names', `${what}: ${host} is an address`)
  const srv = await resolveSrv(`_sips._tcp.${host}`).catch(() => [])
  if (srv.length > 0) return fine('names', `${what}: ${host} has ${srv.length} SRV records`)
  try {
    const { address } = await lookup(host)
    return fine('names', `${what}: ${host} is ${address}`)
  } catch (error) {
    return fault(
      'names',
      `${what}: ${messageOf(error)}`,
      `Calls cannot leave by it: look the name up ("getent hosts ${host}"), and at /etc/resolv.conf.`,
    )
  }
}

async function examineOwn(host: string): Promise<Finding> {
  try {
    const { address } = await lookup(host)
    return fine('names', `sip.advertisedHost: ${host} is ${address}`)
  } catch (error) {
    return warning(
      'names',
      `sip.advertisedHost: ${messageOf(error)}`,
      'Phones are told this name: put it into DNS, or they cannot answer us.',
    )
  }
}
