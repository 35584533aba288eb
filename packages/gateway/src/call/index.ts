export { agentTools } from './agent-tools.ts'
export { type Call, type CallState } from './call.ts'
export { startCalls, type Calls, type CreateCall, type CreatedCall } from './calls.ts'
export {
  changedVariables,
  maxVariables,
  maxVariablesBytes,
  type VariableChange,
  variableName,
  type Variables,
  variableValue,
} from './call-variables.ts'
export { actionMethod, actionUrl, events } from './command-parts.ts'
export { dataClassesOf } from './data-classes.ts'
export { dialAddress, ringTimeoutMs } from './commands-dial.ts'
export { voiceSubject } from './commands-verify.ts'
export { callCommand, callCommands, decisionAnswer, type CallCommand } from './commands.ts'
export type {
  HandleIncoming,
  HangupReason,
  IncomingCall,
  LegSignalling,
  LegSrtp,
  OutgoingCall,
  OutgoingEvents,
  PlaceCall,
  PlaceFailure,
  ReferOutcome,
  ReferRequest,
  ReferTarget,
  Signalling,
  SignallingEnd,
  SignallingEvents,
  SignallingSecurity,
} from './contract.ts'
export type {
  CallApp,
  CallChange,
  CallConsents,
  CallTranscript,
  CallVerifiers,
  CallVoices,
  CallWords,
  NewTranscript,
  CallDeps,
  CallMedia,
  CallRecord,
  ConsentRecord,
  DialledLeg,
  Decision,
  Dialing,
  EndedCall,
  EndReason,
  IdentityResult,
  Keep,
  StoryValue,
  TrunkFacts,
} from './deps.ts'
export { CallError } from './error.ts'
export type { LegEntry, SecurityReceipt } from './receipt.ts'
export type { StreamCommand } from './streams.ts'
export type { CallAgent } from './stream-agent.ts'
