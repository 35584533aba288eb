export type {
  FromMedia,
  InbandDigits,
  LegStats,
  MediaFailure,
  MediaValue,
  RecordingHold,
  RecordingMark,
  RecordingSpec,
  Rollover,
  SealedSummary,
  SecureRoom,
  SrtpPositions,
  StreamCount,
  StreamEnd,
  StreamHold,
  StreamSpec,
  StreamStats,
  StreamTls,
  StreamWay,
  ToMedia,
} from './contract.ts'
export { keptUnjudged } from './contract.ts'
export type { MediaWorkerConfig, MediaWorkerDeps } from './deps.ts'
export { MediaError } from './media-error.ts'
export { loadOpus } from './opus-codec.ts'
export { startMediaPlane, type MediaPlane, type MediaPlaneOptions, type PlayEnd } from './media-plane.ts'
export { mediaWorker, type MediaWorker } from './worker.ts'
export type { Port } from './worker-link.ts'
