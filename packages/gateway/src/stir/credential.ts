import type { KeyObject } from 'node:crypto'
import { readCertificate, type CertificateFacts } from './certificate-facts.ts'
import { findPath, isValidAt, type CertificatePath } from './certificate-path.ts'
import { StirError } from './error.ts'
import { covers, type TnEntry } from './tn-auth-list.ts'
import type { IdentityReason } from './verdict.ts'

/** What one certificate address leads to: a key that may sign calls, or why none. */
export type Credential =
  | { readonly ok: true; readonly key: KeyObject; readonly signer: string; readonly path: CertificatePath }
  | { readonly ok: false; readonly reason: IdentityReason }

/** What a certificate address may hold at most; ten certificates of this kind have 10 KiB. */
export const maxCredentialBytes = 64 * 1024
const maxCertificates = 6
const maxSignerChars = 200

const pemBlock = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g

/** Opens what was fetched: PEM, the signer's certificate first (RFC 7515 §4.1.5), or one certificate as DER. Survives any bytes. */
export function openCredential(bytes: Uint8Array, roots: readonly CertificateFacts[]): Credential {
  if (bytes.length > maxCredentialBytes) return { ok: false, reason: 'certificate-malformed' }
  const blocks = Buffer.from(bytes).toString('latin1').match(pemBlock)
  if (blocks && blocks.length > maxCertificates) return { ok: false, reason: 'certificate-malformed' }
  const [signer, ...others] = (blocks ?? [bytes]).map(readCertificate)
  if (!signer) return { ok: false, reason: 'certificate-malformed' }
  if (!signer.maySign || signer.isAuthority) return { ok: false, reason: 'certificate-usage' }
  const path = findPath(
    signer,
    others.filter((other) => other !== undefined),
    roots,
  )
  if (!path) return { ok: false, reason: 'certificate-untrusted' }
  if (!signer.numbers) return { ok: false, reason: 'number-not-authorised' }
  return { ok: true, key: signer.key, signer: describe(signer, signer.numbers), path }
}

/** Why a credential may not speak for a number at these times; undefined when it may. */
export function whyNot(
  path: CertificatePath,
  number: string,
  timesMs: readonly number[],
): IdentityReason | undefined {
  if (!timesMs.every((atMs) => isValidAt(path, atMs))) return 'certificate-expired'
  // RFC 9060 §4: a delegate's numbers lie within those of whoever delegated them.
  const isCovered = path.every(({ numbers }) => numbers === undefined || covers(numbers, number))
  return isCovered ? undefined : 'number-not-authorised'
}

/** Reads the authorities to trust. Throws `StirError` rather than leave one of them out. */
export function readRoots(pem: string): readonly CertificateFacts[] {
  const roots = (pem.match(pemBlock) ?? []).map(readCertificate)
  const good = roots.filter((root) => root !== undefined && root.isAuthority && root.mayCertify)
  if (good.length > 0 && good.length === roots.length) return good as CertificateFacts[]
  throw new StirError(
    'STIR_ROOTS_INVALID',
    'stir.rootsFile needs certificates of authorities in PEM, with ECDSA keys (P-256 or P-384), and nothing else',
  )
}

/** Who signed: the subject, and the provider code where the certificate names one. */
function describe({ certificate }: CertificateFacts, numbers: readonly TnEntry[]): string {
  const subject = certificate.subject.split('\n').toReversed().join(', ')
  const codes = numbers.flatMap((entry) => (entry.kind === 'spc' ? `SPC ${entry.code}` : []))
  const text = [subject, ...codes].join('; ').replace(/[^\x20-\x7e]/g, '?')
  return text.slice(0, maxSignerChars)
}
