export { attestationFor } from './attestation.ts'
export { maxCredentialBytes } from './credential.ts'
export { StirError, type StirErrorCode } from './error.ts'
export { judge, type IdentityPolicy, type JudgedIdentity } from './policy.ts'
export { openStirSigner, type StirSigner, type StirSignerDeps } from './signer.ts'
export {
  openStirVerifier,
  type FetchCertificate,
  type FetchedCertificate,
  type SignedCall,
  type StirVerifier,
  type StirVerifierDeps,
} from './verifier.ts'
export type { Attestation, IdentityReason, Verdict } from './verdict.ts'
