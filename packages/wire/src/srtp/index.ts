export type { GcmCipher, SrtpCrypto } from './crypto.ts'
export type { SrtpMaster } from './packet-cipher.ts'
export {
  srtpReceiver,
  type Opened,
  type SrtpDrop,
  type SrtpReceiver,
  type SrtpReceiverOptions,
} from './receiver.ts'
export type { RolloverPolicy } from './rollover.ts'
export { srtpSender, type SrtpSender } from './sender.ts'
export { SrtpError } from './srtp-error.ts'
export { keyLengths, type SrtpSuite } from './suite.ts'
