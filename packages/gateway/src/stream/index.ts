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
  StreamWay,
  Track,
} from './contract.ts'
export { frameReader, type FrameHandlers, type FrameReader } from './frame-reader.ts'
export { twilioReader } from './twilio-reader.ts'
export type { AppMessage, MarkState, Notice, Outgoing, StreamWire, WireResume } from './wire.ts'
export { isSpoken, wireFault, wireOf, withDefaults, type WireMaker } from './wires.ts'
export { openTextSocket, type TextSocket, type TextSocketHandlers, type TextTarget } from './text-socket.ts'
