/** What an app can ask of a call, in the answer to `call.incoming` or in mid-call by `client.calls.command()`. */
export type CallCommand =
  | { type: 'answer' }
  | { type: 'reject'; status?: RejectStatus }
  | { type: 'play'; url: string; loop?: number }
  | ({ type: 'gather' } & GatherOptions)
  | { type: 'record'; action?: 'start' | 'pause' | 'resume' | 'stop' }
  | ({ type: 'stream'; action?: 'start'; url: string } & StreamOptions)
  | { type: 'stream'; action: 'stop' }
  | { type: 'wait'; ms?: number }
  | { type: 'hangup' }

export type RejectStatus = 403 | 404 | 480 | 486 | 603

export interface GatherOptions {
  num_digits?: number
  /** One of `0`–`9`, `*`, `#`, or empty for none. Default `#`. */
  finish_on_key?: string
  /** How long to wait for the first or the next key, in milliseconds. */
  timeout_ms?: number
  prompt_url?: string
}

export interface StreamOptions {
  /** `both` talks with the app and lasts until the app closes; the others are forks that the app only hears. */
  direction?: 'both' | 'inbound' | 'outbound' | 'both_tracks'
  /** Handed to the app in the stream's `start` message. */
  parameters?: Record<string, string>
}

/** Builders for the commands: `answerWith(commands.record(), commands.stream(url))`. */
export const commands = {
  answer: (): CallCommand => ({ type: 'answer' }),
  reject: (status: RejectStatus = 486): CallCommand => ({ type: 'reject', status }),
  play: (url: string, loop = 1): CallCommand => ({ type: 'play', url, loop }),
  gather: (options: GatherOptions = {}): CallCommand => ({ type: 'gather', ...options }),
  record: (): CallCommand => ({ type: 'record', action: 'start' }),
  pauseRecording: (): CallCommand => ({ type: 'record', action: 'pause' }),
  resumeRecording: (): CallCommand => ({ type: 'record', action: 'resume' }),
  stopRecording: (): CallCommand => ({ type: 'record', action: 'stop' }),
  stream: (url: string, options: StreamOptions = {}): CallCommand => ({ type: 'stream', url, ...options }),
  stopStream: (): CallCommand => ({ type: 'stream', action: 'stop' }),
  wait: (ms?: number): CallCommand => (ms === undefined ? { type: 'wait' } : { type: 'wait', ms }),
  hangup: (): CallCommand => ({ type: 'hangup' }),
} as const

/** The answer to a webhook that asks what to do: `response.end(JSON.stringify(answerWith(...)))`. */
export function answerWith(...actions: CallCommand[]): { actions: CallCommand[] } {
  return { actions }
}
