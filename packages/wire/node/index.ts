export { nodeDigestHash } from './digest-hash.ts'
export { ffiSrtpCrypto } from './ffi-srtp-crypto.ts'
export { nodeRandomBytes } from './random-bytes.ts'
export { nodeSrtpCrypto } from './srtp-crypto.ts'
