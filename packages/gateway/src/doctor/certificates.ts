import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import type { Clock, Config, TlsFiles } from '#kernel'
import { fault, fine, warning, type Examination, type Finding } from './contract.ts'

const dayMs = 86_400_000
const soonDays = 14

interface Shown {
  readonly what: string
  readonly files: TlsFiles
  /** A name that it must carry. */
  readonly name?: string | undefined
}

/** The certificates that we show: do they belong to their keys, for how long are they good, and whose names have they? */
export const certificates = (clock: Pick<Clock, 'now'>): Examination => ({
  about: 'certificates',
  async examine(config) {
    const found = await Promise.all(shownBy(config).map((one) => examineFiles(one, clock.now())))
    return found.flat()
  },
})

function shownBy({ sip, api, apps, trunks }: Config): Shown[] {
  const name = sip.advertisedHost
  const clients = [
    ...apps.flatMap((app) => [
      { what: `apps ${app.id}: webhook`, files: app.webhook.clientCertificate },
      { what: `apps ${app.id}: stream`, files: app.stream.clientCertificate },
    ]),
    ...trunks.map((trunk) => ({ what: `trunks ${trunk.id}`, files: trunk.outbound?.clientCertificate })),
  ]
  return [
    ...sip.listen.map(({ tls, port }) => ({ what: `sip.listen ${port}`, files: tls, name })),
    ...(api === undefined ? [] : [{ what: 'api', files: api.tls }]),
    ...clients.flatMap(({ what, files }) => (files === undefined ? [] : [{ what, files }])),
  ]
}

async function examineFiles({ what, files, name }: Shown, nowMs: number): Promise<Finding[]> {
  const certificate = new X509Certificate(await readFile(files.certFile))
  const key = createPrivateKey(await readFile(files.keyFile))
  const { mode } = await stat(files.keyFile)
  return [
    ...(certificate.checkPrivateKey(key)
      ? []
      : [
          fault(
            'certificates',
            `${what}: ${files.keyFile} is not the key of ${files.certFile}`,
            'Put the two files of one certificate there.',
          ),
        ]),
    ...((mode & 0o077) === 0
      ? []
      : [
          warning(
            'certificates',
            `${what}: ${files.keyFile} is open to other users of this machine`,
            `Close it: chmod 600 ${files.keyFile}`,
          ),
        ]),
    ...(name === undefined ||
    certificate.checkHost(name) !== undefined ||
    certificate.checkIP(name) !== undefined
      ? []
      : [
          warning(
            'certificates',
            `${what}: the certificate does not carry ${name} (sip.advertisedHost)`,
            'Phones that check names will refuse it: have one made for that name.',
          ),
        ]),
    judgeDates(what, certificate.validFromDate.getTime(), certificate.validToDate.getTime(), nowMs),
  ]
}

export function judgeDates(what: string, fromMs: number, toMs: number, nowMs: number): Finding {
  const day = new Date(toMs).toISOString().slice(0, 10)
  const days = Math.floor((toMs - nowMs) / dayMs)
  if (nowMs < fromMs)
    return fault(
      'certificates',
      `${what}: not good before ${new Date(fromMs).toISOString()}`,
      'Look at this machine’s clock, or have another one made.',
    )
  if (nowMs > toMs)
    return fault(
      'certificates',
      `${what}: was good until ${day} only`,
      'Renew it: the files are read again when they change, no restart is needed.',
    )
  if (days < soonDays)
    return warning(
      'certificates',
      `${what}: good until ${day}, ${days} days from now`,
      'Renew it: the files are read again when they change, no restart is needed.',
    )
  return fine('certificates', `${what}: good until ${day}`)
}
