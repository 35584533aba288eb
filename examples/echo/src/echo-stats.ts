/** What the app has seen since it started; only ever counts up. */
export interface EchoStats {
  webhooks: number
  /** Webhooks and stream upgrades that were not signed by the gateway. */
  refused: number
  calls: number
  streams: number
  /** Audio messages received, and how many of them were sent back. */
  framesIn: number
  framesOut: number
  digits: number
  /** Marks the gateway reported as heard. */
  marks: number
}

export function echoStats(): EchoStats {
  return { webhooks: 0, refused: 0, calls: 0, streams: 0, framesIn: 0, framesOut: 0, digits: 0, marks: 0 }
}
