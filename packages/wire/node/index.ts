export { nodeDigestHash } from './digest-hash.ts'
export { nodeRandomBytes } from './random-bytes.ts'
export { nodeSrtpCrypto } from './srtp-crypto.ts'
