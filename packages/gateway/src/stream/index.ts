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
