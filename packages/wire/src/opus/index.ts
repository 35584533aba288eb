export { readOpus, type OpusPacket } from './packet.ts'
