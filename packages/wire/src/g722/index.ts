export { g722Decoder, type G722Decoder } from './decoder.ts'
export { g722Encoder, type G722Encoder } from './encoder.ts'
