export { ALAW_SILENCE, ULAW_SILENCE, decodeAlaw, decodeUlaw, encodeAlaw, encodeUlaw } from './companding.ts'
export { alawToUlaw, ulawToAlaw } from './transcoding.ts'
