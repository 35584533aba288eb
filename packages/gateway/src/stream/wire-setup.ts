import type { StreamBand, StreamStart, StreamTarget } from './contract.ts'

/** What a wire is made of: whose stream it is, and what was chosen for it. */
export interface WireSetup {
  readonly start: StreamStart
  readonly direction: StreamTarget['direction']
  /** Who talks with whom: `call_id`, `from`, `to`, `direction`, … (see `WireChoice`). */
  readonly about: Readonly<Record<string, unknown>>
  readonly options: Readonly<Record<string, unknown>>
  readonly band: StreamBand
}

/** A fact about the call as text; empty where it is not known. */
export function aboutText({ about }: WireSetup, name: string): string {
  const value = about[name]
  return typeof value === 'string' ? value : ''
}

/** One of the values that a setting may have; anything else is the first of them. */
export function optionOf<const Value extends string | number | boolean>(
  { options }: WireSetup,
  name: string,
  values: readonly [Value, ...Value[]],
): Value {
  return values.find((value) => value === options[name]) ?? values[0]
}
