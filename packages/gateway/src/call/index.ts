export { type Call, type CallState } from './call.ts'
export { startCalls, type Calls } from './calls.ts'
export { callCommand, callCommands, decisionAnswer, type CallCommand } from './commands.ts'
export type {
  HandleIncoming,
  IncomingCall,
  Signalling,
  SignallingEnd,
  SignallingEvents,
  SignallingSecurity,
} from './contract.ts'
export type {
  CallApp,
  CallChange,
  CallDeps,
  CallMedia,
  CallRecord,
  Decision,
  EndReason,
  Keep,
  StoryValue,
} from './deps.ts'
export { CallError } from './error.ts'
export type { SecurityReceipt } from './receipt.ts'
