export { tlsContexts } from './tls-contexts.ts'
export { openStream } from './connection.ts'
export type {
  NegotiatedTls,
  StreamClosed,
  StreamConnection,
  StreamCounts,
  StreamSink,
  StreamStart,
  StreamTarget,
  StreamWarning,
  Track,
} from './contract.ts'
export { frameReader, type FrameHandlers, type FrameReader } from './frame-reader.ts'
export { twilioReader } from './twilio-reader.ts'
