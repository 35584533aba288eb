import { dialogKey } from '@voxkeep/wire/dialog'

/** A Replaces header (RFC 3891), from the point of view of who receives it: `toTag` is the receiver's own tag. */
export interface Replaces {
  readonly callId: string
  readonly toTag: string
  readonly fromTag: string
  /** Only a dialog that is not answered yet. */
  readonly earlyOnly: boolean
}

const maxLength = 512
const word = /^[!-~]+$/ // Call-ID: visible characters; a `;` or `,` ends it below
const tag = /^[A-Za-z0-9.!%*_+`'~-]+$/

/** Never throws; `undefined` for what is malformed, or names a tag twice or not at all. */
export function parseReplaces(value: string): Replaces | undefined {
  if (value.length > maxLength || value.includes(',')) return undefined
  const [callId = '', ...params] = value.split(';').map((part) => part.trim())
  if (!word.test(callId)) return undefined
  const named = (name: string) => params.filter((param) => param.split('=')[0]?.trim().toLowerCase() === name)
  const tagOf = (name: string) => {
    const found = named(name)
    const text = found[0]?.split('=')[1]?.trim() ?? ''
    return found.length === 1 && tag.test(text) ? text : undefined
  }
  const [toTag, fromTag] = [tagOf('to-tag'), tagOf('from-tag')]
  if (toTag === undefined || fromTag === undefined) return undefined
  return { callId, toTag, fromTag, earlyOnly: named('early-only').length > 0 }
}

export function serializeReplaces(replaces: Replaces): string {
  const { callId, toTag, fromTag, earlyOnly } = replaces
  return `${callId};to-tag=${toTag};from-tag=${fromTag}${earlyOnly ? ';early-only' : ''}`
}

/** The key of the dialog it names, equal to `dialogKey` of ours when it is ours. */
export function replacedKey(replaces: Replaces): string {
  return dialogKey({ callId: replaces.callId, localTag: replaces.toTag, remoteTag: replaces.fromTag })
}
