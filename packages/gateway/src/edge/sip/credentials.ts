import { createHash, X509Certificate } from 'node:crypto'
import { readFileSync, watch, type FSWatcher } from 'node:fs'
import { dirname } from 'node:path'
import { createSecureContext } from 'node:tls'
import { Secret, type Clock, type TlsFiles } from '#kernel'
import { EdgeError } from './edge-error.ts'

export interface CredentialFiles {
  readonly tls: TlsFiles | undefined
  /** Authorities for peers' certificates. */
  readonly caFile: string | undefined
  /** Revocation lists of those authorities. */
  readonly crlFile: string | undefined
}

/** What proves us to peers, and what peers must prove themselves with; read and found to fit. */
export interface Credentials {
  readonly own: CertifiedKey | undefined
  readonly ca: string | undefined
  readonly crl: string | undefined
  /** SHA-256 over everything that was read: tells whether a file changed. */
  readonly digest: string
}

/** A certificate chain and its key. */
export interface CertifiedKey {
  readonly cert: string
  readonly key: Secret<string>
  /** When the first certificate of the chain runs out. */
  readonly notAfter: Date
}

const certificatePem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** The certificates in a text, each by itself. */
export function certificatePems(text: string): readonly string[] {
  return text.match(certificatePem) ?? []
}

/** Throws `EdgeError` `EDGE_CERTIFICATE` when a file cannot be read, is no PEM, or key and certificate do not fit. */
export function readCredentials(files: CredentialFiles): Credentials {
  try {
    const cert = files.tls && readFileSync(files.tls.certFile, 'utf8')
    const key = files.tls && readFileSync(files.tls.keyFile, 'utf8')
    const ca = files.caFile === undefined ? undefined : readFileSync(files.caFile, 'utf8')
    const crl = files.crlFile === undefined ? undefined : readFileSync(files.crlFile, 'utf8')
    createSecureContext({ cert, key, ...(ca !== undefined && { ca }), ...(crl !== undefined && { crl }) })
    const digest = createHash('sha256')
      .update(JSON.stringify([cert, key, ca, crl]))
      .digest('base64')
    const own = cert !== undefined && key !== undefined && certifiedKey(cert, key)
    return { own: own || undefined, ca, crl, digest }
  } catch (cause) {
    throw new EdgeError('EDGE_CERTIFICATE', 'the certificate, its key or the authorities cannot be used', {
      cause,
    })
  }
}

function certifiedKey(cert: string, key: string): CertifiedKey {
  const found = certificatePems(cert)
  const ends = (found.length > 0 ? found : [cert]).map((pem) =>
    new X509Certificate(pem).validToDate.getTime(),
  )
  return { cert, key: new Secret(key), notAfter: new Date(Math.min(...ends)) }
}

/** Files are often replaced one after the other: wait until the last one is there. */
const settleMs = 100
/** Some file systems report no changes (network mounts), so the files are also read this often. */
const pollMs = 30_000

/**
 * Tells `onChange` of new credentials whenever the files hold a usable pair that differs from the last one; until then the
 * old one stays. `onRefused` hears of a change that cannot be used, once.
 */
export function watchCredentials(
  files: CredentialFiles,
  current: Credentials,
  deps: {
    clock: Clock
    onChange: (credentials: Credentials) => void
    onRefused: (error: EdgeError) => void
  },
): Disposable {
  let { digest } = current
  let wasRefused = false
  let cancelSettle: (() => void) | undefined
  let cancelPoll: (() => void) | undefined

  const check = () => {
    cancelSettle = undefined
    try {
      const found = readCredentials(files)
      wasRefused = false
      if (found.digest === digest) return
      digest = found.digest
      deps.onChange(found)
    } catch (error) {
      if (!(error instanceof EdgeError)) throw error
      if (!wasRefused) deps.onRefused(error)
      wasRefused = true
    }
  }
  const poll = () => {
    check()
    cancelPoll = deps.clock.set(pollMs, poll)
  }
  const settle = () => {
    cancelSettle?.()
    cancelSettle = deps.clock.set(settleMs, check)
  }
  cancelPoll = deps.clock.set(pollMs, poll)
  const watchers = watchFolders(files, settle)
  return {
    [Symbol.dispose]() {
      cancelPoll?.()
      cancelSettle?.()
      for (const watcher of watchers) watcher.close()
    },
  }
}

/** Folders, not files: a file that is replaced by rename is another file to the kernel. */
function watchFolders(files: CredentialFiles, onEvent: () => void): FSWatcher[] {
  const named = [files.tls?.certFile, files.tls?.keyFile, files.caFile, files.crlFile]
  const paths = named.filter((path) => path !== undefined)
  return [...new Set(paths.map((path) => dirname(path)))].flatMap((folder) => {
    try {
      return [watch(folder, { persistent: false }, onEvent).on('error', () => undefined)]
    } catch {
      return [] // polling remains
    }
  })
}
