export type { SipEdgeDeps } from './edge-deps.ts'
export { EdgeError } from './edge-error.ts'
export type { LadderEntry } from './ladder.ts'
export { listenSip, type SipEdge } from './listen-sip.ts'
