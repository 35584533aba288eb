/** The wires that there are; `voxkeep` is our own (`voxkeep.media.v1`). */
export const wireNames = [
  'twilio',
  'voxkeep',
  'teler',
  'telnyx',
  'plivo',
  'exotel',
  'vonage',
  'jambonz',
  'asterisk',
  'openai-realtime',
  'agent',
] as const
export type WireName = (typeof wireNames)[number]

/** Which wire a stream speaks, and what it needs to know. Structured-cloneable. */
export interface WireChoice {
  readonly name: WireName
  /** Who talks with whom, as the wires tell it: `call_id`, `leg_id`, `from`, `to`, `direction`, `app`, `tenant`, and what a wire asks for beyond. */
  readonly about: Readonly<Record<string, unknown>>
  /** Settings of this wire, checked by whoever made them: `rate`, `encoding`, `frame_ms`, `chunk_ms`, `session`, … */
  readonly options: Readonly<Record<string, unknown>>
}
