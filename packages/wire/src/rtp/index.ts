export { classify, type DatagramKind } from './classify.ts'
export {
  g711WithConcealment,
  g711WithoutConcealment,
  mosOf,
  transmissionRating,
  type Conditions,
  type EquipmentImpairment,
} from './e-model.ts'
export { extendedReportType, parseVoipMetrics, type VoipMetrics } from './extended-report.ts'
export { fixedHeaderBytes, rtpHeaderLength, writeRtpHeader, type RtpHeaderFields } from './header.ts'
export { compactNtp, ntpTime, rttFrom, type NtpTime } from './ntp-time.ts'
export { parseRtp, serializeRtp, type RtpPacket } from './packet.ts'
export { receptionStats, type ReceptionStats } from './reception-stats.ts'
export type {
  Goodbye,
  OtherRtcp,
  ReceiverReport,
  ReportBlock,
  RtcpPacket,
  SenderReport,
  SourceDescription,
} from './rtcp-packet.ts'
export { parseRtcp } from './rtcp-parse.ts'
export { serializeRtcp } from './rtcp-serialize.ts'
export { sequenceExtender, timestampExtender } from './sequence-extender.ts'
