export { createRequest, createResponse } from './create.ts'
export { parseCSeq, type CSeq } from './cseq.ts'
export {
  parseAuthorization,
  serializeAuthorization,
  type DigestAuthorization,
} from './digest-authorization.ts'
export { parseChallenge, serializeChallenge, type DigestChallenge } from './digest-challenge.ts'
export type { DigestAlgorithm } from './digest-fields.ts'
export { answerChallenge, digestHa1, verifyAuthorization, type DigestHash } from './digest.ts'
export { SipError } from './errors.ts'
export { SipHeaders } from './headers.ts'
export { defaultSipLimits, type SipLimits } from './limits.ts'
export type { SipMessage, SipRequest, SipResponse } from './message.ts'
export { parseNameAddr, serializeNameAddr, type NameAddr } from './name-addr.ts'
export { parseSip, type ParsedSip } from './parse.ts'
export { reasonPhrases } from './reason-phrases.ts'
export { stampReceived } from './received.ts'
export { sameUri } from './same-uri.ts'
export {
  defaultScreenPolicy,
  screenRequest,
  screenResponse,
  type Screened,
  type ScreenPolicy,
} from './screen.ts'
export { serializeSip } from './serialize.ts'
export { sipStream, type SipStream, type SipStreamItem } from './stream.ts'
export { decodeEscapes, encodeUser } from './uri-escapes.ts'
export { parseUri, serializeUri, type SipUri } from './uri.ts'
export { parseVia, serializeVia, topVia, type Via } from './via.ts'
