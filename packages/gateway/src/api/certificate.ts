import { readFileSync } from 'node:fs'
import { createSecureContext, type Server } from 'node:tls'
import type { Clock, Log, TlsFiles } from '#kernel'
import { certificateRefused, certificateReloaded } from './events.ts'

export interface Certificate {
  readonly cert: string
  readonly key: string
}

const pollMs = 10_000

/** Reads a certificate and its key. Throws when one cannot be read, or when they do not belong together. */
export function readCertificate(files: TlsFiles): Certificate {
  const found = readFiles(files)
  createSecureContext({ ...found })
  return found
}

function readFiles(files: TlsFiles): Certificate {
  return { cert: readFileSync(files.certFile, 'utf8'), key: readFileSync(files.keyFile, 'utf8') }
}

/** Gives the server the new certificate when its files change. A pair that cannot be used is told once; the one before stays. */
export function followCertificate(
  server: Pick<Server, 'setSecureContext'>,
  files: TlsFiles,
  first: Certificate,
  deps: { clock: Clock; log: Log },
): Disposable {
  let current = first
  let isRefused = false
  const look = () => {
    try {
      const found = readFiles(files)
      const isSame = found.cert === current.cert && found.key === current.key
      if (!isSame) {
        server.setSecureContext({ ...found, minVersion: 'TLSv1.2', honorCipherOrder: true }) // throws when they do not fit
        current = found
        certificateReloaded(deps.log)
      }
      isRefused = false
    } catch (error) {
      if (!isRefused) certificateRefused(deps.log, error)
      isRefused = true
    }
  }
  const poll = () => {
    look()
    cancel = deps.clock.set(pollMs, poll)
  }
  let cancel = deps.clock.set(pollMs, poll)
  return { [Symbol.dispose]: () => cancel() }
}
