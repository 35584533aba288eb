export { inviteClient } from './invite-client.ts'
export { inviteServer } from './invite-server.ts'
export { transactionLayer, type TransactionLayer } from './layer.ts'
export { nonInviteClient } from './non-invite-client.ts'
export { nonInviteServer } from './non-invite-server.ts'
export { TransactionError } from './transaction-error.ts'
export type { Rows, Table } from './transitions.ts'
export type {
  ClientHandlers,
  ClientTransaction,
  Flow,
  ServerEnd,
  ServerTransaction,
  Timers,
  TransactionDeps,
} from './types.ts'
