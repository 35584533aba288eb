export { playoutBuffer, type PlayoutBuffer, type PlayoutItem, type PlayoutOptions } from './playout-buffer.ts'
export { plc, type Concealer } from './plc.ts'
export { reorderBuffer, type ReorderBuffer, type ReorderItem, type ReorderOptions } from './reorder-buffer.ts'
