export { decodeL16, encodeL16 } from './l16.ts'
