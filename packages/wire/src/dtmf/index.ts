export { parseEvent, serializeEvent, type DtmfDigit, type EventPayload } from './event-payload.ts'
export { eventReceiver, type DtmfEvent, type EventReceiver } from './event-receiver.ts'
export { eventSender, type EventPacket, type EventSenderOptions } from './event-sender.ts'
export { toneDetector, type ToneDetector, type ToneDigit, type ToneHandlers } from './tone-detector.ts'
