import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { Clock, Secret } from '#kernel'
import { StirError } from './error.ts'
import { isP256, signEs256 } from './es256.ts'
import { serializeIdentityHeader } from './identity-header.ts'
import { serializePassport } from './passport.ts'
import { canonicalNumber } from './telephone-number.ts'
import type { Attestation } from './verdict.ts'

export interface StirSignerDeps {
  readonly clock: Clock
  /** P-256, PEM. */
  readonly keyPem: Secret<string>
  /** Where others fetch the certificate: https:. */
  readonly certificateUrl: string
}

export interface StirSigner {
  /** An Identity header value in the full form, for now (RFC 8224 §6.1, RFC 8588); undefined unless both are numbers. */
  sign(call: {
    readonly from: string
    readonly to: string
    readonly attestation: Attestation
    readonly originationId: string
  }): string | undefined
}

/** Throws `StirError` when the key is none for ES256. */
export function openStirSigner({ clock, keyPem, certificateUrl }: StirSignerDeps): StirSigner {
  const key = readKey(keyPem)
  const x5u = new URL(certificateUrl).href
  return {
    sign({ from, to, attestation, originationId }) {
      const orig = canonicalNumber(from)
      const dest = canonicalNumber(to)
      if (orig === undefined || dest === undefined) return undefined
      const iat = Math.floor(clock.now() / 1_000)
      const parts = serializePassport({ x5u, iat, orig, dest: [dest], attestation, originationId })
      const signature = signEs256(key, `${parts.protectedHeader}.${parts.payload}`)
      return serializeIdentityHeader({ ...parts, signature, info: x5u, alg: 'ES256', ppt: 'shaken' })
    },
  }
}

function readKey(pem: Secret<string>): KeyObject {
  const message = 'stir.sign.keyFile needs a P-256 private key in PEM, without a passphrase'
  let key: KeyObject
  try {
    key = createPrivateKey(pem.reveal())
  } catch (cause) {
    throw new StirError('STIR_KEY_INVALID', message, { cause })
  }
  if (isP256(key)) return key
  throw new StirError('STIR_KEY_INVALID', message)
}
